package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.testkit.SilentPeer;

import tech.kwik.core.ConnectionListener;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicConnection.QuicVersion;
import tech.kwik.core.QuicStream;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.server.ApplicationProtocolConnection;
import tech.kwik.core.server.ApplicationProtocolConnectionFactory;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.function.Consumer;

/** Ends of QUIC that are not ours: they speak TLS, and then what a test wants. */
final class StrangeQuic implements SilentPeer {
    private final NetworkAddress address;
    private final AutoCloseable resource;
    private volatile boolean hungUp;

    private StrangeQuic(NetworkAddress address, AutoCloseable resource) {
        this.address = address;
        this.resource = resource;
    }

    /** Takes connections and streams, and never says a word. */
    static StrangeQuic silentListener(PublicKey key) {
        var holder = new StrangeQuic[1];
        var server =
                server(
                        QuicTransport.APPLICATION,
                        connection ->
                                connection.setConnectionListener(
                                        new ConnectionListener() {
                                            @Override
                                            public void disconnected(ConnectionTerminatedEvent e) {
                                                holder[0].hungUp = true;
                                            }
                                        }),
                        (_, _) -> {});
        holder[0] = new StrangeQuic(address(server.socket()).withKey(key), server);
        return holder[0];
    }

    /** Connects and never says a word. */
    static StrangeQuic silentDialler(NetworkAddress listener) {
        var connection = client(listener, QuicTransport.APPLICATION);
        var peer = new StrangeQuic(listener, connection::close);
        connection.setConnectionListener(
                new ConnectionListener() {
                    @Override
                    public void disconnected(ConnectionTerminatedEvent e) {
                        peer.hungUp = true;
                    }
                });
        try {
            connection.connect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return peer;
    }

    /** A running server and its socket. */
    record Server(ServerConnector connector, DatagramSocket socket) implements AutoCloseable {
        @Override
        public void close() {
            connector.close();
            socket.close();
        }
    }

    /** Takes a stream of a connection. */
    interface StreamTaker {
        void take(QuicConnection connection, QuicStream stream);
    }

    static Server server(
            String application, Consumer<QuicConnection> connected, StreamTaker streams) {
        try {
            var certificate = ThrowAwayCertificate.make(new SecureRandom());
            var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
            var connector =
                    ServerConnector.builder()
                            .withSocket(socket)
                            .withKeyStore(
                                    certificate.keyStore(),
                                    ThrowAwayCertificate.ALIAS,
                                    ThrowAwayCertificate.password())
                            .withConfiguration(
                                    ServerConnectionConfig.builder()
                                            .maxIdleTimeout(30_000)
                                            .maxOpenPeerInitiatedUnidirectionalStreams(8)
                                            .maxOpenPeerInitiatedBidirectionalStreams(8)
                                            .build())
                            .withSupportedVersion(QuicVersion.V1)
                            .withLogger(new NullLogger())
                            .build();
            connector.registerApplicationProtocol(
                    application,
                    new ApplicationProtocolConnectionFactory() {
                        @Override
                        public int maxConcurrentPeerInitiatedBidirectionalStreams() {
                            return 8;
                        }

                        @Override
                        public int maxConcurrentPeerInitiatedUnidirectionalStreams() {
                            return 8;
                        }

                        @Override
                        public ApplicationProtocolConnection createConnection(
                                String protocol, QuicConnection connection) {
                            connected.accept(connection);
                            return new ApplicationProtocolConnection() {
                                @Override
                                public void acceptPeerInitiatedStream(QuicStream stream) {
                                    streams.take(connection, stream);
                                }
                            };
                        }
                    });
            connector.start();
            return new Server(connector, socket);
        } catch (IOException | CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Not connected yet. */
    static QuicClientConnection client(NetworkAddress to, String application) {
        try {
            return QuicClientConnection.newBuilder()
                    .version(QuicVersion.V1)
                    .host(ThrowAwayCertificate.HOST)
                    .proxy("127.0.0.1")
                    .port(to.port().orElseThrow())
                    .applicationProtocol(application)
                    .customTrustManager(AnyCertificate.INSTANCE)
                    .connectTimeout(Duration.ofSeconds(10))
                    .maxIdleTimeout(Duration.ofSeconds(30))
                    .maxOpenPeerInitiatedUnidirectionalStreams(8)
                    .logger(new NullLogger())
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static NetworkAddress address(DatagramSocket socket) {
        return NetworkAddress.parse("/ip4/127.0.0.1/quic/" + socket.getLocalPort());
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
        try {
            resource.close();
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
