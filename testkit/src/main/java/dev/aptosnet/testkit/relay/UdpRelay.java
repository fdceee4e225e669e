package dev.aptosnet.testkit.relay;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Phaser;
import java.util.function.BooleanSupplier;

/**
 * Takes datagrams at one address and gives them on to another; each sender has a socket of its own
 * towards the target, so that answers find the way back.
 */
final class UdpRelay implements AutoCloseable {
    /** Beyond, the sender that has been silent longest is forgotten. */
    static final int MOST_SENDERS = 1024;

    private static final int LARGEST = 65_535;
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;

    private final InetSocketAddress target;
    private final Line forth;
    private final Line back;
    private final BooleanSupplier blocked;
    private final DatagramSocket front;

    /**
     * Threads that receive: a socket holds its address until its own has seen that it is closed.
     */
    private final Phaser receiving = new Phaser(1);

    /** In the order in which they last sent; guarded by itself. */
    private final Map<SocketAddress, DatagramSocket> senders = new LinkedHashMap<>(16, 0.75f, true);

    UdpRelay(
            InetSocketAddress at,
            InetSocketAddress target,
            Line forth,
            Line back,
            BooleanSupplier blocked)
            throws IOException {
        this.target = target;
        this.forth = forth;
        this.back = back;
        this.blocked = blocked;
        this.front = new DatagramSocket(at);
        enlarge(front);
        receive("relay-udp", this::takeFromSenders);
    }

    private void receive(String name, Runnable take) {
        receiving.register();
        Thread.ofVirtual()
                .name(name)
                .start(
                        () -> {
                            try {
                                take.run();
                            } finally {
                                receiving.arriveAndDeregister();
                            }
                        });
    }

    InetSocketAddress address() {
        return (InetSocketAddress) front.getLocalSocketAddress();
    }

    private void takeFromSenders() {
        var packet = new DatagramPacket(new byte[LARGEST], LARGEST);
        while (receive(front, packet)) {
            var sender = packet.getSocketAddress();
            if (blocked.getAsBoolean()) {
                forth.countBlocked();
                continue;
            }
            var towards = towardsTarget(sender);
            if (towards == null) {
                return;
            }
            var data = Arrays.copyOf(packet.getData(), packet.getLength());
            forth.send(
                    data.length,
                    () -> send(towards, new DatagramPacket(data, data.length, target)));
        }
    }

    private @Nullable DatagramSocket towardsTarget(SocketAddress sender) {
        synchronized (senders) {
            if (front.isClosed()) {
                return null;
            }
            var known = senders.get(sender);
            if (known != null) {
                return known;
            }
            if (senders.size() == MOST_SENDERS) {
                var silent = senders.entrySet().iterator();
                silent.next().getValue().close();
                silent.remove();
            }
            try {
                var made = new DatagramSocket(new InetSocketAddress(front.getLocalAddress(), 0));
                enlarge(made);
                senders.put(sender, made);
                receive("relay-udp-back", () -> takeFromTarget(made, sender));
                return made;
            } catch (IOException e) {
                Relay.LOG.log(System.Logger.Level.WARNING, "no socket towards " + target, e);
                return null;
            }
        }
    }

    private void takeFromTarget(DatagramSocket socket, SocketAddress sender) {
        var packet = new DatagramPacket(new byte[LARGEST], LARGEST);
        while (receive(socket, packet)) {
            if (blocked.getAsBoolean()) {
                back.countBlocked();
                continue;
            }
            var data = Arrays.copyOf(packet.getData(), packet.getLength());
            back.send(
                    data.length, () -> send(front, new DatagramPacket(data, data.length, sender)));
        }
    }

    private static void enlarge(DatagramSocket socket) throws IOException {
        socket.setReceiveBufferSize(SOCKET_BUFFER_BYTES);
        socket.setSendBufferSize(SOCKET_BUFFER_BYTES);
    }

    private static boolean receive(DatagramSocket socket, DatagramPacket packet) {
        while (!socket.isClosed()) {
            try {
                packet.setLength(LARGEST);
                socket.receive(packet);
                return true;
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    Relay.LOG.log(System.Logger.Level.DEBUG, "a datagram was not received", e);
                }
            }
        }
        return false;
    }

    private static boolean send(DatagramSocket socket, DatagramPacket packet) {
        try {
            socket.send(packet);
            return true;
        } catch (IOException _) {
            return false; // closed meanwhile, or larger than the socket takes; it is counted
        }
    }

    @Override
    public void close() {
        front.close();
        synchronized (senders) {
            senders.values().forEach(DatagramSocket::close);
            senders.clear();
        }
        receiving.arriveAndAwaitAdvance();
    }
}
