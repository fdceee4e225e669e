package dev.aptosnet.domain.connectivity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.aptosnet.domain.connectivity.PeerSelection.Candidate;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** The rows of conformance.md section 10. */
class PeerSelectionTest {
    private static final long SEED = 42;
    private final RandomGenerator random = new SplittableRandom(SEED);
    private int ids;

    private List<Candidate> candidates(int count, boolean recently, boolean measured) {
        var made = new ArrayList<Candidate>();
        for (var i = 0; i < count; i++) {
            made.add(
                    new Candidate(
                            PeerId.parse(Integer.toHexString(++ids)),
                            PeerRole.VALIDATOR_FULL_NODE,
                            recently,
                            measured ? Duration.ofMillis(random.nextInt(1, 1001)) : null));
        }
        return made;
    }

    private static List<Candidate> both(List<Candidate> some, List<Candidate> others) {
        var all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }

    @Test
    @DisplayName("SE-01 never more are chosen than wanted, or than there are")
    void asManyAsThereAre() {
        assertThat(PeerSelection.random(random, List.of(), 5)).isEmpty();
        assertThat(PeerSelection.random(random, candidates(100, false, false), 5)).hasSize(5);
        assertThat(PeerSelection.random(random, candidates(5, false, false), 20)).hasSize(5);
    }

    @Test
    @DisplayName("SE-02 peers not recently dialed are chosen first")
    void freshPeersFirst() {
        var all = both(candidates(60, true, false), candidates(20, false, false));
        for (var n = 1; n <= 20; n++) {
            assertThat(PeerSelection.random(random, all, n))
                    .hasSize(n)
                    .noneMatch(Candidate::recentlyDialed);
        }
    }

    @Test
    @DisplayName("SE-03 recently dialed peers fill up")
    void recentPeersFillUp() {
        var all = both(candidates(60, true, false), candidates(20, false, false));
        for (var n = 21; n <= 80; n++) {
            assertThat(PeerSelection.random(random, all, n))
                    .hasSize(n)
                    .doesNotHaveDuplicates()
                    .anyMatch(Candidate::recentlyDialed)
                    .anyMatch(candidate -> !candidate.recentlyDialed());
        }
    }

    @Test
    void atRandomRolesAreTakenInTheirOrder() {
        var upstream = new Candidate(PeerId.parse("1"), PeerRole.UPSTREAM, false, null);
        var all = both(candidates(50, false, false), List.of(upstream));
        assertThat(PeerSelection.random(random, all, 1)).containsExactly(upstream);
    }

    @Test
    @DisplayName("SE-04 by latency, too, recently dialed peers only fill up")
    void byLatencyFreshPeersFirst() {
        var all = both(candidates(30, true, true), candidates(30, false, true));
        for (var n = 1; n <= 30; n++) {
            assertThat(PeerSelection.byLatency(random, all, n))
                    .hasSize(n)
                    .noneMatch(Candidate::recentlyDialed);
        }
        for (var n = 31; n <= 60; n++) {
            var chosen = PeerSelection.byLatency(random, all, n);
            assertThat(chosen).hasSize(n).doesNotHaveDuplicates();
            assertThat(chosen.stream().filter(c -> !c.recentlyDialed())).hasSize(30);
        }
        assertThat(PeerSelection.byLatency(random, all, 61)).hasSize(60);
    }

    @Test
    void aPeerNeverReachedComesBeforeOneThatWasDialedInVain() {
        var unmeasured = candidates(10, false, false);
        var all = both(candidates(10, true, true), both(unmeasured, candidates(5, false, true)));
        assertThat(PeerSelection.byLatency(random, all, 5))
                .allMatch(candidate -> candidate.latency() != null && !candidate.recentlyDialed());
        assertThat(PeerSelection.byLatency(random, all, 15)).containsAll(unmeasured);
        assertThat(PeerSelection.byLatency(random, all, 25)).hasSize(25);
    }

    @Test
    @DisplayName("SE-05 the shortest latencies are chosen most often")
    void shortLatenciesAreChosenMost() {
        var fresh = candidates(100, false, true);
        var all = both(candidates(100, true, true), fresh);
        var times = new HashMap<Candidate, Integer>();
        for (var i = 0; i < 5000; i++) {
            var chosen = PeerSelection.byLatency(random, all, 1).getFirst();
            assertThat(chosen.recentlyDialed()).as("seed %d", SEED).isFalse();
            times.merge(chosen, 1, Integer::sum);
        }
        var byTimes = new ArrayList<>(times.keySet());
        byTimes.sort(Comparator.comparing(times::get, Comparator.reverseOrder()));
        var longest = Duration.ZERO;
        for (var candidate : byTimes.subList(0, Math.min(10, byTimes.size()))) {
            var latency = java.util.Objects.requireNonNull(candidate.latency());
            assertThat(latency).as("seed %d", SEED).isGreaterThan(longest.minusMillis(100));
            longest = latency.compareTo(longest) > 0 ? latency : longest;
        }
    }

    @Test
    @DisplayName("SE-06 the weight is the inverse of the latency, halved for each 25 ms")
    void weights() {
        long[] millis = {0, 1, 5, 10, 20, 25, 50, 100, 200};
        double[] weights = {0, 1000, 200, 100, 50, 20, 5, 0.625, 0.01953125};
        for (var i = 0; i < millis.length; i++) {
            assertThat(PeerSelection.weight(Duration.ofMillis(millis[i])))
                    .isCloseTo(weights[i], within(1e-9));
        }
    }

    @Test
    @DisplayName("SE-07 latencies matter on the public network alone, and only if switched on")
    void latencyMattersOnThePublicNetwork() {
        assertThat(PeerSelection.isByLatency(NetworkId.VALIDATOR, true)).isFalse();
        assertThat(PeerSelection.isByLatency(NetworkId.VFN, true)).isFalse();
        assertThat(PeerSelection.isByLatency(NetworkId.PUBLIC, true)).isTrue();
        assertThat(PeerSelection.isByLatency(NetworkId.PUBLIC, false)).isFalse();
    }
}
