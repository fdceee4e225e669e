/**
 * Checks this implementation against vector files (wire.md section 15). Start at {@link
 * dev.aptosnet.bootstrap.vectors.VectorCheck}.
 */
@NullMarked
package dev.aptosnet.bootstrap.vectors;

import org.jspecify.annotations.NullMarked;
