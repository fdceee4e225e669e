/** Tests of the sources: real files, and real HTTP on loopback. */
@NullMarked
package dev.aptosnet.adapter.discovery;

import org.jspecify.annotations.NullMarked;
