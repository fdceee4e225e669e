package dev.aptosnet.adapter.quic;

import dev.aptosnet.noise.DiallerHandshake;
import dev.aptosnet.noise.HandshakeException;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Dns;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.LinkInfo;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.SocketAddresses;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.Turn;

import org.jspecify.annotations.Nullable;

import tech.kwik.core.ConnectionListener;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicConnection.QuicVersion;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One dial command: resolve, connect to the first address that answers, prove; all before one
 * deadline, on a virtual thread. Owns its socket from the moment that exists, and answers exactly
 * once.
 */
final class QuicDial {
    private static final System.Logger LOG = System.getLogger(QuicDial.class.getName());

    /** How long the socket of a dial that was given up may still send. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /** Between the end of TLS and our first word. */
    private static final Duration FIRST_WORD = Duration.ofMillis(10);

    private final QuicTransport transport;
    private final DialId id;
    private final @Nullable PeerId expected;
    private final NetworkAddress address;
    private final AtomicBoolean answered = new AtomicBoolean();
    private final Thread thread;
    private final long begun = System.nanoTime();
    private final Turn turn;
    private final Duration limit;

    private volatile String doing = "starting";
    private volatile @Nullable Handshake handshake;

    /** What has to be let go when the dial fails; guarded by itself. */
    private final Object held = new Object();

    private @Nullable DatagramSocket socket;
    private @Nullable QuicClientConnection connection;
    private boolean over;

    /**
     * @param expected who must be there; null for a probe, which connects, tells how long that took
     *     and closes
     */
    QuicDial(
            QuicTransport transport,
            DialId id,
            @Nullable PeerId expected,
            NetworkAddress address,
            Turn turn,
            Duration limit) {
        this.transport = transport;
        this.id = id;
        this.expected = expected;
        this.address = address;
        this.turn = turn;
        this.limit = limit;
        this.thread = Thread.ofVirtual().name("aptosnet-quic-dial").unstarted(this::run);
    }

    void start() {
        thread.start();
        Thread.ofVirtual().name("aptosnet-quic-deadline").start(this::watch);
    }

