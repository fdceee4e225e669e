/**
 * Checks this implementation against vector files (wire.md section 15). Start at {@link
 * dev.aptosnet.cli.vectors.VectorCheck}.
 */
@NullMarked
package dev.aptosnet.cli.vectors;

import org.jspecify.annotations.NullMarked;
