/**
 * Whole programs side by side: this project, a hand-written TLS echo as the reference, and gRPC.
 * Start at {@link dev.aptosnet.benchmarks.sidebyside.SideBySide}.
 */
@NullMarked
package dev.aptosnet.benchmarks.sidebyside;

import org.jspecify.annotations.NullMarked;
