/**
 * QUIC beside TCP and Noise over links with delay, loss and a rate: {@link
 * dev.aptosnet.benchmarks.quic.QuicBesideTcp}. Packets of the kernel's own TCP and of QUIC alike
 * pass a {@link dev.aptosnet.benchmarks.quic.PacketLink}.
 */
@NullMarked
package dev.aptosnet.benchmarks.quic;

import org.jspecify.annotations.NullMarked;
