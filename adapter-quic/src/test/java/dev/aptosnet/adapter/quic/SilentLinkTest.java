package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.transport.Transport;
import dev.aptosnet.ports.transport.TransportProvider;
import dev.aptosnet.ports.transport.TransportSettings;
import dev.aptosnet.testkit.FramePipe;
import dev.aptosnet.testkit.SettingsBuilder;
import dev.aptosnet.testkit.TestIdentity;
import dev.aptosnet.testkit.TransportNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.Random;

/** A link on which nobody says anything lives on. */
@Timeout(60)
class SilentLinkTest {
    private static final Duration IDLE = Duration.ofSeconds(2);

    private final Random random = new Random(13);

    @Test
    void aLinkOutlivesItsIdleTime() throws InterruptedException {
        try (var listener = node();
                var dialler = node()) {
            var address = listener.listen(NetworkAddress.parse("/ip4/127.0.0.1/quic/0"));
            var out = FramePipe.on(dialler.connect(listener, address));
            var in = FramePipe.on(listener.accepted());
            Thread.sleep(IDLE.multipliedBy(3));
            out.send(Bytes.utf8("still here"));
            assertThat(in.receive()).isEqualTo(Bytes.utf8("still here"));
            assertThat(out.isClosed()).isFalse();
        }
    }

    private TransportNode node() {
        var identity = TestIdentity.next(random);
        return new TransportNode(new Impatient(), identity, new SettingsBuilder(identity));
    }

    /** Makes transports whose connections end soon when nobody says anything. */
    private static final class Impatient implements TransportProvider {
        @Override
        public String name() {
            return QuicTransportProvider.NAME;
        }

        @Override
        public boolean supports(NetworkAddress address) {
            return address.isQuic();
        }

        @Override
        public Transport create(TransportSettings settings) {
            return new QuicTransport(settings, IDLE, QuicListener.MAX_SESSIONS);
        }
    }
}
