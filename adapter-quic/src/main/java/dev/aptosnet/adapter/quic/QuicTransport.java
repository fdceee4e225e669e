package dev.aptosnet.adapter.quic;

import dev.aptosnet.noise.DialTimestamps;
import dev.aptosnet.noise.KeyPair;
import dev.aptosnet.noise.ListenerHandshake;
import dev.aptosnet.noise.ListenerPolicy;
import dev.aptosnet.noise.RecentlyUsed;
import dev.aptosnet.noise.ReplayGuard;
import dev.aptosnet.noise.SuiteMemory;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.Transport;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.TransportSettings;
import dev.aptosnet.transport.support.GuardedThreads;
import dev.aptosnet.transport.support.PendingInbound;

import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Connections over QUIC. Set-ups and streams run on virtual threads of their own, and each link has
 * one that owns it; {@code runtime_threads} does not matter here. The library beneath has platform
 * threads for each connection.
 */
final class QuicTransport implements Transport {
    static {
        LibraryAssertions.turnOff();
    }

    private static final System.Logger LOG = System.getLogger(QuicTransport.class.getName());

    /** What TLS agrees on before anything else (ALPN). */
    static final String APPLICATION = "aptosnet/1";

    static final SetupFailure CLOSED =
            new SetupFailure(Reason.CANCELED, "the transport was closed");

    static final LinkClosed LINK_CLOSED =
            new LinkClosed(DisconnectReason.REQUESTED_BY_PEER_MANAGER, "the transport was closed");

    /** How long a connection may be silent; the dialer breaks the silence in a third of it. */
    private static final Duration IDLE = Duration.ofSeconds(30);

    /** What listeners have for their end, however long the links took. */
    private static final long AT_LEAST_NANOS = 100_000_000;

    /** Listeners whose certificates are remembered, some 300 bytes each. */
    private static final int MAX_LISTENERS = 1024;

    private final TransportSettings settings;
    private final Duration idle;
    private final int maxSessions;
    private final KeyPair keys;
    private final SecureRandom random = new SecureRandom();
    private final DialTimestamps timestamps = new DialTimestamps();
    private final SuiteMemory suites;
    private final ListenerHandshake listenerHandshake;
    private final PendingInbound admission;
    private final NudgedStreams streams = new NudgedStreams();

    /**
     * By address and static key, the hash of the certificate that a listener had when it last
     * proved who it is. Whoever knows that can ask for the proof together with the first packet of
     * TLS; see {@link EarlyDial}.
     */
    private final RecentlyUsed<NetworkAddress, Bytes> certificates =
            new RecentlyUsed<>(MAX_LISTENERS);

    private final LongAdder quickDials = new LongAdder();

    private final Map<DialId, QuicDial> dials = new ConcurrentHashMap<>();
    private final Set<QuicListener> listeners = ConcurrentHashMap.newKeySet();
    private final Set<QuicLink> links = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** What the links that are gone have counted; guarded by itself. */
    private final Ended ended = new Ended();

    private static final class Ended {
        private Packets packets = Packets.NONE;
    }

    QuicTransport(TransportSettings settings) {
        this(settings, IDLE, QuicListener.MAX_SESSIONS);
    }

    /**
     * @param idle in place of {@link #IDLE}
     * @param maxSessions in place of {@link QuicListener#MAX_SESSIONS}
     */
    QuicTransport(TransportSettings settings, Duration idle, int maxSessions) {
        this.settings = settings;
        this.idle = idle;
        this.maxSessions = maxSessions;
        this.keys = KeyPair.ofPrivateKey(settings.privateKey());
        this.suites = new SuiteMemory(settings.suites());
        this.admission = new PendingInbound(settings.limits(), settings.clock());
        this.listenerHandshake =
                new ListenerHandshake(
                        new ListenerPolicy(
                                settings.self(),
                                keys,
                                settings.suites(),
                                settings.authMode(),
                                settings.trusted(),
                                settings.unknownInboundRole()),
                        new ReplayGuard(),
                        this::ephemeral);
    }

    @Override
    public void listen(ListenId id, NetworkAddress address) {
        if (closed) {
            emit(new TransportEvent.ListenFailed(id, CLOSED));
            return;
        }
        var listener = new QuicListener(this, id, maxSessions);
        listeners.add(listener);
        GuardedThreads.start("aptosnet-quic-listen", () -> listener.listen(address));
    }