    private void watch() {
        try {
            if (!thread.join(limit)) {
                var under = handshake;
                failed(
                        new SetupFailure(
                                Reason.TIMEOUT,
                                "not finished in "
                                        + limit.toMillis()
                                        + " ms (admission.handshake_timeout_ms), waiting for "
                                        + (under == null ? doing : under.waitingFor())));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            var key = address.key().orElse(null);
            if (!address.isDialable() || !address.isQuic() || key == null) {
                throw new Handshake.Failed(
                        Reason.BAD_ADDRESS,
                        address
                                + " (expected:"
                                + " /ip4|ip6|dns|dns4|dns6/…/quic/…/noise-ik/…/handshake/0)");
            }
            var version = address.handshakeVersion().orElse(-1);
            if (version != NetworkAddress.HANDSHAKE_VERSION) {
                throw new Handshake.Failed(
                        Reason.BAD_ADDRESS, "handshake version " + version + " (expected: 0)");
            }
            if (key.equals(transport.keys().publicKey())) {
                throw new Handshake.Failed(Reason.SELF_DIAL, "the key in the address is our own");
            }
            connect(targets(), key);
        } catch (Handshake.Failed e) {
            failed(e.failure());
        } catch (RuntimeException e) {
            failed(new SetupFailure(Reason.INPUT_OUTPUT, "dialling failed: " + e));
        }
    }

    private List<InetSocketAddress> targets() throws Handshake.Failed {
        if (!(address.network() instanceof Dns name)) {
            var literal = SocketAddresses.literal(address);
            return literal == null ? List.of() : List.of(literal);
        }
        doing = "name resolution";
        var found = SocketAddresses.resolve(name, address.port().orElseThrow());
        if (found.isEmpty()) {
            throw new Handshake.Failed(
                    Reason.UNRESOLVED_NAME,
                    "the name in " + address + " has no address of the wanted family");
        }
        return found;
    }

    private void connect(List<InetSocketAddress> targets, PublicKey key) throws Handshake.Failed {
        var why = "no address";
        for (var i = 0; i < targets.size() && !answered.get(); i++) {
            // Addresses that answer nothing must leave time for those after them.
            var left = limit.toNanos() - (System.nanoTime() - begun);
            var share = Duration.ofNanos(Math.max(1_000_000, left / (targets.size() - i)));
            var streams = new Streams();
            var outgoing = transport.streams().connection();
            var link = new AtomicReference<@Nullable QuicLink>();
            var early = expected == null ? null : early(key);
            try {
                doing = "its turn, behind other dials";
                QuicClientConnection made;
                Duration took;
                try (var _ = DialPace.OF_PROCESS.enter()) {
                    doing = "a connection";
                    var connecting = System.nanoTime();
                    made = connection(targets.get(i), share, outgoing, early, streams, link);
                    took = Duration.ofNanos(System.nanoTime() - connecting);
                }
                if (expected == null) {
                    probed(took);
                } else {
                    prove(expected, made, outgoing, early, took, streams, link, key);
                }
                return;
            } catch (IOException e) {
                why = String.valueOf(e.getMessage());
                letGo();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new Handshake.Failed(Reason.CANCELLED, "the caller gave the dial up");
            }
        }
        throw new Handshake.Failed(Reason.CONNECT_FAILED, why);
    }

    /** For a listener that was proven before. */
    private @Nullable EarlyDial early(PublicKey key) throws Handshake.Failed {
        var certificate = transport.takeCertificate(address);
        if (certificate == null) {
            return null;
        }
        try {
            return new EarlyDial(
                    noise(key, transport.suites().offer(key), certificate), certificate);
        } catch (HandshakeException e) {
            throw new Handshake.Failed(e.failure());
        }
    }

    private DiallerHandshake noise(PublicKey key, CipherSuite suite, Bytes certificate) {
        return new DiallerHandshake(
                suite,
                transport.keys(),
                transport.settings().self(),
                key,
                transport.nextTimestamp(),
                transport.ephemeral(),
                certificate);
    }

    private QuicClientConnection connection(
            InetSocketAddress target,
            Duration share,
            NudgedStreams.Connection outgoing,
            @Nullable EarlyDial early,
            Streams streams,
            AtomicReference<@Nullable QuicLink> link)
            throws IOException {
        var bound = new DialSocket(outgoing, early);
        synchronized (held) {
            if (over) {
                bound.close();
                throw new IOException("given up");
            }
            socket = bound;
        }
        // A connected socket hears that nobody listens.
        bound.connect(target);
        var windows = Windows.of(transport.settings().limits());
        var made =
                QuicClientConnection.newBuilder()
                        .version(QuicVersion.V1)
                        .host(ThrowAwayCertificate.HOST)
                        .proxy(target.getAddress().getHostAddress())
                        .port(target.getPort())
                        .applicationProtocol(QuicTransport.APPLICATION)
                        .customTrustManager(AnyCertificate.INSTANCE)
                        .connectTimeout(share)
                        .maxIdleTimeout(transport.idle())
                        .maxOpenPeerInitiatedUnidirectionalStreams(QuicLink.MAX_STREAMS)
                        .maxOpenPeerInitiatedBidirectionalStreams(1)
                        .defaultStreamReceiveBufferSize(windows.dialled())
                        .enableDatagramExtension()
                        .logger(new LibraryLog())
                        .socketFactory(_ -> bound)
                        .build();
        made.setDefaultUnidirectionalStreamReceiveBufferSize(windows.stream());
        made.setPeerInitiatedStreamCallback(streams);
        made.setConnectionListener(
                new ConnectionListener() {
                    @Override
                    public void disconnected(ConnectionTerminatedEvent event) {
                        var there = link.get();
                        if (there != null) {
                            there.disconnected(QuicLink.howItEnded(event));
                        }
                    }
                });
        synchronized (held) {
            connection = made;
        }
        made.connect();
        return made;
    }

    private void probed(Duration took) {
        if (answer()) {
            transport.emit(new TransportEvent.Probed(id, took));
        }
        letGo();
    }

    private void prove(
            PeerId peer,
            QuicClientConnection made,
            NudgedStreams.Connection outgoing,
            @Nullable EarlyDial early,
            Duration took,
            Streams streams,
            AtomicReference<@Nullable QuicLink> link,
            PublicKey key)
            throws Handshake.Failed {
        var settings = transport.settings();
        var connected = System.nanoTime();
        var suite = transport.suites().offer(key);
        try {
            // Else what is said at once may travel behind an acknowledgement that the listener
            // cannot read any more, be dropped with it, and come again after a second.
            Thread.sleep(FIRST_WORD);
            var certificate =
                    ThrowAwayCertificate.hash(made.getServerCertificateChain().getFirst());
            var proven = early == null ? null : early.await(certificate, took.dividedBy(4));
            var control = made.createStream(true);
            var under =
                    new Handshake(
                            control.getInputStream(),
                            outgoing.watch(control.getOutputStream()),
                            settings.hello().get());
            handshake = under;
            Bytes hello;
            if (proven == null) {
                hello = under.dial(noise(key, suite, certificate), turn);
            } else {
                suite = proven.session().suite();
                hello = proven.hello();
                under.goOn(proven.session(), turn);
                transport.countQuickDial();
            }
            transport.suites().worked(key, suite);
            if (early == null || proven != null || !early.isFor(certificate)) {
                // Else the way there may let nothing pass but QUIC, and the next dial shall not
                // wait for an answer.
                transport.proven(address, certificate);
            }
            var owner = new LinkOwner("aptosnet-quic-owner");
            var ready =
                    new QuicLink(
                            transport,
                            new LinkInfo(
                                    ConnectionId.next(),
                                    peer,
                                    key,
                                    DiallerHandshake.roleOf(peer, settings.trusted()),
                                    address,
                                    Origin.OUTBOUND,
                                    QuicTransportProvider.NAME,
                                    suite,
                                    settings.limits().maxFrameBytes(),
                                    true,
                                    hello,
                                    new LinkInfo.SetupTimes(
                                            Duration.ofNanos(connected - begun),
                                            Duration.ofNanos(System.nanoTime() - connected),
                                            Duration.ZERO)),
                            made,
                            outgoing,
                            control,
                            owner);
            if (!answer()) {
                letGo();
                return;
            }
            link.set(ready);
            transport.add(ready);
            ready.open(streams);
            if (!made.isConnected()) {
                ready.disconnected(QuicLink.BROKE);
            }
            owner.execute(() -> transport.emit(new TransportEvent.Dialed(id, ready)));
        } catch (Handshake.Failed e) {
            throw e.failure().reason() == Reason.TRUNCATED ? hungUp(key, suite, e) : e;
        } catch (IOException e) {
            throw hungUp(
                    key,
                    suite,
                    new Handshake.Failed(
                            Reason.TRUNCATED, "the connection broke: " + e.getMessage()));
        } catch (GeneralSecurityException e) {
            throw new Handshake.Failed(Reason.INPUT_OUTPUT, "certificate: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Handshake.Failed(Reason.CANCELLED, "the caller gave the dial up");
        }
    }

    /** A listener never says why; it may well be that it does not speak this suite. */
    private Handshake.Failed hungUp(PublicKey key, CipherSuite suite, Handshake.Failed otherwise) {
        var under = handshake;
        if (under == null || under.isNoiseDone() || answered.get()) {
            return otherwise;
        }
        transport.suites().refused(key, suite);
        return new Handshake.Failed(
                Reason.TRUNCATED,
                "closed after message 1: wrong key, unknown peer, clock, or other cipher suite"
                        + " (offered "
                        + suite.configName()
                        + ")");
    }

    /** Gives up, unless it is answered. Any thread. */
    void failed(SetupFailure failure) {
        if (answer()) {
            transport.emit(
                    expected == null
                            ? new TransportEvent.Probed(id, null)
                            : new TransportEvent.DialFailed(id, failure));
            letGo();
        }
    }

    private boolean answer() {
        if (!answered.compareAndSet(false, true)) {
            return false;
        }
        transport.forget(id);
        return true;
    }

    private void letGo() {
        QuicClientConnection opened;
        DatagramSocket bound;
        synchronized (held) {
            over = answered.get();
            opened = connection;
            bound = socket;
            connection = null;
            socket = null;
        }
        if (over && Thread.currentThread() != thread) {
            thread.interrupt();
        }
        if (bound == null) {
            return;
        }
        // The library may wait for its own threads when it closes.
        Thread.ofVirtual()
                .name("aptosnet-quic-close")
                .start(
                        () -> {
                            try {
                                if (opened != null) {
                                    // Closes the socket too, once the peer has been told.
                                    opened.close(QuicLink.BROKEN, "");
                                    Thread.sleep(FAREWELL);
                                }
                            } catch (RuntimeException e) {
                                // Of the library, closed while it was closing by itself.
                                LOG.log(System.Logger.Level.DEBUG, "a dial on closing", e);
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            } finally {
                                bound.close();
                            }
                        });
    }
}
