package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.NetworkAddress;
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
                var dialer = node()) {
            var address = listener.listen(NetworkAddress.parse("/ip4/127.0.0.1/quic/0"));
            var ends = Ends.connect(dialer, listener, address);
            Thread.sleep(IDLE.multipliedBy(3));
            ends.exchange("still here");
            assertThat(ends.out().isClosed()).isFalse();
        }
    }

    private TransportNode node() {
        var identity = TestIdentity.next(random);
        return new TransportNode(
                new QuicWith(IDLE, QuicListener.MAX_SESSIONS),
                identity,
                new SettingsBuilder(identity));
    }
}
