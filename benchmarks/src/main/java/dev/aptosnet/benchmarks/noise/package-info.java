/** How fast records are sealed and opened, and how fast keys are agreed upon. */
@NullMarked
package dev.aptosnet.benchmarks.noise;

import org.jspecify.annotations.NullMarked;
