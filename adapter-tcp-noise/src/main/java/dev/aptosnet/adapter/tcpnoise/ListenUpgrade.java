package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.noise.DialerHandshake;
import dev.aptosnet.noise.HandshakeException;
import dev.aptosnet.noise.ListenerHandshake.Accepted;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Tcp;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.transport.support.PendingInbound;
import dev.aptosnet.transport.support.ProxyHeader;
import dev.aptosnet.transport.support.SocketAddresses;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;

import org.jspecify.annotations.Nullable;

/** The listener's half of a set-up (wire.md section 4.7). Whatever is wrong, it sends nothing. */
@SuppressWarnings("FutureReturnValueIgnored") // Channel events say what became of it.
final class ListenUpgrade extends Upgrade {
    private final ListenId id;
    private final PendingInbound.Place place;
    private @Nullable NetworkAddress from;
    private @Nullable Accepted accepted;
    private boolean proxyHeader;

    ListenUpgrade(
            TcpTransport transport,
            SocketChannel channel,
            EventLoop loop,
            ListenId id,
            PendingInbound.Place place) {
        super(transport, channel, loop, transport.settings().clock().now());
        this.id = id;
        this.place = place;
        this.from = SocketAddresses.of(channel.remoteAddress(), Tcp::new);
        this.proxyHeader = transport.settings().limits().proxyProtocol();
        expect(proxyHeader ? ProxyHeader.FIXED_BYTES : DialerHandshake.FIRST_MESSAGE);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        limit(transport.settings().limits().upgradeTimeout());
    }

    @Override
    void received(byte[] bytes) throws HandshakeException {
        if (proxyHeader) {
            proxyHeader(bytes);
        } else {
            firstMessage(bytes);
        }
    }

    private void proxyHeader(byte[] bytes) {
        switch (ProxyHeader.read(bytes, 0, bytes.length)) {
            case ProxyHeader.Read.NeedMore(int atLeast) -> expectMore(atLeast);
            case ProxyHeader.Read.Rejected(String reason) ->
                    fail(
                            SetupFailure.Reason.BAD_PROXY_HEADER,
                            reason + " (enable_proxy_protocol is on)");
            case ProxyHeader.Read.Parsed(var source, _) -> {
                proxyHeader = false;
                from = source.orElse(from);
                // Only now is it known whom to count the connection for.
                var ip = from == null ? null : SocketAddresses.ip(from);
                var refusal = ip == null ? null : place.countFor(ip);
                if (refusal == null) {
                    expect(DialerHandshake.FIRST_MESSAGE);
                } else {
                    fail(refusal);
                }
            }
        }
    }

    private void firstMessage(byte[] bytes) throws HandshakeException {
        var observed = from;
        if (observed == null) {
            fail(SetupFailure.Reason.TRUNCATED, "the peer closed the connection");
            return;
        }
        var judged = transport.listenerHandshake().accept(bytes);
        accepted = judged;
        channel.write(Unpooled.wrappedBuffer(judged.reply()), channel.voidPromise());
        exchangeHello(
                judged.session(), new Proven(judged.peer(), judged.key(), judged.role(), observed));
    }

    @Override
    void firstRecord() throws HandshakeException {
        if (accepted != null) {
            accepted.commit();
        }
    }

    @Override
    void exposed(TcpLink link) {
        place.leave();
        transport.emit(new TransportEvent.Accepted(id, link));
    }

    @Override
    void refused(SetupFailure failure) {
        place.leave();
        transport.emit(new TransportEvent.Refused(id, from, failure));
    }

    @Override
    String waitingFor() {
        if (isNoiseDone()) {
            return "the dialer's handshake message";
        }
        return proxyHeader ? "the PROXY header" : "the dialer's first message";
    }

    @Override
    Origin origin() {
        return Origin.INBOUND;
    }
}
