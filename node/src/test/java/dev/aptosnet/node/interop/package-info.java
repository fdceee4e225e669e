/**
 * A second implementation of the wire format, written from its specification alone with nothing but
 * the JDK, and the rows that it holds our node to. Nothing here may import a class of the project,
 * except {@link AptosNodeInteropTest}, which plugs the node in.
 */
@NullMarked
package dev.aptosnet.node.interop;

import org.jspecify.annotations.NullMarked;
