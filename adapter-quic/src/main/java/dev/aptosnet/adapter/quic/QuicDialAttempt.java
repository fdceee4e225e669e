package dev.aptosnet.adapter.quic;

import dev.aptosnet.noise.DialerHandshake;
import dev.aptosnet.noise.HandshakeException;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.LinkInfo;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.transport.support.GuardedThreads;

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

/**
 * One address that a {@link QuicDial} tries: its socket, the connection over it, and the proof. Its
 * methods block and belong to the dial's thread, but for those that say otherwise.
 */
final class QuicDialAttempt {
    private static final System.Logger LOG = System.getLogger(QuicDialAttempt.class.getName());

    /** How long the socket of a dial that was given up may still send. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /** Between the end of TLS and our first word. */
    private static final Duration FIRST_WORD = Duration.ofMillis(10);

    private final QuicTransport transport;
    private final NetworkAddress address;
    private final PublicKey key;
    private final InetSocketAddress target;
    private final @Nullable EarlyDial early;
    private final Streams streams = new Streams();
    private final NudgedStreams.Connection outgoing;

    private volatile @Nullable Handshake handshake;
    private volatile @Nullable QuicLink link;

    /** Guarded by this, as what follows. */
    private @Nullable DatagramSocket socket;

    private @Nullable QuicClientConnection connection;
    private boolean over;

    /**
     * @param address whom to dial
     * @param key the listener's, from the address
     * @param target where to
     * @param probe whether nothing is to be proven
     * @throws Handshake.Failed if message 1 cannot be made
     */
    QuicDialAttempt(
            QuicTransport transport,
            NetworkAddress address,
            PublicKey key,
            InetSocketAddress target,
            boolean probe)
            throws Handshake.Failed {
        this.transport = transport;
        this.address = address;
        this.key = key;
        this.target = target;
        this.early = probe ? null : early();
        this.outgoing = transport.streams().connection();
    }

    /** For a listener that was proven before. */
    private @Nullable EarlyDial early() throws Handshake.Failed {
        var certificate = transport.takeCertificate(address);
        if (certificate == null) {
            return null;
        }
        try {
            var suite = transport.suites().offer(key);
            return new EarlyDial(noise(suite, certificate), certificate);
        } catch (HandshakeException e) {
            throw new Handshake.Failed(e.failure());
        }
    }

    private DialerHandshake noise(CipherSuite suite, Bytes certificate) {
        return new DialerHandshake(
                suite,
                transport.keys(),
                transport.settings().self(),
                key,
                transport.nextTimestamp(),
                transport.ephemeral(),
                certificate);
    }

    /**
     * Connects, as far as TLS.
     *
     * @param share how long that may take
     * @return how long it took
     */
    Duration connect(Duration share) throws IOException {
        var began = System.nanoTime();
        var bound = new DialSocket(outgoing, early);
        synchronized (this) {
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
                        .defaultStreamReceiveBufferSize(windows.dialed())
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
                        var there = link;
                        if (there != null) {
                            there.disconnected(QuicLink.howItEnded(event));
                        }
                    }
                });
        synchronized (this) {
            connection = made;
        }
        made.connect();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /**
     * Has the listener prove who it is, and says who we are.
     *
     * @param peer who it has to be
     * @param began when the dial did
     * @param tls how long {@link #connect} took
     * @return what is to be opened, or given up
     */
    QuicLink prove(PeerId peer, RaceTicket turn, long began, Duration tls) throws Handshake.Failed {
        var suite = transport.suites().offer(key);
        try {
            return proven(peer, turn, began, tls, suite);
        } catch (Handshake.Failed e) {
            throw e.failure().reason() == Reason.TRUNCATED ? hungUp(suite, e) : e;
        } catch (IOException e) {
            throw hungUp(
                    suite,
                    new Handshake.Failed(
                            Reason.TRUNCATED, "the connection broke: " + e.getMessage()));
        } catch (GeneralSecurityException e) {
            throw new Handshake.Failed(Reason.INPUT_OUTPUT, "certificate: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Handshake.Failed(Reason.CANCELED, "the caller gave the dial up");
        }
    }

    private QuicLink proven(
            PeerId peer, RaceTicket turn, long began, Duration tls, CipherSuite suite)
            throws Handshake.Failed, IOException, GeneralSecurityException, InterruptedException {
        var settings = transport.settings();
        var connected = System.nanoTime();
        var made = connected();
        // Else what is said at once may travel behind an acknowledgement that the listener
        // cannot read any more, be dropped with it, and come again after a second.
        Thread.sleep(FIRST_WORD);
        var certificate = ThrowAwayCertificate.hash(made.getServerCertificateChain().getFirst());
        var known = early == null ? null : early.await(certificate, tls.dividedBy(4));
        var control = made.createStream(true);
        var under =
                new Handshake(
                        control.getInputStream(),
                        outgoing.watch(control.getOutputStream()),
                        settings.hello().get());
        handshake = under;
        Bytes hello;
        CipherSuite agreed;
        if (known == null) {
            agreed = suite;
            hello = under.dial(noise(suite, certificate), turn);
        } else {
            agreed = known.session().suite();
            hello = known.hello();
            under.goOn(known.session(), turn);
            transport.countQuickDial();
        }
        transport.suites().worked(key, agreed);
        if (early == null || known != null || !early.isFor(certificate)) {
            // Else the way there may let nothing pass but QUIC, and the next dial shall not
            // wait for an answer.
            transport.proven(address, certificate);
        }
        return new QuicLink(
                transport,
                new LinkInfo(
                        ConnectionId.next(),
                        peer,
                        key,
                        DialerHandshake.roleOf(peer, settings.trusted()),
                        address,
                        Origin.OUTBOUND,
                        QuicTransportProvider.NAME,
                        agreed,
                        settings.limits().maxFrameBytes(),
                        true,
                        hello,
                        new LinkInfo.SetupTimes(
                                Duration.ofNanos(connected - began),
                                Duration.ofNanos(System.nanoTime() - connected),
                                Duration.ZERO)),
                made,
                outgoing,
                control);
    }

    private synchronized QuicClientConnection connected() throws IOException {
        var made = connection;
        if (made == null) {
            throw new IOException("given up");
        }
        return made;
    }

    /** The link is there. */
    void open(QuicLink ready, TransportEvent news) {
        link = ready;
        ready.open(streams, news);
        if (!isConnected()) {
            // Before it could be told of it.
            ready.disconnected(QuicLink.BROKE);
        }
    }

    private synchronized boolean isConnected() {
        return connection != null && connection.isConnected();
    }

    /** A listener never says why; it may well be that it does not speak this suite. */
    private Handshake.Failed hungUp(CipherSuite suite, Handshake.Failed otherwise) {
        var under = handshake;
        if (under == null || under.isNoiseDone() || isOver()) {
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

    /** For a set-up that ran out of time; null if there was no handshake. Any thread. */
    @Nullable String waitingFor() {
        var under = handshake;
        return under == null ? null : under.waitingFor();
    }

    private synchronized boolean isOver() {
        return over;
    }

    /** Lets go of what it has, and takes nothing more. Any thread. */
    void giveUp() {
        QuicClientConnection opened;
        DatagramSocket bound;
        synchronized (this) {
            over = true;
            opened = connection;
            bound = socket;
            connection = null;
            socket = null;
        }
        if (bound == null) {
            return;
        }
        // The library may wait for its own threads when it closes.
        GuardedThreads.start("aptosnet-quic-close", () -> close(opened, bound));
    }

    private static void close(@Nullable QuicClientConnection opened, DatagramSocket bound) {
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
    }
}
