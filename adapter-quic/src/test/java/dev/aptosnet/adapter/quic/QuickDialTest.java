package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.testkit.SettingsBuilder;
import dev.aptosnet.testkit.TestIdentity;
import dev.aptosnet.testkit.TransportNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Random;

/** Whoever dials a listener that he knows is proven beside TLS. */
@Timeout(120)
class QuickDialTest {
    private static final NetworkAddress ANYWHERE = NetworkAddress.parse("/ip4/127.0.0.1/quic/0");

    private final Random random = new Random(23);
    private final TestIdentity listening = TestIdentity.next(random);

    private static TransportNode node(TestIdentity identity) {
        return new TransportNode(
                new QuicTransportProvider(), identity, new SettingsBuilder(identity));
    }

    private static long quick(TransportNode node) {
        return node.transport().quickDials();
    }

    @Test
    void aSecondDialIsProvenBesideTlsAndItsLinkIsLikeAnyOther() {
        try (var listener = node(listening);
                var dialer = node(TestIdentity.next(random))) {
            var address = listener.listen(ANYWHERE);
            var first = Ends.connect(dialer, listener, address);
            assertThat(quick(dialer)).isZero();
            var second = Ends.connect(dialer, listener, address);
            assertThat(quick(dialer)).isEqualTo(1);
            second.exchange("the second");
            first.exchange("the first");
            var seen = second.in().link().info();
            assertThat(seen.peer()).isEqualTo(dialer.identity().peer());
            assertThat(seen.key()).isEqualTo(dialer.identity().key());
            assertThat(seen.hello()).isEqualTo(first.in().link().info().hello());
            assertThat(second.out().link().info().hello())
                    .isEqualTo(first.out().link().info().hello());
            assertThat(listener.transport().pendingInbound()).isZero();
        }
    }

    @Test
    void aListenerThatWasStartedAnewIsProvenInTheStream() {
        var before = node(listening);
        try (var dialer = node(TestIdentity.next(random))) {
            var address = before.listen(ANYWHERE);
            Ends.connect(dialer, before, address).exchange("before");
            before.close();
            try (var after = node(listening)) {
                after.listen(
                        NetworkAddress.parse(
                                "/ip4/127.0.0.1/quic/" + address.port().orElseThrow()));
                Ends.connect(dialer, after, address).exchange("after");
                assertThat(quick(dialer)).isZero();
                Ends.connect(dialer, after, address).exchange("once more");
                assertThat(quick(dialer)).isEqualTo(1);
            }
        } finally {
            before.close();
        }
    }

    @Test
    void whereNothingPassesButQuicItIsTriedEveryOtherTimeAndLinksComeAboutAnyway() {
        try (var listener = node(listening);
                var dialer = node(TestIdentity.next(random))) {
            var direct = listener.listen(ANYWHERE);
            try (var way = new QuicOnly(direct)) {
                var address = way.address(direct);
                for (var asked : new int[] {0, 1, 1, 2}) {
                    Ends.connect(dialer, listener, address).exchange("asked " + asked);
                    assertThat(way.stopped()).isEqualTo(asked);
                }
                assertThat(quick(dialer)).isZero();
            }
        }
    }
}
