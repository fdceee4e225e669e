package dev.aptosnet.adapter.quic;

import dev.aptosnet.transport.support.GuardedThreads;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;

/**
 * A UDP port on which several servers of the library may listen: each has a {@link ListenSocket} of
 * its own, and {@link FirstFlights} say whose a packet is. The newest one reads from the system, so
 * that a packet takes no other way than without all this, and hands on what belongs to others. What
 * is none of QUIC's goes to {@link EarlyHandshakes}.
 *
 * <p>Kwik 0.10 ends the whole process when receiving fails ({@code System.exit} in its server), so
 * a failure never reaches it: one that passes is tried again, and after one that stays, or when the
 * port is closed, nothing more is received.
 */
final class ListenPort implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ListenPort.class.getName());

    /** How many failures in a row are taken for one that stays. */
    private static final int MAX_FAILURES = 100;

    private final DatagramSocket socket;
    private final InetSocketAddress at;
    private final FirstFlights<ListenSocket> flights;
    private final EarlyHandshakes early;
    private volatile @Nullable ListenSocket newest;

    ListenPort(
            @Nullable SocketAddress wanted,
            FirstFlights<ListenSocket> flights,
            EarlyHandshakes early)
            throws SocketException {
        this.socket = new DatagramSocket(wanted);
        this.at = (InetSocketAddress) socket.getLocalSocketAddress();
        this.flights = flights;
        this.early = early;
        Windows.widen(socket);
    }

    /** Where it is. */
    InetSocketAddress address() {
        return at;
    }

    /** From now on this one takes those who are new. */
    void opened(ListenSocket next) {
        newest = next;
    }

    /** Sends; what comes after the end is lost, as if on the way. */
    void send(DatagramPacket packet) throws IOException {
        try {
            socket.send(packet);
        } catch (IOException e) {
            if (!socket.isClosed()) {
                throw e;
            }
        }
    }

    /** Waits for the next packet of one server; see {@link DatagramSocket#receive}. */
    void receive(ListenSocket server, DatagramPacket packet) throws IOException {
        while (server.equals(newest)) {
            if (server.takeHanded(packet)) {
                return;
            }
            if (await(packet) && !isAside(packet)) {
                var to = flights.serverOf(packet, System.nanoTime(), server);
                if (server.equals(to)) {
                    return;
                }
                if (to != null) {
                    to.handOn(packet);
                }
            }
        }
        server.awaitHanded(packet);
    }

    /** What is none of QUIC's, and how it is answered. */
    private boolean isAside(DatagramPacket packet) {
        if (!EarlyMessage.isOne(packet)) {
            return false;
        }
        var message = EarlyMessage.firstMessage(packet);
        if (message != null
                && packet.getSocketAddress() instanceof InetSocketAddress from
                && flights.isBegun(from)
                && early.mayAsk(from, System.nanoTime())) {
            // This thread is the library's, and receives for everybody.
            GuardedThreads.start("aptosnet-quic-early", () -> answer(message, from));
        }
        return true;
    }

    private void answer(byte[] message, InetSocketAddress from) {
        var answer = early.answer(message, from);
        try {
            if (answer != null) {
                send(answer);
            }
        } catch (IOException e) {
            // As if it were lost on the way.
            LOG.log(System.Logger.Level.DEBUG, "an early answer did not leave", e);
        }
    }

    /** False if nothing came, and nothing will. */
    private boolean await(DatagramPacket packet) {
        for (var failures = 1; ; failures++) {
            try {
                socket.receive(packet);
                return true;
            } catch (IOException e) {
                if (failures == MAX_FAILURES && !socket.isClosed()) {
                    LOG.log(
                            System.Logger.Level.ERROR,
                            "the QUIC listener at " + at + " is deaf",
                            e);
                }
                if (failures >= MAX_FAILURES || socket.isClosed()) {
                    newest = null;
                    return false;
                }
            }
        }
    }

    @Override
    public void close() {
        newest = null;
        socket.close();
    }
}
