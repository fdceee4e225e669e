package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Dns;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Memory;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.transport.support.GuardedThreads;
import dev.aptosnet.transport.support.SocketAddresses;

import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * One dial command: resolve, connect to the first address that answers, upgrade; all before one
 * deadline. Owns its socket from the moment that exists, and answers exactly once. Runs on the loop
 * that will own the link.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Channel events say what became of it.
final class TcpDial {
    private final TcpTransport transport;
    private final EventLoop loop;
    private final DialId id;

    /** Null for a probe, which ends with the connection. */
    private final @Nullable PeerId expected;

    private final Duration limit;
    private final NetworkAddress address;
    private final RaceTicket turn;

    private MonoTime begun = MonoTime.NEVER;
    private MonoTime connectBegun = MonoTime.NEVER;
    private long deadlineNanos;
    private @Nullable ScheduledFuture<?> deadline;
    private String doing = "starting";
    private boolean answered;
    private @Nullable SocketChannel socket;

    TcpDial(
            TcpTransport transport,
            DialId id,
            PeerId expected,
            NetworkAddress address,
            RaceTicket turn) {
        this(
                transport,
                id,
                expected,
                address,
                turn,
                transport.settings().limits().upgradeTimeout());
    }

    /** A probe: it connects, tells how long that took, and closes. */
    TcpDial(TcpTransport transport, DialId id, NetworkAddress address, Duration limit) {
        this(transport, id, null, address, RaceTicket.FREE, limit);
    }

    private TcpDial(
            TcpTransport transport,
            DialId id,
            @Nullable PeerId expected,
            NetworkAddress address,
            RaceTicket turn,
            Duration limit) {
        this.transport = transport;
        this.limit = limit;
        this.loop = transport.owners().next();
        this.id = id;
        this.expected = expected;
        this.address = address;
        this.turn = turn;
    }

    /** Goes to the loop and begins. */
    void start() {
        try {
            loop.execute(this::begin);
        } catch (RejectedExecutionException _) {
            failed(TcpTransport.CLOSED);
        }
    }

    /** Gives up, unless it is answered. Any thread. */
    void cancel(SetupFailure why) {
        try {
            loop.execute(() -> failed(why));
        } catch (RejectedExecutionException _) {
            // The transport is closed and has answered for us.
        }
    }

    private void begin() {
        if (answered) {
            return;
        }
        begun = transport.settings().clock().now();
        var key = address.key().orElse(null);
        if (!address.isDialable() || address.network() instanceof Memory || key == null) {
            fail(
                    Reason.BAD_ADDRESS,
                    address + " (expected: /ip4|ip6|dns|dns4|dns6/…/tcp/…/noise-ik/…/handshake/0)");
            return;
        }
        var version = address.handshakeVersion().orElse(-1);
        if (version != NetworkAddress.HANDSHAKE_VERSION) {
            fail(Reason.BAD_ADDRESS, "handshake version " + version + " (expected: 0)");
            return;
        }
        if (key.equals(transport.keys().publicKey())) {
            fail(Reason.SELF_DIAL, "the key in the address is our own");
            return;
        }
        deadlineNanos = System.nanoTime() + limit.toNanos();
        deadline = loop.schedule(this::deadlineReached, limit.toNanos(), TimeUnit.NANOSECONDS);
        if (address.network() instanceof Dns name) {
            resolve(name, key);
        } else {
            var literal = SocketAddresses.literal(address);
            connect(literal == null ? List.of() : List.of(literal), 0, key, "no address");
        }
    }

    private void resolve(Dns name, PublicKey key) {
        doing = "name resolution";
        var port = address.port().orElseThrow();
        // The system's resolver blocks and cannot be interrupted; a virtual thread can wait for it.
        GuardedThreads.start(
                "aptosnet-resolve",
                () -> {
                    var found = SocketAddresses.resolve(name, port);
                    try {
                        loop.execute(() -> resolved(found, key));
                    } catch (RejectedExecutionException _) {
                        // The transport was closed meanwhile.
                    }
                });
    }

