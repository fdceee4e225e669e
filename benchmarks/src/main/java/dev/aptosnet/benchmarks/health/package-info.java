/** What it costs to know how peers are. */
@NullMarked
package dev.aptosnet.benchmarks.health;

import org.jspecify.annotations.NullMarked;
