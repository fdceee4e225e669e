/** What the compiler cannot enforce of the house's plan, each rule with proof that it can fail. */
@NullMarked
package dev.aptosnet.architecture;

import org.jspecify.annotations.NullMarked;
