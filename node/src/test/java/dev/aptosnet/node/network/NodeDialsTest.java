package dev.aptosnet.node.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.connectivity.DialAllowance;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.settings.ConnectivitySettings;
import dev.aptosnet.ports.settings.ConnectivitySettings.Pacing;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** One rate and one number of places for all networks of a node (improvements.md I-07). */
class NodeDialsTest {
    private static final long MILLI = 1_000_000;

    private final List<String> woken = new ArrayList<>();

    private static Pacing pacing(int perSecond, int burst, int places) {
        return ConnectivitySettings.builder()
                .dialsPerSecond(perSecond)
                .dialBurst(burst)
                .maxPending(places)
                .build()
                .pacing();
    }

    private static NodeDials node(Pacing validators, Pacing open) {
        return new NodeDials(Map.of(NetworkId.PUBLIC, open, NetworkId.VALIDATOR, validators));
    }

    private DialAllowance validators(NodeDials node) {
        return node.forNetwork(NetworkId.VALIDATOR, () -> woken.add("validator"));
    }

    private DialAllowance open(NodeDials node) {
        return node.forNetwork(NetworkId.PUBLIC, () -> woken.add("public"));
    }

    private static int takeAll(DialAllowance allowance, MonoTime now) {
        var taken = 0;
        while (allowance.take(now)) {
            taken++;
        }
        return taken;
    }

    @Test
    void allNetworksTogetherKeepTheRateAndTheMostImportantGoesFirst() {
        var pacing = pacing(50, 20, 100_000);
        var node = node(pacing, pacing);
        // The less important one asks first, and is given what the other leaves.
        var open = open(node);
        var validators = validators(node);
        var lately = new ArrayDeque<Long>();
        var taken = new int[2];
        for (var nanos = 0L; nanos < 6_000 * MILLI; nanos += MILLI) {
            var now = new MonoTime(nanos);
            var before = taken[0] + taken[1];
            taken[0] += takeAll(open, now);
            // The validators' network has nothing more to dial after three seconds.
            taken[1] += nanos < 3_000 * MILLI ? takeAll(validators, now) : 0;
            for (var i = before; i < taken[0] + taken[1]; i++) {
                lately.add(nanos);
            }
            while (!lately.isEmpty() && lately.getFirst() <= nanos - 1_000 * MILLI) {
                lately.removeFirst();
            }
            assertThat(lately).hasSizeLessThanOrEqualTo(70);
            if (nanos == 2_999 * MILLI) {
                assertThat(taken[0]).as("while validators are dialed").isLessThanOrEqualTo(10);
                assertThat(taken[1]).isBetween(150, 160);
            }
        }
        assertThat(taken[0]).as("afterwards").isBetween(130, 160);
    }

    @Test
    void aNetworkKeepsItsOwnRateBesides() {
        var node = node(pacing(50, 20, 64), pacing(5, 1, 64));
        var open = open(node);
        var start = new MonoTime(0);
        assertThat(takeAll(open, start)).isEqualTo(1);
        assertThat(open.nextAt(start)).isEqualTo(new MonoTime(200 * MILLI));
        assertThat(takeAll(validators(node), start)).isEqualTo(19);
    }

    @Test
    void placesAreForAllButForAFewThatEachHasForItself() {
        var pacing = pacing(1_000_000, 1_000_000, 64);
        var node = node(pacing, pacing);
        var open = open(node);
        var validators = validators(node);
        var application = node.forApplication(NetworkId.PUBLIC, () -> woken.add("application"));
        var now = new MonoTime(0);

        // A quarter is kept for the most important network, a sixteenth for the application.
        assertThat(takeAll(open, now)).isEqualTo(64 - 16 - 4);
        assertThat(takeAll(validators, now)).isEqualTo(16);
        assertThat(takeAll(application, now)).isEqualTo(4);
        assertThat(node.underWay()).isEqualTo(64);
        assertThat(open.nextAt(now)).isEqualTo(MonoTime.NEVER);
        assertThat(woken).isEmpty();

        open.ended();
        assertThat(woken).containsExactlyInAnyOrder("public", "validator", "application");
        assertThat(takeAll(validators, now)).isEqualTo(1);
        assertThat(takeAll(open, now)).isZero();
        validators.ended();
        assertThat(woken).as("the other one has a place and does not wait").hasSize(5);
        assertThat(takeAll(open, now)).isEqualTo(1);
        assertThat(node.underWay()).isEqualTo(64);
    }

    @Test
    void oneNetworkAloneHasAllPlacesButTheApplications() {
        var node = new NodeDials(Map.of(NetworkId.VFN, pacing(1_000_000, 1_000_000, 3)));
        var now = new MonoTime(0);
        var vfn = node.forNetwork(NetworkId.VFN, () -> {});
        var application = node.forApplication(NetworkId.VFN, () -> {});
        assertThat(takeAll(vfn, now)).isEqualTo(3);
        assertThat(takeAll(application, now)).isZero();
        vfn.ended();
        assertThat(takeAll(application, now)).isEqualTo(1);
    }

    @Test
    void threadsOfSeveralNetworksNeverTakeMoreThanThereIs() throws Exception {
        var pacing = pacing(1_000_000, 1_000_000, 8);
        var node = node(pacing, pacing);
        var held = new AtomicInteger();
        var most = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        for (var network : List.of(NetworkId.VALIDATOR, NetworkId.PUBLIC)) {
            var allowance = node.forNetwork(network, () -> {});
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> takeAndGiveBack(allowance, 20_000, held, most)));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(most.get()).isBetween(1, 8);
        assertThat(node.underWay()).isZero();
    }

    private static void takeAndGiveBack(
            DialAllowance allowance, int times, AtomicInteger held, AtomicInteger most) {
        for (var i = 0; i < times; i++) {
            var mine = 0;
            while (mine < 1 + i % 8 && allowance.take(new MonoTime(i * MILLI))) {
                mine++;
                most.accumulateAndGet(held.incrementAndGet(), Math::max);
            }
            for (; mine > 0; mine--) {
                held.decrementAndGet();
                allowance.ended();
            }
        }
    }
}
