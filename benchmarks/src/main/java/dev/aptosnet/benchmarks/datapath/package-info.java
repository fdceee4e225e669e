/**
 * The acceptance figures of the data path that need real sockets and real memory: {@link
 * dev.aptosnet.benchmarks.datapath.DataPath}.
 */
@NullMarked
package dev.aptosnet.benchmarks.datapath;

import org.jspecify.annotations.NullMarked;
