package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.transport.TransportSettings.Limits;

import java.net.DatagramSocket;
import java.net.SocketException;

/**
 * How much a peer may send ahead of what is read, which bounds what the library holds for a link.
 * {@code rx_buffer_size_bytes} is the window of one link where it is set, as it is a socket's on
 * TCP.
 *
 * @param connection bytes of all streams of a link
 * @param stream bytes of one stream
 */
record Windows(long connection, long stream) {
    /** The library takes ten times a stream's for the connection's at a dialer. */
    private static final int PART = 10;

    private static final long DEFAULT_CONNECTION = 4 << 20;
    private static final long MIN_CONNECTION = 64 << 10;

    /**
     * What the kernel may hold of datagrams that nobody has taken yet. Its own default is some
     * hundred of them, which a sender on a fast link fills before the library's thread has its
     * turn.
     */
    private static final int SOCKET_BUFFER = 1 << 20;

    static Windows of(Limits limits) {
        var connection =
                limits.receiveBufferBytes() == 0
                        ? DEFAULT_CONNECTION
                        : Math.max(MIN_CONNECTION, limits.receiveBufferBytes());
        return new Windows(connection, connection / 4);
    }

    /** What a dialer's builder is given, so that the connection's window is as it is here. */
    long dialed() {
        return connection / PART;
    }

    /** Asks for room in the kernel; it gives what its own limits allow. */
    static void widen(DatagramSocket socket) throws SocketException {
        socket.setReceiveBufferSize(SOCKET_BUFFER);
        socket.setSendBufferSize(SOCKET_BUFFER);
    }
}
