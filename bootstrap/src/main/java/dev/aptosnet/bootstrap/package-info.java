/**
 * A node as a library: {@link dev.aptosnet.bootstrap.AptosNode} is the entry point, {@link
 * dev.aptosnet.bootstrap.Identity} who it is.
 */
@NullMarked
package dev.aptosnet.bootstrap;

import org.jspecify.annotations.NullMarked;