    private void resolved(List<InetSocketAddress> found, PublicKey key) {
        if (answered) {
            return;
        }
        if (found.isEmpty()) {
            fail(
                    Reason.UNRESOLVED_NAME,
                    "the name in " + address + " has no address of the wanted family");
        } else {
            connect(found, 0, key, "");
        }
    }

    private void connect(List<InetSocketAddress> targets, int next, PublicKey key, String why) {
        if (next == targets.size()) {
            fail(Reason.CONNECT_FAILED, why);
            return;
        }
        doing = "a connection";
        SocketChannel made;
        try {
            made = transport.sockets().connecting();
        } catch (ChannelException e) {
            fail(Reason.CONNECT_FAILED, "no socket: " + rootMessage(e));
            return;
        }
        socket = made;
        var target = targets.get(next);
        connectBegun = transport.settings().clock().now();
        try {
            transport.own(made);
            made.config().setConnectTimeoutMillis(connectMillis(targets.size() - next));
        } catch (ChannelException e) {
            transport.discard(made);
            fail(Reason.CONNECT_FAILED, "socket options: " + rootMessage(e));
            return;
        }
        loop.register(made)
                .addListener(
                        registered -> {
                            if (!registered.isSuccess()) {
                                connected(made, registered, targets, next, key);
                                return;
                            }
                            made.connect(target)
                                    .addListener(done -> connected(made, done, targets, next, key));
                        });
    }

    /**
     * Addresses that answer nothing must leave time for those after them; the last one has until
     * the dial's own deadline, which 0 stands for.
     */
    private int connectMillis(int addressesLeft) {
        if (addressesLeft == 1) {
            return 0;
        }
        var share = Math.max(1, deadlineNanos - System.nanoTime()) / addressesLeft;
        return Math.clamp(share / 1_000_000, 1, Integer.MAX_VALUE);
    }

    private void connected(
            SocketChannel made,
            Future<?> outcome,
            List<InetSocketAddress> targets,
            int next,
            PublicKey key) {
        var peer = expected;
        if (answered) {
            transport.discard(made);
        } else if (outcome.isSuccess() && peer == null) {
            transport.discard(made);
            if (answer()) {
                var took = transport.settings().clock().now().since(connectBegun);
                transport.emit(new TransportEvent.Probed(id, took));
            }
        } else if (outcome.isSuccess() && peer != null) {
            transport.connected(made);
            var upgrade = new DialUpgrade(this, transport, made, loop, begun, peer, key, address);
            made.pipeline().addLast(upgrade);
            doing = "";
            upgrade.begin();
        } else {
            transport.discard(made);
            connect(targets, next + 1, key, rootMessage(outcome.cause()));
        }
    }

    /** The peer is proven; whether we may prove who we are. */
    boolean takeTurn() {
        return turn.take();
    }

    /** Whether the dial has its answer, so that a closing socket says nothing about the peer. */
    boolean isAnswered() {
        return answered;
    }

    /** The upgrade succeeded. */
    void succeeded(TcpLink link) {
        if (answer()) {
            transport.emit(new TransportEvent.Dialed(id, link));
        }
    }

    /** It did not, or was given up. Event loop, or no loop is left. */
    void failed(SetupFailure failure) {
        if (answer()) {
            if (socket != null) {
                transport.discard(socket);
            }
            transport.emit(
                    expected == null
                            ? new TransportEvent.Probed(id, null)
                            : new TransportEvent.DialFailed(id, failure));
        }
    }

    private void fail(Reason reason, String detail) {
        failed(new SetupFailure(reason, detail));
    }

    private boolean answer() {
        if (answered) {
            return false;
        }
        answered = true;
        transport.forget(id);
        if (deadline != null) {
            deadline.cancel(false);
        }
        return true;
    }

    private void deadlineReached() {
        var pending = socket == null ? null : socket.pipeline().get(DialUpgrade.class);
        fail(
                Reason.TIMEOUT,
                "not finished in "
                        + limit.toMillis()
                        + " ms (admission.handshake_timeout_ms), waiting for "
                        + (pending == null ? doing : pending.waitingFor()));
    }

    /** What the system says; never a peer's words. */
    private static String rootMessage(@Nullable Throwable fault) {
        var root = fault;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        return root == null ? "unknown" : String.valueOf(root.getMessage());
    }
}
