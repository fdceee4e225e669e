package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.testkit.SilentPeer;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Plain sockets of the JDK, which say what a test tells them to and nothing else. */
final class RawPeer implements SilentPeer {
    private final NetworkAddress address;
    private final Closeable socket;
    private volatile boolean hungUp;

    private RawPeer(NetworkAddress address, Closeable socket) {
        this.address = address;
        this.socket = socket;
    }

    /** A listener that reads until the end and never answers. */
    static RawPeer silentListener(PublicKey key) {
        try {
            var server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
            var peer = new RawPeer(loopback(server.getLocalPort()).withKey(key), server);
            Thread.ofVirtual()
                    .start(
                            () -> {
                                try (var accepted = server.accept()) {
                                    peer.drain(accepted);
                                } catch (IOException _) {
                                    // The test is over.
                                }
                            });
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connects, reads until the end and never sends. */
    static RawPeer silentDialer(NetworkAddress listener) {
        try {
            var socket = connect(listener);
            var peer = new RawPeer(listener, socket);
            Thread.ofVirtual().start(() -> peer.drain(socket));
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A plain connection to a listener. */
    static Socket connect(NetworkAddress listener) throws IOException {
        var socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        socket.connect(
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), listener.port().orElseThrow()));
        return socket;
    }

    /** Our form of a port on loopback. */
    static NetworkAddress loopback(int port) {
        return NetworkAddress.ofTcp(new byte[] {127, 0, 0, 1}, port);
    }

    private void drain(Socket from) {
        try {
            var buffer = new byte[4096];
            while (from.getInputStream().read(buffer) >= 0) {
                // What comes is of no interest, only the end is.
            }
        } catch (IOException _) {
            // A reset is an end too.
        }
        hungUp = true;
    }

    @Override
    public NetworkAddress address() {
        return address;
    }

    @Override
    public boolean isHungUp() {
        return hungUp;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