    @Override
    public void dial(DialId id, PeerId expected, NetworkAddress address, RaceTicket turn) {
        var limit = settings.limits().upgradeTimeout();
        begin(id, new QuicDial(this, id, expected, address, turn, limit));
    }

    @Override
    public void probe(DialId id, NetworkAddress address, Duration limit) {
        begin(id, new QuicDial(this, id, null, address, RaceTicket.FREE, limit));
    }

    private void begin(DialId id, QuicDial dial) {
        if (dials.putIfAbsent(id, dial) != null) {
            throw new IllegalArgumentException("dial id " + id.number() + " is in use");
        }
        dial.start();
        if (closed) {
            dial.failed(CLOSED);
        }
    }

    @Override
    public void cancel(DialId id) {
        var dial = dials.get(id);
        if (dial != null) {
            dial.failed(new SetupFailure(Reason.CANCELED, "the caller gave the dial up"));
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        dials.values().forEach(dial -> dial.failed(CLOSED));
        links.forEach(link -> link.close(LINK_CLOSED.reason(), LINK_CLOSED.detail()));
        if (links.stream().anyMatch(QuicLink::isOwner)) {
            // An owner must not wait for itself.
            GuardedThreads.start("aptosnet-quic-close", this::awaitEnd);
        } else {
            awaitEnd();
        }
    }

    private void awaitEnd() {
        var end = System.nanoTime() + settings.limits().closeTimeout().toNanos();
        try {
            for (var link : links) {
                var left = Math.max(0, end - System.nanoTime());
                if (!link.awaitGone(left, TimeUnit.NANOSECONDS)) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "connection {0} did not close in time (close_timeout_ms)",
                            link.info().id());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        var left = Math.max(AT_LEAST_NANOS, end - System.nanoTime());
        // Each has the same time, and together they take no longer.
        var closing =
                listeners.stream()
                        .map(
                                listener ->
                                        GuardedThreads.start(
                                                "aptosnet-quic-close",
                                                () -> listener.close(Duration.ofNanos(left))))
                        .toList();
        try {
            for (var thread : closing) {
                thread.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- for the parts of this transport

    TransportSettings settings() {
        return settings;
    }

    KeyPair keys() {
        return keys;
    }

    SecureRandom random() {
        return random;
    }

    /** A fresh pair for one handshake. */
    KeyPair ephemeral() {
        return KeyPair.generate(random);
    }

    /** For the next first message, greater than all before. */
    long nextTimestamp() {
        return timestamps.next(settings.clock().wallMillis());
    }

    SuiteMemory suites() {
        return suites;
    }

    /** The hash of the certificate that is expected at an address, if any is, once. */
    @Nullable Bytes takeCertificate(NetworkAddress address) {
        return certificates.take(address);
    }

    /** Noise has proven the listener at an address, over a connection with this certificate. */
    void proven(NetworkAddress address, Bytes certificate) {
        certificates.keep(address, certificate);
    }

    ListenerHandshake listenerHandshake() {
        return listenerHandshake;
    }

    @Override
    public Packets packets() {
        synchronized (ended) {
            var sum = ended.packets;
            for (var link : links) {
                sum = sum.plus(link.packets());
            }
            return sum;
        }
    }

    @Override
    public int rememberedSessions() {
        return listeners.stream().mapToInt(QuicListener::sessions).sum();
    }

    @Override
    public long quickDials() {
        return quickDials.sum();
    }

    /** A dial has taken one round trip. */
    void countQuickDial() {
        quickDials.increment();
    }

    @Override
    public int pendingInbound() {
        return admission.total();
    }

    PendingInbound admission() {
        return admission;
    }

    /** How long a connection may be silent. */
    Duration idle() {
        return idle;
    }

    /** What keeps streams moving. */
    NudgedStreams streams() {
        return streams;
    }

    void forget(DialId id) {
        dials.remove(id);
    }

    void forget(QuicListener listener) {
        listeners.remove(listener);
    }

    void add(QuicLink link) {
        links.add(link);
        if (closed) {
            link.close(LINK_CLOSED.reason(), LINK_CLOSED.detail());
        }
    }

    void remove(QuicLink link) {
        synchronized (ended) {
            if (links.remove(link)) {
                ended.packets = ended.packets.plus(link.packets());
            }
        }
    }

    /** Tells the node. */
    void emit(TransportEvent event) {
        try {
            settings.events().accept(event);
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "nobody took " + event.getClass().getSimpleName(),
                    e);
        }
    }
}
