package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.noise.DialTimestamps;
import dev.aptosnet.noise.KeyPair;
import dev.aptosnet.noise.ListenerHandshake;
import dev.aptosnet.noise.ListenerPolicy;
import dev.aptosnet.noise.ReplayGuard;
import dev.aptosnet.noise.SuiteMemory;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.Transport;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.TransportSettings;
import dev.aptosnet.transport.support.GuardedThreads;
import dev.aptosnet.transport.support.PendingInbound;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** TCP with Noise. Owns its event loops and every socket on them. */
@SuppressWarnings("FutureReturnValueIgnored") // Channel events say what became of it.
final class TcpTransport implements Transport {
    private static final System.Logger LOG = System.getLogger(TcpTransport.class.getName());

    /** The answer to a dial that a closed transport cannot make. */
    static final SetupFailure CLOSED =
            new SetupFailure(Reason.CANCELED, "the transport was closed");

    /** Largest read from a socket, in bytes. */
    private static final int MAX_READ = 64 << 10;

    /** Reads of one socket in one turn of its loop, so that the others have their turn too. */
    private static final int READS_PER_TURN = 1;

    private static final RecvByteBufAllocator READS =
            new AdaptiveRecvByteBufAllocator(2048, 16 << 10, MAX_READ)
                    .maxMessagesPerRead(READS_PER_TURN);

    /**
     * The receive buffer for a peer that is very near, unless configured. What it holds cannot be
     * overtaken by an urgent message, and a short way needs little: left alone, Linux lets it grow
     * to megabytes, which a busy reader takes milliseconds for (ADR 0012). Over longer ways the
     * system chooses, as it knows the way's bandwidth and delay.
     */
    private static final int NEAR_RECEIVE_BUFFER = 64 << 10;

    private final TransportSettings settings;
    private final KeyPair keys;
    private final SecureRandom random = new SecureRandom();
    private final DialTimestamps timestamps = new DialTimestamps();
    private final SuiteMemory suites;
    private final PendingInbound admission;
    private final ListenerHandshake listenerHandshake;
    private final SocketKind sockets;
    private final Owners owners;

    private final Map<DialId, TcpDial> dials = new ConcurrentHashMap<>();
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
    private final Set<TcpLink> links = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    TcpTransport(TransportSettings settings, SocketKind sockets) {
        this.settings = settings;
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
        this.sockets = sockets;
        this.owners = new Owners(settings.limits().threads(), sockets);
    }

    @Override
    public void listen(ListenId id, NetworkAddress address) {
        if (closed) {
            emit(new TransportEvent.ListenFailed(id, CLOSED));
        } else {
            new Acceptor(this, id).listen(address);
        }
    }

    @Override
    public void dial(DialId id, PeerId expected, NetworkAddress address, RaceTicket turn) {
        begin(id, new TcpDial(this, id, expected, address, turn));
    }

    @Override
    public void probe(DialId id, NetworkAddress address, Duration limit) {
        begin(id, new TcpDial(this, id, address, limit));
    }

    private void begin(DialId id, TcpDial attempt) {
        if (dials.putIfAbsent(id, attempt) != null) {
            throw new IllegalArgumentException("dial id " + id.number() + " is in use");
        }
        attempt.start();
        if (closed) {
            attempt.cancel(CLOSED);
        }
    }

    @Override
    public void cancel(DialId id) {
        var attempt = dials.get(id);
        if (attempt != null) {
            attempt.cancel(new SetupFailure(Reason.CANCELED, "the caller gave the dial up"));
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
        dials.values().forEach(attempt -> attempt.cancel(CLOSED));
        links.forEach(
                link ->
                        link.close(
                                DisconnectReason.REQUESTED_BY_PEER_MANAGER,
                                "the transport was closed"));
        if (owners.isOwner()) {
            // An owner must not wait for itself.
            GuardedThreads.start("aptosnet-tcp-close", this::awaitEnd);
        } else {
            awaitEnd();
        }
    }

    private void awaitEnd() {
        var end = System.nanoTime() + settings.limits().closeTimeout().toNanos();
        for (var channel : channels) {
            // Links are closing in their own time, everything else closes now.
            if (channel.pipeline().get(TcpLink.class) == null) {
                channel.close();
            }
        }
        for (var channel : channels) {
            var left = Math.max(0, end - System.nanoTime());
            if (!channel.closeFuture().awaitUninterruptibly(left, TimeUnit.NANOSECONDS)) {
                channel.close();
            }
        }
        owners.close(settings.limits().closeTimeout());
    }

    // ---- for the parts of this transport

    TransportSettings settings() {
        return settings;
    }

    SocketKind sockets() {
        return sockets;
    }

    Owners owners() {
        return owners;
    }

    KeyPair keys() {
        return keys;
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

    @Override
    public int pendingInbound() {
        return admission.total();
    }

    @Override
    public long spareBytes() {
        return owners.spareBytes();
    }

    PendingInbound admission() {
        return admission;
    }

    ListenerHandshake listenerHandshake() {
        return listenerHandshake;
    }

    /** Takes responsibility for a new channel and sets its options. */
    void own(Channel channel) {
        var limits = settings.limits();
        channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
        if (channel instanceof SocketChannel socket) {
            var config = socket.config();
            config.setTcpNoDelay(true);
            if (limits.receiveBufferBytes() > 0) {
                config.setReceiveBufferSize(limits.receiveBufferBytes());
            }
            if (limits.sendBufferBytes() > 0) {
                config.setSendBufferSize(limits.sendBufferBytes());
            }
            var max = limits.maxUnsentBytes();
            config.setWriteBufferWaterMark(new WriteBufferWaterMark(max / 2, max));
            sockets.keepUnsentSmall(socket, max);
            config.setRecvByteBufAllocator(READS);
        }
        channels.add(channel);
        channel.closeFuture().addListener(_ -> channels.remove(channel));
    }

    /** A socket of ours has got its peer. */
    void connected(SocketChannel socket) {
        try {
            if (settings.limits().receiveBufferBytes() == 0 && sockets.isNear(socket)) {
                socket.config().setReceiveBufferSize(NEAR_RECEIVE_BUFFER);
            }
        } catch (ChannelException e) {
            // The peer has gone already; whoever reads the socket hears of it next.
            LOG.log(System.Logger.Level.DEBUG, "no options for a socket that was closed", e);
        }
    }

    /** Closes a channel, also one that no loop has taken. */
    void discard(Channel channel) {
        if (channel.isRegistered()) {
            channel.close();
        } else {
            channels.remove(channel);
            channel.unsafe().closeForcibly();
        }
    }

    /** A link was made. */
    void add(TcpLink link) {
        links.add(link);
        if (closed) {
            link.close(DisconnectReason.REQUESTED_BY_PEER_MANAGER, "the transport was closed");
        }
    }

    /** A link has ended, which its socket may do before it: what was received still counts. */
    void remove(TcpLink link) {
        links.remove(link);
    }

    /** A dial is answered. */
    void forget(DialId id) {
        dials.remove(id);
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
