/** The codec of frames. */
@NullMarked
package dev.aptosnet.benchmarks.wire;

import org.jspecify.annotations.NullMarked;
