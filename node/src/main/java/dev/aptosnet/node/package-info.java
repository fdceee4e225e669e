/**
 * A node as a library: {@link dev.aptosnet.node.AptosNode} is the entry point, {@link
 * dev.aptosnet.node.Identity} who it is.
 */
@NullMarked
package dev.aptosnet.node;

import org.jspecify.annotations.NullMarked;
