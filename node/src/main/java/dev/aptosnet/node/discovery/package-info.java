/** Runs the peer sources of a network, each on a virtual thread of its own. */
@NullMarked
package dev.aptosnet.node.discovery;

import org.jspecify.annotations.NullMarked;
