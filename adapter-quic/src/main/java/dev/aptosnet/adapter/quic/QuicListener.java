package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Quic;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.transport.LinkInfo;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.PendingInbound;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.SocketAddresses;
import dev.aptosnet.ports.transport.TransportEvent;

import org.jspecify.annotations.Nullable;

import tech.kwik.core.ConnectionListener;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicConnection.QuicVersion;
import tech.kwik.core.QuicStream;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.server.ApplicationProtocolConnection;
import tech.kwik.core.server.ApplicationProtocolConnectionFactory;
import tech.kwik.core.server.ServerConnection;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnector;

import java.io.IOException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** One listen command: a socket, and everybody who comes to it. */
final class QuicListener implements ApplicationProtocolConnectionFactory {
    private static final System.Logger LOG = System.getLogger(QuicListener.class.getName());

    /** How long a dialler that was turned away has to hear of it and go. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final QuicTransport transport;
    private final ListenId id;
    private final ThrowAwayCertificate certificate;
    private final FirstFlights flights;
    private @Nullable ListenSocket socket;
    private @Nullable ServerConnector connector;
    private boolean closed;

    QuicListener(QuicTransport transport, ListenId id) {
        this.transport = transport;
        this.id = id;
        this.certificate = ThrowAwayCertificate.make(transport.random());
        this.flights = new FirstFlights(transport.settings().limits());
    }

    void listen(NetworkAddress address) {
        if (!address.isListenable() || !address.isQuic()) {
            failed(Reason.BAD_ADDRESS, address + " (expected: /ip4|ip6/…/quic/…)");
            return;
        }
        var wanted = SocketAddresses.literal(address);
        try {
            var bound = new ListenSocket(wanted, flights);
            Windows.widen(bound);
            var made =
                    ServerConnector.builder()
                            .withSocket(bound)
                            .withKeyStore(
                                    certificate.keyStore(),
                                    ThrowAwayCertificate.ALIAS,
                                    ThrowAwayCertificate.password())
                            .withConfiguration(configuration())
                            .withSupportedVersion(QuicVersion.V1)
                            .withLogger(new NullLogger())
                            .build();
            made.registerApplicationProtocol(QuicTransport.APPLICATION, this);
            synchronized (this) {
                if (closed) {
                    bound.close();
                    failed(QuicTransport.CLOSED.reason(), QuicTransport.CLOSED.detail());
                    return;
                }
                socket = bound;
                connector = made;
                made.start();
            }
            var at = SocketAddresses.of(bound.getLocalSocketAddress(), Quic::new);
            if (at != null) {
                transport.emit(
                        new TransportEvent.Listening(id, at.withKey(transport.keys().publicKey())));
            }
        } catch (IOException | CertificateException e) {
            failed(Reason.INPUT_OUTPUT, "cannot listen: " + e.getMessage());
        }
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

    @Override
    public int maxConcurrentPeerInitiatedUnidirectionalStreams() {
        return QuicLink.MAX_STREAMS;
    }

    @Override
    public int maxConcurrentPeerInitiatedBidirectionalStreams() {
        return 1;
    }

    /** What dialled links break their silence with; see {@link QuicLink}. */
    @Override
    public boolean enableDatagramExtension() {
        return true;
    }

    /** Somebody has finished TLS, which says nothing about who it is. */
    @Override
    public ApplicationProtocolConnection createConnection(
            String protocol, QuicConnection connection) {
        return new Visitor(connection);
    }

    void close() {
        ServerConnector open;
        ListenSocket bound;
        synchronized (this) {
            closed = true;
            open = connector;
            bound = socket;
        }
        transport.forget(this);
        if (open != null) {
            open.close();
        }
        if (bound != null) {
            bound.close();
        }
    }

    /** How a connection ended, in our words. */
    static String describe(ConnectionTerminatedEvent event) {
        if (event.hasApplicationError() || event.hasTransportError()) {
            return "the connection broke: the "
                    + (event.closedByPeer() ? "peer" : "own end")
                    + " closed it with an error";
        }
        return switch (event.closeReason()) {
            case IdleTimeout -> "the connection was silent for too long";
            case ImmediateClose -> "the connection was closed";
            case StatelessReset -> "the connection was reset";
            case ConnectionLost -> "the connection was lost";
        };
    }

    /** One connection before and after it is proven. */
    private final class Visitor implements ApplicationProtocolConnection, ConnectionListener {
        private final QuicConnection connection;
        private final Streams streams = new Streams();
        private final AtomicBoolean begun = new AtomicBoolean();
        private final AtomicBoolean decided = new AtomicBoolean();
        private final @Nullable NetworkAddress from;
        private final long since = System.nanoTime();
        private final PendingInbound.@Nullable Place place;
        private volatile @Nullable Handshake handshake;
        private volatile @Nullable QuicLink link;
        private volatile @Nullable QuicStream control;
        private final CountDownLatch gone = new CountDownLatch(1);

        Visitor(QuicConnection connection) {
            this.connection = connection;
            if (connection instanceof ServerConnection known) {
                this.from = SocketAddresses.of(known.getInitialRemoteAddress(), Quic::new);
                flights.landed(known.getInitialRemoteAddress(), System.nanoTime());
            } else {
                this.from = null;
            }
            this.place = transport.admission().enter();
            connection.setConnectionListener(this);
            var refusal = place == null ? transport.admission().full() : countFor(place);
            if (refusal != null) {
                refuse(refusal);
            } else {
                Thread.ofVirtual().name("aptosnet-quic-deadline").start(this::watch);
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
                                            ? "the dialler's first message"
                                            : under.waitingFor())));
        }

        @Override
        public void acceptPeerInitiatedStream(QuicStream stream) {
            if (stream.isUnidirectional()) {
                streams.accept(stream);
            } else if (begun.compareAndSet(false, true)) {
                control = stream;
                Thread.ofVirtual().name("aptosnet-quic-accept").start(() -> prove(stream));
            }
        }

        private void prove(QuicStream control) {
            var settings = transport.settings();
            try {
                var under =
                        new Handshake(
                                control.getInputStream(),
                                transport.streams().watch(control.getOutputStream()),
                                settings.hello().get());
                handshake = under;
                var accepted = under.accept(transport.listenerHandshake(), certificate.hash());
                expose(accepted, control);
            } catch (Handshake.Failed e) {
                refuse(e.failure());
            } catch (IOException e) {
                refuse(new SetupFailure(Reason.TRUNCATED, "the dialler closed the connection"));
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
            var owner = new LinkOwner("aptosnet-quic-owner");
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
                            control,
                            owner);
            transport.add(ready);
            link = ready;
            ready.open(streams);
            if (gone.getCount() == 0) {
                ready.disconnected("the connection broke");
            }
            owner.execute(() -> transport.emit(new TransportEvent.Accepted(id, ready)));
        }

        private void refuse(SetupFailure why) {
            if (decided.compareAndSet(false, true)) {
                leave();
                transport.emit(new TransportEvent.Refused(id, from, why));
                Thread.ofVirtual().name("aptosnet-quic-close").start(this::dismiss);
            }
        }

        /**
         * The library says once that it closes a connection, which may be lost on the way, and the
         * dialler would wait for its deadline. The end of a stream is said until it is heard.
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
            var there = link;
            if (there != null) {
                there.disconnected(describe(event));
            } else {
                refuse(new SetupFailure(Reason.TRUNCATED, "the dialler closed the connection"));
            }
        }
    }
}
