/**
 * One connection at run time: the transport thread that owns its machine, the queues to the
 * application's handlers, and its byte accounts. Start at {@link
 * dev.aptosnet.node.connection.PeerConnection}.
 */
@NullMarked
package dev.aptosnet.node.connection;

import org.jspecify.annotations.NullMarked;
