/** Whole nodes over loopback sockets, beside a baseline in the same run. */
@NullMarked
package dev.aptosnet.benchmarks.loopback;

import org.jspecify.annotations.NullMarked;
