/** A simulated link between two connections: virtual time, limited rate, nothing reordered. */
@NullMarked
package dev.aptosnet.domain.link;

import org.jspecify.annotations.NullMarked;
