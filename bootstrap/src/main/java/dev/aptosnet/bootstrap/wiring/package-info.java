/**
 * How the parts of a node that runs on its own are put together, with Guice. Start at {@link
 * dev.aptosnet.bootstrap.wiring.NodeModule}; a node inside another program is made with {@link
 * dev.aptosnet.node.AptosNode#builder} and needs none of this.
 */
@NullMarked
package dev.aptosnet.bootstrap.wiring;

import org.jspecify.annotations.NullMarked;
