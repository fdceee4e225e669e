package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Tcp;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.transport.support.PendingInbound;
import dev.aptosnet.transport.support.SocketAddresses;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.ZoneId;
import java.util.concurrent.TimeUnit;

/**
 * One listen command: accepts sockets, admits or refuses them before anything is done for them, and
 * gives each to an event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Channel events say what became of it.
final class Acceptor extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(Acceptor.class.getName());

    static {
        // The JDK's logger opens its time zone file at its first line. Were that line the one about
        // missing descriptors, the class could never be loaded, and every later line would throw.
        var _ = ZoneId.systemDefault();
    }

    private static final int BACKLOG = 256;

    /** How long accepting pauses when the system refuses, mostly for want of descriptors. */
    private static final long PAUSE_MILLIS = 200;

    private final TcpTransport transport;
    private final ListenId id;
    private final AcceptFamine famine = new AcceptFamine();

    Acceptor(TcpTransport transport, ListenId id) {
        this.transport = transport;
        this.id = id;
    }

    /** Binds; the outcome is an event. */
    void listen(NetworkAddress address) {
        var target = SocketAddresses.literal(address);
        if (target == null || !address.isListenable()) {
            failed(Reason.BAD_ADDRESS, address + " (expected: /ip4|ip6/…/tcp/…)");
            return;
        }
        ServerSocketChannel server;
        try {
            // An IPv4 address must not be served by an IPv6 socket, which would accept both.
            server =
                    transport
                            .sockets()
                            .listening(
                                    target.getAddress() instanceof Inet4Address
                                            ? SocketProtocolFamily.INET
                                            : SocketProtocolFamily.INET6);
        } catch (ChannelException e) {
            failed(Reason.INPUT_OUTPUT, "no socket: " + e.getMessage());
            return;
        }
        try {
            transport.own(server);
            server.config().setBacklog(BACKLOG).setReuseAddress(true);
            var receive = transport.settings().limits().receiveBufferBytes();
            if (receive > 0) {
                server.config().setReceiveBufferSize(receive);
            }
        } catch (ChannelException e) {
            transport.discard(server);
            failed(Reason.INPUT_OUTPUT, "socket options: " + e.getMessage());
            return;
        }
        server.pipeline().addLast(this);
        transport
                .owners()
                .next()
                .register(server)
                .addListener(
                        registered -> {
                            if (registered.isSuccess()) {
                                server.bind(target).addListener(done -> bound(server, done));
                            } else {
                                bound(server, registered);
                            }
                        });
    }

    private void bound(ServerSocketChannel server, Future<?> outcome) {
        var local = SocketAddresses.of(server.localAddress(), Tcp::new);
        if (outcome.isSuccess() && local != null) {
            transport.emit(
                    new TransportEvent.Listening(id, local.withKey(transport.keys().publicKey())));
        } else {
            transport.discard(server);
            var cause = outcome.cause();
            failed(
                    Reason.INPUT_OUTPUT,
                    "cannot listen: " + (cause == null ? "closed" : cause.getMessage()));
        }
    }

    private void failed(Reason reason, String detail) {
        transport.emit(new TransportEvent.ListenFailed(id, new SetupFailure(reason, detail)));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var config = context.channel().config();
        config.setAutoRead(false);
        var _ =
                context.executor()
                        .schedule(
                                () -> config.setAutoRead(true),
                                PAUSE_MILLIS,
                                TimeUnit.MILLISECONDS);
        if (famine.refused(transport.settings().clock().now())) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "accepting pauses, connections wait: {0} (out of descriptors? ulimit -n)",
                    String.valueOf(cause.getMessage()));
            awaitEnd(context.executor());
        }
    }

    /** One line when it begins and one when it is over, however often the system refuses. */
    private void awaitEnd(EventExecutor owner) {
        var left = famine.over().since(transport.settings().clock().now());
        if (left.isPositive()) {
            var _ = owner.schedule(() -> awaitEnd(owner), left.toNanos(), TimeUnit.NANOSECONDS);
            return;
        }
        var ended = famine.end();
        LOG.log(
                System.Logger.Level.INFO,
                "accepting goes on; it paused {0} times in {1} s",
                ended.refusals(),
                ended.length().toSeconds());
    }

    /** An accepted socket, whose descriptor is ours from now on. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        var child = (SocketChannel) accepted;
        try {
            accepted(child);
        } catch (RuntimeException e) {
            // One socket's trouble must not be the listener's.
            transport.discard(child);
            LOG.log(System.Logger.Level.WARNING, "an accepted connection was dropped", e);
        }
    }

    private void accepted(SocketChannel child) {
        var remote = child.remoteAddress();
        var place = transport.admission().enter();
        if (place == null) {
            refuse(child, remote, transport.admission().full());
            return;
        }
        if (remote == null) {
            place.leave();
            refuse(child, null, new SetupFailure(Reason.INPUT_OUTPUT, "closed before accepted"));
            return;
        }
        var refusal =
                transport.settings().limits().proxyProtocol()
                        ? null
                        : place.countFor(remote.getAddress());
        if (refusal != null) {
            place.leave();
            refuse(child, remote, refusal);
            return;
        }
        try {
            adopt(child, place);
        } catch (ChannelException e) {
            // The peer has gone already, which some systems say when options are set.
            place.leave();
            refuse(
                    child,
                    remote,
                    new SetupFailure(Reason.INPUT_OUTPUT, "socket options: " + e.getMessage()));
        }
    }

    private void adopt(SocketChannel child, PendingInbound.Place place) {
        transport.own(child);
        transport.connected(child);
        EventLoop loop = transport.owners().next();
        child.pipeline().addLast(new ListenUpgrade(transport, child, loop, id, place));
        loop.register(child)
                .addListener(
                        registered -> {
                            if (!registered.isSuccess()) {
                                place.leave();
                                transport.discard(child);
                            }
                        });
    }

    private void refuse(
            SocketChannel child, @Nullable InetSocketAddress remote, SetupFailure failure) {
        transport.discard(child);
        transport.emit(
                new TransportEvent.Refused(id, SocketAddresses.of(remote, Tcp::new), failure));
    }
}
