package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.testkit.SettingsBuilder;
import dev.aptosnet.testkit.TestIdentity;
import dev.aptosnet.testkit.TransportNode;

import org.junit.jupiter.api.Test;

import tech.kwik.core.QuicStream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Random;

/** Who may be at the other end, whatever TLS says. */
class ProofTest {
    private final Random random = new Random(7);

    private TransportNode node() {
        var identity = TestIdentity.next(random);
        return new TransportNode(
                new QuicTransportProvider(), identity, new SettingsBuilder(identity));
    }

    /**
     * A relay that ends TLS on both sides with a certificate of its own and passes on every byte
     * between: all that Noise alone would not notice.
     */
    private static StrangeQuic.Server relay(NetworkAddress to) {
        return StrangeQuic.server(
                QuicTransport.APPLICATION,
                _ -> {},
                (_, stream) -> Thread.ofVirtual().start(() -> passOn(stream, to)));
    }

    private static void passOn(QuicStream stream, NetworkAddress to) {
        try {
            var beyond = StrangeQuic.client(to, QuicTransport.APPLICATION);
            beyond.connect();
            var second = beyond.createStream(true);
            Thread.ofVirtual().start(() -> copy(second.getInputStream(), stream.getOutputStream()));
            copy(stream.getInputStream(), second.getOutputStream());
        } catch (IOException _) {
            // One of the two ends has hung up.
        }
    }

    private static void copy(InputStream from, OutputStream to) {
        try (to) {
            from.transferTo(to);
        } catch (IOException _) {
            // One of the two ends has hung up.
        }
    }

    @Test
    void aRelayThatEndsTlsIsRefusedByTheListener() {
        try (var listener = node();
                var dialer = node();
                var relay = relay(listener.listen(NetworkAddress.parse("/ip4/127.0.0.1/quic/0")))) {
            var through = StrangeQuic.address(relay.socket()).withKey(listener.identity().key());
            var id = dialer.dial(listener.identity().peer(), through);
            assertThat(listener.refused().reason()).isEqualTo(Reason.NOISE_DECRYPT);
            listener.expectNothing(Duration.ofMillis(50));
            dialer.transport().cancel(id);
        }
    }

    @Test
    void aDirectConnectionWithTheSameAddressIsTaken() {
        try (var listener = node();
                var dialer = node()) {
            var address = listener.listen(NetworkAddress.parse("/ip4/127.0.0.1/quic/0"));
            Ends.connect(dialer, listener, address).exchange("proven");
        }
    }

    @Test
    void aListenerOfAnotherApplicationIsNoPeer() {
        try (var dialer = node();
                var other = StrangeQuic.server("other/1", _ -> {}, (_, _) -> {})) {
            var identity = TestIdentity.next(random);
            var address = StrangeQuic.address(other.socket()).withKey(identity.key());
            var failure = dialer.dialFails(identity.peer(), address);
            assertThat(failure.reason()).isEqualTo(Reason.CONNECT_FAILED);
            assertThat(failure.detail())
                    .contains("TLS error 120: unsupported application protocol");
        }
    }
}
