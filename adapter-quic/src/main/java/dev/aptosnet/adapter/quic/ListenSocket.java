package dev.aptosnet.adapter.quic;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What one server of the library takes for its socket: its part of a {@link ListenPort}. Packets
 * that another server's thread has read wait here; of more than {@link #MAX_HANDED} the newest are
 * lost, as if on the way.
 */
final class ListenSocket extends DatagramSocket {
    /** At most so many wait, 1.5 MB. */
    private static final int MAX_HANDED = 1024;

    private static final DatagramPacket END = new DatagramPacket(new byte[0], 0);

    private final ListenPort port;
    private final BlockingQueue<DatagramPacket> handed = new ArrayBlockingQueue<>(MAX_HANDED);
    private final Map<SocketAddress, NudgedStreams.Connection> connections =
            new ConcurrentHashMap<>();
    private volatile boolean done;

    ListenSocket(ListenPort port) throws SocketException {
        super((SocketAddress) null);
        super.close(); // It has none of the system's own.
        this.port = port;
    }

    /** Something for this server; any thread. */
    void handOn(DatagramPacket packet) {
        var from = packet.getOffset();
        var copy = Arrays.copyOfRange(packet.getData(), from, from + packet.getLength());
        var _ = handed.offer(new DatagramPacket(copy, copy.length, packet.getSocketAddress()));
    }

    /** Takes what was handed on, if there is anything. */
    boolean takeHanded(DatagramPacket into) throws SocketException {
        var next = handed.poll();
        if (next == null) {
            checkOpen();
            return false;
        }
        fill(into, next);
        return true;
    }

    /** Waits for what is handed on. */
    void awaitHanded(DatagramPacket into) throws SocketException {
        checkOpen();
        try {
            fill(into, handed.take());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new SocketException("interrupted");
        }
    }

    private void fill(DatagramPacket into, DatagramPacket next) throws SocketException {
        checkOpen();
        System.arraycopy(next.getData(), 0, into.getData(), into.getOffset(), next.getLength());
        into.setLength(next.getLength());
        into.setSocketAddress(next.getSocketAddress());
    }

    private void checkOpen() throws SocketException {
        if (done) {
            throw new SocketException("closed");
        }
    }

    @Override
    public void receive(DatagramPacket packet) throws IOException {
        port.receive(this, packet);
    }

    @Override
    public void send(DatagramPacket packet) throws IOException {
        port.send(packet);
        var connection = connections.get(packet.getSocketAddress());
        if (connection != null) {
            connection.packetLeft();
        }
    }

    /** Tells a connection of each packet that leaves for its dialer. */
    void tellOfPacketsTo(SocketAddress dialer, NudgedStreams.Connection connection) {
        connections.put(dialer, connection);
    }

    /** The connection is gone. */
    void forget(SocketAddress dialer, NudgedStreams.Connection connection) {
        connections.remove(dialer, connection);
    }

    @Override
    public int getLocalPort() {
        return port.address().getPort();
    }

    @Override
    public void close() {
        // The superclass's constructor may call this.
        if (handed != null) {
            done = true;
            handed.clear();
            var _ = handed.offer(END);
        }
    }
}
