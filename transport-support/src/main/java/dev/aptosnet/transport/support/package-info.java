/**
 * What the transports share. Admission is {@link dev.aptosnet.transport.support.PendingInbound};
 * addresses become sockets in {@link dev.aptosnet.transport.support.SocketAddresses}.
 */
@NullMarked
package dev.aptosnet.transport.support;

import org.jspecify.annotations.NullMarked;
