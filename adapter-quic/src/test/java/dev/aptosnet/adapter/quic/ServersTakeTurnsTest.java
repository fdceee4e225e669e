package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.testkit.SettingsBuilder;
import dev.aptosnet.testkit.TestIdentity;
import dev.aptosnet.testkit.TransportNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * However many have connected, a listener keeps few of their TLS sessions, and lets new ones in.
 */
@Timeout(120)
class ServersTakeTurnsTest {
    private static final int SESSIONS = 3;

    private final Random random = new Random(19);

    @Test
    void linksGoOnWhileServersTakeTurnsAndNothingIsKeptOfThoseWhoAreGone() throws Exception {
        try (var listener = node();
                var dialer = node()) {
            var address = listener.listen(NetworkAddress.parse("/ip4/127.0.0.1/quic/0"));
            var first = Ends.connect(dialer, listener, address);
            var others = new ArrayList<Ends>();
            for (var i = 0; i < 3 * SESSIONS; i++) {
                others.add(Ends.connect(dialer, listener, address));
                first.exchange("of the first server, after " + i);
                others.getLast().exchange("just connected");
            }
            for (var each : others) {
                each.exchange("still here");
            }
            var transport = listener.transport();
            assertThat(transport.rememberedSessions()).isEqualTo(1 + 3 * SESSIONS);

            for (var each : others) {
                each.out().link().close(DisconnectReason.STALE_CONNECTION, "test");
                each.out().closed();
            }
            // The first server has a link, and the newest takes who is new.
            eventually(() -> transport.rememberedSessions() <= 2 * SESSIONS);
            first.exchange("alone");
            Ends.connect(dialer, listener, address).exchange("a new one");
        }
    }

    private static void eventually(BooleanSupplier holds) throws InterruptedException {
        var end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(50);
        }
    }

    private TransportNode node() {
        var identity = TestIdentity.next(random);
        return new TransportNode(
                new QuicWith(Duration.ofSeconds(30), SESSIONS),
                identity,
                new SettingsBuilder(identity));
    }
}
