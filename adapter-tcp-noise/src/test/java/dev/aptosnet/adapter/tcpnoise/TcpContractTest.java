package dev.aptosnet.adapter.tcpnoise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.TransportProvider;
import dev.aptosnet.testkit.FramePipe;
import dev.aptosnet.testkit.SilentPeer;
import dev.aptosnet.testkit.TransportContract;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Optional;

/** TCP does what every transport does, over whichever sockets are the best here. */
class TcpContractTest extends TransportContract {
    @Override
    protected TransportProvider provider() {
        return new TcpTransportProvider();
    }

    @Override
    protected NetworkAddress listenAddress() {
        return NetworkAddress.parse("/ip4/127.0.0.1/tcp/0");
    }

    @Override
    protected NetworkAddress deadAddress(PublicKey key) {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return RawPeer.loopback(socket.getLocalPort()).withKey(key);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected Optional<SilentPeer> silentListener(PublicKey key) {
        return Optional.of(RawPeer.silentListener(key));
    }

    @Override
    protected Optional<SilentPeer> silentDialer(NetworkAddress listener) {
        return Optional.of(RawPeer.silentDialer(listener));
    }

    @Test
    void whatAPeerSentBeforeItClosedIsReadAfterAPause() {
        var ends = connect(node(), node());
        var a = FramePipe.on(ends.dialed());
        var b = FramePipe.on(ends.accepted());
        a.send(Bytes.utf8("first"));
        assertThat(b.receive()).isEqualTo(Bytes.utf8("first"));
        b.runOnce(() -> b.link().setReading(false));
        for (var i = 0; i < 100; i++) {
            a.send(Bytes.utf8("later " + i));
        }
        eventually("all is written", () -> a.unsent() == 0);
        ends.dialed().close(DisconnectReason.REQUESTED_BY_PEER_MANAGER, "done");
        // Longer than the closing end waits for this one: its system has to say that it is gone.
        sleep(2_500);
        assertThat(b.isClosed()).isFalse();
        b.runOnce(() -> b.link().setReading(true));
        for (var i = 0; i < 100; i++) {
            assertThat(b.receive()).isEqualTo(Bytes.utf8("later " + i));
        }
        assertThat(b.closed().reason()).isEqualTo(DisconnectReason.CONNECTION_CLOSED);
    }
}
