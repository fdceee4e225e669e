package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Quic;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.transport.LinkInfo;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.transport.support.GuardedThreads;
import dev.aptosnet.transport.support.PendingInbound;
import dev.aptosnet.transport.support.SocketAddresses;

import org.jspecify.annotations.Nullable;

import tech.kwik.core.ConnectionListener;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicConnection.QuicVersion;
import tech.kwik.core.QuicStream;
import tech.kwik.core.server.ApplicationProtocolConnection;
import tech.kwik.core.server.ApplicationProtocolConnectionFactory;
import tech.kwik.core.server.ServerConnection;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnector;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One listen command: a port, and everybody who comes to it.
 *
 * <p>A server of the library keeps the TLS session of each handshake that was completed, by
 * whomever, for a day, with no bound or switch. So after {@link #MAX_SESSIONS} of them another
 * server takes over at the same port, and the one before goes, with all that it kept, as soon as
 * its last connection has. There are never more servers than connections and one.
 */
final class QuicListener {
    private static final System.Logger LOG = System.getLogger(QuicListener.class.getName());

    /** How long a dialer that was turned away has to hear of it and go. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    /** How often a server that was replaced looks whether it is alone. */
    private static final Duration RETIRING = Duration.ofSeconds(1);

    /** Handshakes that one server completes; some 2 MiB of sessions. */
    static final int MAX_SESSIONS = 4096;

    private final QuicTransport transport;
    private final ListenId id;
    private final int maxSessions;
    private final ThrowAwayCertificate certificate;
    private final FirstFlights<ListenSocket> flights;
    private final EarlyHandshakes early;

    /** Guarded by this, as what follows. */
    private final Set<Server> servers = new HashSet<>();

    private @Nullable Server newest;
    private @Nullable ListenPort port;
    private boolean closed;

    /**
     * @param maxSessions after so many handshakes another server takes over, see {@link
     *     #MAX_SESSIONS}
     */
    QuicListener(QuicTransport transport, ListenId id, int maxSessions) {
        this.transport = transport;
        this.id = id;
        this.maxSessions = maxSessions;
        this.certificate = ThrowAwayCertificate.make(transport.random());
        var settings = transport.settings();
        this.flights = new FirstFlights<>(settings.limits());
        this.early =
                new EarlyHandshakes(
                        transport.listenerHandshake(),
                        certificate.hash(),
                        settings.hello(),
                        settings.limits().maxPendingInbound());
    }

    void listen(NetworkAddress address) {
        if (!address.isListenable() || !address.isQuic()) {
            failed(Reason.BAD_ADDRESS, address + " (expected: /ip4|ip6/…/quic/…)");
            return;
        }
        try {
            var bound = new ListenPort(SocketAddresses.literal(address), flights, early);
            synchronized (this) {
                port = bound;
                if (closed) {
                    bound.close();
                    failed(QuicTransport.CLOSED.reason(), QuicTransport.CLOSED.detail());
                    return;
                }
                open(bound);
            }
            var at = SocketAddresses.of(bound.address(), Quic::new);
            if (at != null) {
                transport.emit(
                        new TransportEvent.Listening(id, at.withKey(transport.keys().publicKey())));
            }
        } catch (IOException | CertificateException e) {
            failed(Reason.INPUT_OUTPUT, "cannot listen: " + e.getMessage());
        }
    }

    /** Starts another server, which takes those who are new. Holds the lock. */
    private void open(ListenPort at) throws IOException, CertificateException {
        var server = new Server(new ListenSocket(at));
        servers.add(server);
        newest = server;
        at.opened(server.socket);
        server.connector.start();
    }

    /** A server has completed as many handshakes as it may. */
    private synchronized void replace(Server full) {
        var at = port;
        if (closed || at == null || !full.equals(newest)) {
            return;
        }
        try {
            open(at);
            full.retire();
        } catch (IOException | CertificateException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "no new server for the QUIC listener; the one before goes on",
                    e);
        }
    }

    /** TLS sessions that the library keeps, at most. */
    synchronized int sessions() {
        return servers.stream().mapToInt(server -> server.completed.get()).sum();
    }

    private ServerConnectionConfig configuration() {
        var windows = Windows.of(transport.settings().limits());
        return ServerConnectionConfig.builder()
                .maxIdleTimeout((int) transport.idle().toMillis())
                .maxConnectionBufferSize(windows.connection())
                .maxUnidirectionalStreamBufferSize(windows.stream())
                .maxBidirectionalStreamBufferSize(windows.stream())
                .maxOpenPeerInitiatedUnidirectionalStreams(QuicLink.MAX_STREAMS)
                .maxOpenPeerInitiatedBidirectionalStreams(1)
                .retryRequired(false)
                .build();
    }

    private void failed(Reason reason, String detail) {
        transport.forget(this);
        transport.emit(new TransportEvent.ListenFailed(id, new SetupFailure(reason, detail)));
    }

    /** One of the library's servers, and how many connections it still has. */
    private final class Server implements ApplicationProtocolConnectionFactory {
        private final ListenSocket socket;
        private final ServerConnector connector;
        private final AtomicInteger completed = new AtomicInteger();

        /** Connections that are through with TLS and not gone. */
        private final Set<QuicConnection> present = ConcurrentHashMap.newKeySet();

        Server(ListenSocket socket) throws IOException, CertificateException {
            this.socket = socket;
            this.connector =
                    ServerConnector.builder()
                            .withSocket(socket)
                            .withKeyStore(
                                    certificate.keyStore(),
                                    ThrowAwayCertificate.ALIAS,
                                    ThrowAwayCertificate.password())
                            .withConfiguration(configuration())
                            .withSupportedVersion(QuicVersion.V1)
                            .withLogger(new LibraryLog())
                            .build();
            connector.registerApplicationProtocol(QuicTransport.APPLICATION, this);
        }

        @Override
        public int maxConcurrentPeerInitiatedUnidirectionalStreams() {
            return QuicLink.MAX_STREAMS;
        }

        @Override
        public int maxConcurrentPeerInitiatedBidirectionalStreams() {
            return 1;
        }

        /** What dialed links break their silence with; see {@link QuicLink}. */
        @Override
        public boolean enableDatagramExtension() {
            return true;
        }

        /** Somebody has finished TLS, which says nothing about who it is. */
        @Override
        public ApplicationProtocolConnection createConnection(
                String protocol, QuicConnection connection) {
            present.add(connection);
            if (completed.incrementAndGet() % maxSessions == 0) {
                GuardedThreads.start("aptosnet-quic-listen", () -> replace(this));
            }
            return new Visitor(this, connection);
        }

        /** Ends once nobody is left, those included who are still in the middle of TLS. */
        private void retire() {
            GuardedThreads.start("aptosnet-quic-retire", this::awaitLast);
        }

        private void awaitLast() {
            try {
                do {
                    Thread.sleep(RETIRING);
                } while (flights.isAwaited(socket, System.nanoTime()) || !present.isEmpty());
                connector.close();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            synchronized (QuicListener.this) {
                servers.remove(this);
            }
        }
    }

    /**
     * Stops, and waits so long for the library, which takes half a minute where somebody who has
     * begun to connect is silent.
     */
    void close(Duration limit) {
        List<Thread> closing;
        ListenPort bound;
        synchronized (this) {
            closed = true;
            closing = servers.stream().map(server -> closing(server.connector)).toList();
            bound = port;
        }
        transport.forget(this);
        var end = System.nanoTime() + limit.toNanos();
        try {
            for (var thread : closing) {
                var left = Math.max(1, end - System.nanoTime());
                var _ = thread.join(Duration.ofNanos(left));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            if (bound != null) {
                bound.close();
            }
        }
    }

    private static Thread closing(ServerConnector connector) {
        return GuardedThreads.start("aptosnet-quic-close", connector::close);
    }

    /** One connection before and after it is proven. */
    private final class Visitor implements ApplicationProtocolConnection, ConnectionListener {
        private final Server server;
        private final QuicConnection connection;
        private final Streams streams = new Streams();
        private final NudgedStreams.Connection outgoing = transport.streams().connection();
        private final AtomicBoolean begun = new AtomicBoolean();
        private final AtomicBoolean decided = new AtomicBoolean();
        private final @Nullable InetSocketAddress remote;
        private final @Nullable NetworkAddress from;
        private final long since = System.nanoTime();
        private final PendingInbound.@Nullable Place place;
        private volatile @Nullable Handshake handshake;
        private volatile @Nullable QuicLink link;
        private volatile @Nullable QuicStream control;
        private final CountDownLatch gone = new CountDownLatch(1);

        Visitor(Server server, QuicConnection connection) {
            this.server = server;
            this.connection = connection;
            this.remote =
                    connection instanceof ServerConnection known
                            ? known.getInitialRemoteAddress()
                            : null;
            this.from = remote == null ? null : SocketAddresses.of(remote, Quic::new);
            if (remote != null) {
                flights.landed(remote, server.socket);
                server.socket.tellOfPacketsTo(remote, outgoing);
            }
            this.place = transport.admission().enter();
            connection.setConnectionListener(this);
            var refusal = place == null ? transport.admission().full() : countFor(place);
            if (refusal != null) {
                refuse(refusal);
            } else {
                GuardedThreads.start("aptosnet-quic-deadline", this::watch);
            }
        }

        private @Nullable SetupFailure countFor(PendingInbound.Place taken) {
            var ip = from == null ? null : SocketAddresses.ip(from);
            return ip == null ? null : taken.countFor(ip);
        }

        private void watch() {
            try {
                Thread.sleep(transport.settings().limits().upgradeTimeout());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            var under = handshake;
            refuse(
                    new SetupFailure(
                            Reason.TIMEOUT,
                            "not finished in time (admission.handshake_timeout_ms), waiting for "
                                    + (under == null
                                            ? "the dialer's first message"
                                            : under.waitingFor())));
        }

        @Override
        public void acceptPeerInitiatedStream(QuicStream stream) {
            if (stream.isUnidirectional()) {
                streams.accept(stream);
            } else if (begun.compareAndSet(false, true)) {
                control = stream;
                GuardedThreads.start("aptosnet-quic-accept", () -> prove(stream));
            }
        }

        private void prove(QuicStream control) {
            var settings = transport.settings();
            try {
                var under =
                        new Handshake(
                                control.getInputStream(),
                                outgoing.watch(control.getOutputStream()),
                                settings.hello().get());
                handshake = under;
                var accepted =
                        under.accept(
                                transport.listenerHandshake(),
                                certificate.hash(),
                                () -> early.take(remote));
                expose(accepted, control);
            } catch (Handshake.Failed e) {
                refuse(e.failure());
            } catch (IOException e) {
                refuse(new SetupFailure(Reason.TRUNCATED, "the dialer closed the connection"));
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "a set-up failed", e);
                refuse(new SetupFailure(Reason.INPUT_OUTPUT, "the set-up failed"));
            }
        }

        private void expose(Handshake.Accepted accepted, QuicStream control) {
            var settings = transport.settings();
            var noise = accepted.noise();
            var seen = from;
            if (seen == null || !decided.compareAndSet(false, true)) {
                return;
            }
            leave();
            var ready =
                    new QuicLink(
                            transport,
                            new LinkInfo(
                                    ConnectionId.next(),
                                    noise.peer(),
                                    noise.key(),
                                    noise.role(),
                                    seen.withKey(noise.key()),
                                    Origin.INBOUND,
                                    QuicTransportProvider.NAME,
                                    noise.suite(),
                                    settings.limits().maxFrameBytes(),
                                    true,
                                    accepted.hello(),
                                    new LinkInfo.SetupTimes(
                                            Duration.ZERO,
                                            Duration.ofNanos(System.nanoTime() - since),
                                            Duration.ZERO)),
                            connection,
                            outgoing,
                            control);
            link = ready;
            ready.open(streams, new TransportEvent.Accepted(id, ready));
            if (gone.getCount() == 0) {
                ready.disconnected(QuicLink.BROKE);
            }
        }

        private void refuse(SetupFailure why) {
            if (decided.compareAndSet(false, true)) {
                leave();
                transport.emit(new TransportEvent.Refused(id, from, why));
                GuardedThreads.start("aptosnet-quic-close", this::dismiss);
            }
        }

        /**
         * The library says once that it closes a connection, which may be lost on the way, and the
         * dialer would wait for its deadline. The end of a stream is said until it is heard.
         */
        private void dismiss() {
            var stream = control;
            try {
                if (stream != null && gone.getCount() > 0) {
                    stream.resetStream(QuicLink.BROKEN);
                    var _ = gone.await(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } finally {
                connection.close(QuicLink.BROKEN, "");
            }
        }

        private void leave() {
            if (place != null) {
                place.leave();
            }
        }

        @Override
        public void disconnected(ConnectionTerminatedEvent event) {
            gone.countDown();
            server.present.remove(connection);
            if (remote != null) {
                flights.left(remote, server.socket);
                server.socket.forget(remote, outgoing);
                var _ = early.take(remote);
            }
            var there = link;
            if (there != null) {
                there.disconnected(QuicLink.howItEnded(event));
            } else {
                refuse(new SetupFailure(Reason.TRUNCATED, "the dialer closed the connection"));
            }
        }
    }
}
