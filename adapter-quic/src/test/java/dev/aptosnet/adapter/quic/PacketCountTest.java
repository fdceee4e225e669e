package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.transport.Transport.Packets;
import dev.aptosnet.testkit.FramePipe;
import dev.aptosnet.testkit.SettingsBuilder;
import dev.aptosnet.testkit.TestIdentity;
import dev.aptosnet.testkit.TransportNode;
import dev.aptosnet.testkit.relay.LineSettings;
import dev.aptosnet.testkit.relay.Relay;
import dev.aptosnet.transport.support.SocketAddresses;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Random;

/** What is lost on the way is counted, and stays counted when the link is gone. */
@Timeout(60)
class PacketCountTest {
    private final Random random = new Random(17);

    @Test
    void lossIsCountedAndStaysCounted() throws IOException {
        var loopback = InetAddress.getLoopbackAddress();
        try (var listener = node();
                var dialer = node();
                var relay = new Relay(LineSettings.PERFECT.losing(0.1), LineSettings.PERFECT, 17)) {
            assertThat(dialer.transport().packets()).isEqualTo(Packets.NONE);
            var behind = listener.listen(NetworkAddress.parse("/ip4/127.0.0.1/quic/0"));
            var at =
                    relay.udp(
                            new InetSocketAddress(loopback, 0),
                            Objects.requireNonNull(SocketAddresses.literal(behind)));
            var address =
                    NetworkAddress.parse("/ip4/127.0.0.1/quic/" + at.getPort())
                            .withKey(listener.identity().key());
            var out = FramePipe.on(dialer.connect(listener, address));
            var in = FramePipe.on(listener.accepted());
            // Of some 300 packets one in ten is lost.
            var frame = Bytes.wrap(new byte[60_000]);
            for (var i = 0; i < 6; i++) {
                out.send(frame);
                assertThat(in.receive()).isEqualTo(frame);
            }
            var during = dialer.transport().packets();
            assertThat(during.lost()).isBetween(1L, during.sent() - 1);

            out.link().close(DisconnectReason.STALE_CONNECTION, "test");
            out.closed();
            in.closed();
            var after = dialer.transport().packets();
            assertThat(after.sent()).isGreaterThanOrEqualTo(during.sent());
            assertThat(after.lost()).isGreaterThanOrEqualTo(during.lost());
        }
    }

    private TransportNode node() {
        var identity = TestIdentity.next(random);
        return new TransportNode(
                new QuicTransportProvider(), identity, new SettingsBuilder(identity));
    }
}
