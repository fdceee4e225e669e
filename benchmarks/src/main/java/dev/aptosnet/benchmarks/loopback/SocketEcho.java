package dev.aptosnet.benchmarks.loopback;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * The baseline: blocking JDK sockets that echo messages of one size, without encryption, framing,
 * limits or anything else. What the machine can do at all.
 */
final class SocketEcho implements AutoCloseable {
    private final ServerSocket server;
    private final Socket socket;
    private final DataInputStream in;
    private final byte[] message;

    SocketEcho(int size) throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var echo = new byte[size];
        Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            try (var peer = server.accept()) {
                                peer.setTcpNoDelay(true);
                                var from = new DataInputStream(peer.getInputStream());
                                while (true) {
                                    from.readFully(echo);
                                    peer.getOutputStream().write(echo);
                                }
                            } catch (IOException _) {
                                // The other end is closed: the measurement is over.
                            }
                        });
        socket = new Socket(server.getInetAddress(), server.getLocalPort());
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        message = new byte[size];
    }

    void roundTrip() throws IOException {
        socket.getOutputStream().write(message);
        in.readFully(message);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        server.close();
    }
}
