/** Tests of TCP and Noise over real sockets on loopback. */
@NullMarked
package dev.aptosnet.adapter.tcpnoise;

import org.jspecify.annotations.NullMarked;
