/** Tests of the transport within one process. */
@NullMarked
package dev.aptosnet.adapter.memory;

import org.jspecify.annotations.NullMarked;
