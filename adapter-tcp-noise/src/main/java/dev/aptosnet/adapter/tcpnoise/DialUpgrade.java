package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.noise.DialerHandshake;
import dev.aptosnet.noise.HandshakeException;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.TrustedPeers.TrustedPeer;

import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;

/** The dialer's half of a set-up (wire.md sections 4.1 and 4.8). */
@SuppressWarnings("FutureReturnValueIgnored") // Channel events say what became of it.
final class DialUpgrade extends Upgrade {
    private final TcpDial attempt;
    private final PeerId expected;
    private final PublicKey key;
    private final NetworkAddress address;
    private final CipherSuite suite;
    private final DialerHandshake handshake;

    DialUpgrade(
            TcpDial attempt,
            TcpTransport transport,
            SocketChannel channel,
            EventLoop loop,
            MonoTime begun,
            PeerId expected,
            PublicKey key,
            NetworkAddress address) {
        super(transport, channel, loop, begun);
        this.attempt = attempt;
        this.expected = expected;
        this.key = key;
        this.address = address;
        this.suite = transport.suites().offer(key);
        this.handshake =
                new DialerHandshake(
                        suite,
                        transport.keys(),
                        transport.settings().self(),
                        key,
                        transport.nextTimestamp(),
                        transport.ephemeral());
    }

    /** The socket is connected: sends message 1. */
    void begin() {
        connectedNow();
        try {
            var message = handshake.firstMessage();
            expect(DialerHandshake.REPLY);
            channel.writeAndFlush(Unpooled.wrappedBuffer(message), channel.voidPromise());
        } catch (HandshakeException e) {
            fail(e.failure());
        }
    }

    @Override
    void received(byte[] bytes) throws HandshakeException {
        var session = handshake.finish(bytes);
        transport.suites().worked(key, suite);
        if (!attempt.takeTurn()) {
            fail(RaceTicket.NOT_OURS);
            return;
        }
        var role =
                transport
                        .settings()
                        .trusted()
                        .find(expected)
                        .map(TrustedPeer::role)
                        .orElse(PeerRole.UNKNOWN);
        exchangeHello(session, new Proven(expected, key, role, address));
    }

    @Override
    void firstRecord() {
        // The listener is proven by message 2.
    }

    @Override
    void hungUp(Reason reason, String what) {
        if (isNoiseDone() || attempt.isAnswered()) {
            super.hungUp(reason, what);
        } else {
            // A listener never says why; it may well be that it does not speak this suite.
            transport.suites().refused(key, suite);
            fail(
                    Reason.TRUNCATED,
                    "closed after message 1: wrong key, unknown peer, clock, or other cipher suite"
                            + " (offered "
                            + suite.configName()
                            + ")");
        }
    }

    @Override
    void exposed(TcpLink link) {
        attempt.succeeded(link);
    }

    @Override
    void refused(SetupFailure failure) {
        attempt.failed(failure);
    }

    @Override
    String waitingFor() {
        return isNoiseDone() ? "the peer's handshake message" : "the answer to message 1";
    }

    @Override
    Origin origin() {
        return Origin.OUTBOUND;
    }
}
