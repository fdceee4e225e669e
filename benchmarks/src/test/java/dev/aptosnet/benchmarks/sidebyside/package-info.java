/** That the side-by-side program measures what it says. */
@NullMarked
package dev.aptosnet.benchmarks.sidebyside;

import org.jspecify.annotations.NullMarked;
