/**
 * TCP and Noise. {@link dev.aptosnet.adapter.tcpnoise.TcpTransport} takes the commands; a {@link
 * dev.aptosnet.adapter.tcpnoise.TcpDial} or {@link dev.aptosnet.adapter.tcpnoise.Acceptor} makes
 * sockets; an {@link dev.aptosnet.adapter.tcpnoise.Upgrade} proves the peer; a {@link
 * dev.aptosnet.adapter.tcpnoise.TcpLink} carries frames. Everything that belongs to one socket runs
 * on the socket's event loop and nowhere else.
 */
@NullMarked
package dev.aptosnet.adapter.tcpnoise;

import org.jspecify.annotations.NullMarked;
