package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.NetworkAddress;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A network on the way to a listener that lets nothing pass but QUIC. */
final class QuicOnly implements Closeable {
    private static final int LARGEST = 1500;

    private final InetSocketAddress listener;
    private final DatagramSocket near = socket();

    /** What goes on for each dialer. */
    private final Map<SocketAddress, DatagramSocket> far = new ConcurrentHashMap<>();

    private final AtomicInteger stopped = new AtomicInteger();

    QuicOnly(NetworkAddress to) {
        listener = new InetSocketAddress(InetAddress.getLoopbackAddress(), to.port().orElseThrow());
        Thread.ofPlatform().daemon().start(this::there);
    }

    /** Where dialers find it. */
    NetworkAddress address(NetworkAddress listening) {
        return StrangeQuic.address(near).withKey(listening.key().orElseThrow());
    }

    /** How many datagrams did not pass. */
    int stopped() {
        return stopped.get();
    }

    private static DatagramSocket socket() {
        try {
            return new DatagramSocket(0, InetAddress.getLoopbackAddress());
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void there() {
        pass(near, packet -> far.computeIfAbsent(packet.getSocketAddress(), this::begin), listener);
    }

    private DatagramSocket begin(SocketAddress dialer) {
        var made = socket();
        Thread.ofPlatform().daemon().start(() -> pass(made, _ -> near, dialer));
        return made;
    }

    /** Through which socket a packet goes on. */
    private interface Way {
        DatagramSocket of(DatagramPacket packet);
    }

    private void pass(DatagramSocket from, Way way, SocketAddress to) {
        var packet = new DatagramPacket(new byte[LARGEST], LARGEST);
        try {
            while (true) {
                from.receive(packet);
                if (EarlyMessage.isOne(packet)) {
                    stopped.incrementAndGet();
                } else {
                    way.of(packet)
                            .send(new DatagramPacket(packet.getData(), packet.getLength(), to));
                }
            }
        } catch (IOException _) {
            // Closed.
        }
    }

    @Override
    public void close() {
        near.close();
        far.values().forEach(DatagramSocket::close);
    }
}
