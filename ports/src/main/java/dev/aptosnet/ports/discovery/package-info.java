/**
 * How a node learns of peers. A {@link dev.aptosnet.ports.discovery.PeerSource} pushes complete
 * views to a sink, such as {@link dev.aptosnet.ports.discovery.LatestViews}, from which the node
 * takes the newest of each source.
 */
@NullMarked
package dev.aptosnet.ports.discovery;

import org.jspecify.annotations.NullMarked;
