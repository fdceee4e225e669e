/** Tests of the transport within one process. */
@NullMarked
package dev.aptosnet.bootstrap.memory;

import org.jspecify.annotations.NullMarked;
