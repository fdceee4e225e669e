package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.testkit.SilentPeer;

import tech.kwik.core.ConnectionListener;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicConnection.QuicVersion;
import tech.kwik.core.QuicSessionTicket;
import tech.kwik.core.QuicStream;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.server.ApplicationProtocolConnection;
import tech.kwik.core.server.ApplicationProtocolConnectionFactory;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Ends of QUIC that are not ours: they speak TLS, and then what a test wants. */
final class StrangeQuic implements SilentPeer {
    /** How many streams the other end may have open at once towards a client of ours. */
    static final int STREAMS = 8;

    static {
        // These ends need the library as our transport leaves it, whichever of them comes first.
        try {
            MethodHandles.lookup().ensureInitialized(QuicTransport.class);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private final NetworkAddress address;
    private final AutoCloseable resource;
    private final BooleanSupplier hungUp;

    private StrangeQuic(NetworkAddress address, AutoCloseable resource, BooleanSupplier hungUp) {
        this.address = address;
        this.resource = resource;
        this.hungUp = hungUp;
    }

    /** Takes connections and streams, and never says a word. */
    static StrangeQuic silentListener(PublicKey key) {
        var open = new AtomicInteger();
        var server =
                server(
                        QuicTransport.APPLICATION,
                        connection -> {
                            open.incrementAndGet();
                            connection.setConnectionListener(
                                    new ConnectionListener() {
                                        @Override
                                        public void disconnected(ConnectionTerminatedEvent e) {
                                            open.decrementAndGet();
                                        }
                                    });
                        },
                        (_, _) -> {});
        // One that was given up before TLS was through is known by its silence alone.
        return new StrangeQuic(
                address(server.socket()).withKey(key),
                server,
                () -> open.get() == 0 && server.socket().isSilentFor(Duration.ofSeconds(2)));
    }

    /** Connects and never says a word. */
    static StrangeQuic silentDialer(NetworkAddress listener) {
        var connection = client(listener, QuicTransport.APPLICATION);
        var hungUp = new AtomicBoolean();
        connection.setConnectionListener(
                new ConnectionListener() {
                    @Override
                    public void disconnected(ConnectionTerminatedEvent e) {
                        hungUp.set(true);
                    }
                });
        try {
            connection.connect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new StrangeQuic(listener, connection::close, hungUp::get);
    }

    /** A running server and its socket. */
    record Server(ServerConnector connector, HearingSocket socket) implements AutoCloseable {
        @Override
        public void close() {
            connector.close();
            socket.close();
        }
    }

    /** Knows when it last received anything. */
    static final class HearingSocket extends DatagramSocket {
        private volatile long heardAt = System.nanoTime();

        HearingSocket() throws SocketException {
            super(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        }

        @Override
        public void receive(DatagramPacket packet) throws IOException {
            super.receive(packet);
            heardAt = System.nanoTime();
        }

        boolean isSilentFor(Duration time) {
            return System.nanoTime() - heardAt > time.toNanos();
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
            var socket = new HearingSocket();
            var connector =
                    ServerConnector.builder()
                            .withSocket(socket)
                            .withKeyStore(
                                    certificate.keyStore(),
                                    ThrowAwayCertificate.ALIAS,
                                    ThrowAwayCertificate.password())
                            .withConfiguration(
                                    ServerConnectionConfig.builder()
                                            .maxIdleTimeout(10_000)
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
        return client(to, application, Duration.ofSeconds(10));
    }

    /** Not connected yet; gives up connecting after a time. */
    static QuicClientConnection client(NetworkAddress to, String application, Duration limit) {
        try {
            return builder(to, application, limit).build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Resumes a session; every datagram that it sends is handed out too. */
    static QuicClientConnection resuming(
            NetworkAddress to, QuicSessionTicket ticket, Consumer<byte[]> sent) {
        try {
            return builder(to, QuicTransport.APPLICATION, Duration.ofSeconds(10))
                    .sessionTicket(ticket)
                    .socketFactory(_ -> new RecordedSocket(sent))
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Not connected yet; asks beside TLS. */
    static QuicClientConnection asking(NetworkAddress to, EarlyDial early) {
        try {
            return builder(to, QuicTransport.APPLICATION, Duration.ofSeconds(10))
                    .socketFactory(_ -> new DialSocket(new NudgedStreams().connection(), early))
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class RecordedSocket extends DatagramSocket {
        private final Consumer<byte[]> sent;

        RecordedSocket(Consumer<byte[]> sent) throws SocketException {
            this.sent = sent;
        }

        @Override
        public void send(DatagramPacket packet) throws IOException {
            sent.accept(Arrays.copyOf(packet.getData(), packet.getLength()));
            super.send(packet);
        }
    }

    private static QuicClientConnection.Builder builder(
            NetworkAddress to, String application, Duration limit) {
        return QuicClientConnection.newBuilder()
                .version(QuicVersion.V1)
                .host(ThrowAwayCertificate.HOST)
                .proxy("127.0.0.1")
                .port(to.port().orElseThrow())
                .applicationProtocol(application)
                .customTrustManager(AnyCertificate.INSTANCE)
                .connectTimeout(limit)
                .maxIdleTimeout(Duration.ofSeconds(30))
                .maxOpenPeerInitiatedUnidirectionalStreams(STREAMS)
                .logger(new NullLogger());
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
        return hungUp.getAsBoolean();
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
