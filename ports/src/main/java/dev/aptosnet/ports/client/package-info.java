/** What an application asks of the network, and what it is told. */
@NullMarked
package dev.aptosnet.ports.client;

import org.jspecify.annotations.NullMarked;
