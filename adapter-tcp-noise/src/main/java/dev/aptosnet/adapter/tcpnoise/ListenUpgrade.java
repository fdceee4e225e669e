package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.noise.DiallerHandshake;
import dev.aptosnet.noise.HandshakeException;
import dev.aptosnet.noise.ListenerHandshake.Accepted;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.TransportEvent;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;

import org.jspecify.annotations.Nullable;

/** The listener's half of a set-up (wire.md section 4.7). Whatever is wrong, it sends nothing. */
@SuppressWarnings("FutureReturnValueIgnored") // Channel events say what became of it.
final class ListenUpgrade extends Upgrade {
    private final ListenId id;
    private final Admission.Place place;
    private @Nullable NetworkAddress from;
    private @Nullable Accepted accepted;

    ListenUpgrade(
            TcpTransport transport,
            Socket channel,
            EventLoop loop,
            ListenId id,
            Admission.Place place) {
        super(transport, channel, loop, transport.settings().clock().now());
        this.id = id;
        this.place = place;
        this.from = SocketAddresses.of(channel.remoteAddress());
        expect(DiallerHandshake.FIRST_MESSAGE);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        limit(transport.settings().limits().upgradeTimeout());
    }

    @Override
    void received(byte[] bytes) throws HandshakeException {
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
        return isNoiseDone() ? "the dialler's handshake message" : "the dialler's first message";
    }

    @Override
    Origin origin() {
        return Origin.INBOUND;
    }
}
