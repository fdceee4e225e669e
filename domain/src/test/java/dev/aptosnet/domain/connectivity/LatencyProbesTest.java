package dev.aptosnet.domain.connectivity;

import static dev.aptosnet.domain.connectivity.Net.A;
import static dev.aptosnet.domain.connectivity.Net.B;
import static dev.aptosnet.domain.connectivity.Net.at;
import static dev.aptosnet.domain.connectivity.Net.only;
import static dev.aptosnet.domain.connectivity.Net.peer;
import static dev.aptosnet.ports.discovery.SourceKind.CONFIG;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.connectivity.Connectivity.Effect;
import dev.aptosnet.domain.connectivity.Connectivity.Event;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.settings.ConnectivitySettings;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Background probes (improvements.md I-04), as the machine that uses them orders them. */
class LatencyProbesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private Net net = net(ConnectivitySettings.builder());

    private static Net net(ConnectivitySettings.Builder settings) {
        // Nobody is dialed, so that all stay candidates.
        return new Net(
                NetworkId.PUBLIC, AuthMode.MUTUAL, settings.maxOutboundConnections(0).build());
    }

    private static Map<PeerId, PeerDescription> many(int count) {
        var view = new TreeMap<PeerId, PeerDescription>();
        for (var i = 1; i <= count; i++) {
            view.put(PeerId.parse("0x" + (1000 + i)), peer(i, i));
        }
        return view;
    }

    private Effect.Probe answer(Duration took) {
        var probe = net.probes.removeFirst();
        net.on(new Event.ProbeEnded(probe.id(), took));
        return probe;
    }

    private void fail() {
        var probe = net.probes.removeFirst();
        net.on(new Event.ProbeEnded(probe.id(), null));
    }

    @Test
    void neverMoreThanEightAreUnderWayHoweverManyCandidatesAreSilent() {
        net.discovered(CONFIG, many(500));
        net.pass(SECOND);
        assertThat(net.probes).hasSize(8);
        assertThat(net.machine.probesInFlight()).isEqualTo(8);
        net.pass(Duration.ofMinutes(5));
        assertThat(net.probes).hasSize(8);
        fail();
        net.pass(SECOND);
        assertThat(net.probes).hasSize(8);
    }

    @Test
    void theRateIsKeptAlsoIfAllAnswerAtOnce() {
        net.discovered(CONFIG, many(500));
        var probed = 0;
        for (var i = 0; i < 1_000; i++) {
            net.pass(Duration.ofMillis(1));
            while (!net.probes.isEmpty()) {
                answer(Duration.ofMillis(5));
                probed++;
            }
        }
        assertThat(probed).isBetween(20, 8 + 20);
    }

    @Test
    void ofOnePeerOnlySoManyAddressesAreProbedAtOnce() {
        net = net(ConnectivitySettings.builder().probesOfOnePeer(2));
        net.discovered(CONFIG, only(A, peer(1, 1, 2, 3, 4, 5)));
        net.pass(SECOND);
        assertThat(net.probes).hasSize(2);
        var seen = new ArrayList<NetworkAddress>();
        while (!net.probes.isEmpty()) {
            seen.add(answer(Duration.ofMillis(30)).address());
            net.pass(SECOND);
            assertThat(net.probes).hasSizeLessThanOrEqualTo(2);
        }
        assertThat(seen).containsExactly(at(1), at(2), at(3), at(4), at(5));
    }

    @Test
    void theShortestOfAllAddressesCounts() {
        net.discovered(CONFIG, only(A, peer(1, 1, 2, 3)));
        net.pass(SECOND);
        assertThat(net.probes)
                .extracting(Effect.Probe::address)
                .containsExactly(at(1), at(2), at(3));
        answer(Duration.ofMillis(90));
        answer(Duration.ofMillis(30));
        assertThat(net.machine.latency(A)).isEmpty();
        fail();
        assertThat(net.machine.latency(A)).contains(Duration.ofMillis(30));
    }

    @Test
    void aRoundComesEveryMinuteGiveOrTakeAFifth() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.pass(SECOND);
        answer(Duration.ofMillis(20));
        for (var round = 0; round < 20; round++) {
            net.pass(Duration.ofSeconds(47));
            assertThat(net.probes).isEmpty();
            var begun = net.now;
            while (net.probes.isEmpty()) {
                net.pass(Duration.ofMillis(100));
            }
            assertThat(net.now.since(begun)).isLessThan(Duration.ofSeconds(26));
            answer(Duration.ofMillis(20));
        }
    }

    @Test
    void whoDoesNotAnswerIsAskedEverMoreSeldomDownToTenMinutes() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        var times = new ArrayList<MonoTime>();
        while (times.size() < 8) {
            net.pass(SECOND);
            if (!net.probes.isEmpty()) {
                fail();
                times.add(net.now);
            }
        }
        var longest = 60.0;
        for (var i = 1; i < times.size(); i++) {
            var seconds = times.get(i).since(times.get(i - 1)).toMillis() / 1e3;
            assertThat(seconds).isBetween(longest * 0.8 - 1, longest * 1.2 + 2);
            longest = Math.min(600, 2 * longest);
        }
    }

    @Test
    void whoWasNeverReachedGoesBeforeWhoIsDueAgain() {
        net = net(ConnectivitySettings.builder().maxProbes(1));
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.pass(SECOND);
        answer(Duration.ofMillis(20));
        net.pass(Duration.ofSeconds(40));
        // B's first probe takes longer than A's next one has to wait.
        net.discovered(CONFIG, Map.of(A, peer(1, 1), B, peer(2, 2)));
        net.pass(Duration.ofSeconds(40));
        assertThat(net.probes).singleElement().extracting(Effect.Probe::peer).isEqualTo(B);
        net.discovered(CONFIG, Map.of(A, peer(1, 1), B, peer(2, 2), Net.C, peer(3, 3)));
        net.pass(SECOND);
        fail();
        net.pass(SECOND);
        assertThat(net.probes).singleElement().extracting(Effect.Probe::peer).isEqualTo(Net.C);
    }

    @Test
    void aConnectedPeerIsNotProbedAndItsPingsCount() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        var connection = net.up(A, Origin.OUTBOUND, PeerRole.VALIDATOR_FULL_NODE);
        net.probes.forEach(probe -> net.on(new Event.ProbeEnded(probe.id(), null)));
        net.probes.clear();
        net.on(new Event.LatencyMeasured(A, Duration.ofMillis(40)));
        net.pass(Duration.ofMinutes(5));
        assertThat(net.probes).isEmpty();
        assertThat(net.machine.latency(A)).contains(Duration.ofMillis(40));
        assertThat(net.machine.latencyAge(net.now, A)).contains(Duration.ofMinutes(5));
        net.down(A, connection);
        net.pass(Net.CHECK);
        assertThat(net.probes).hasSize(1);
    }

    @Test
    void aChangeIsBelievedAfterTwoRounds() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.pass(SECOND);
        answer(Duration.ofMillis(20));
        for (var expected : List.of(110, 155)) {
            net.pass(Duration.ofSeconds(73));
            answer(Duration.ofMillis(200));
            assertThat(net.machine.latency(A)).contains(Duration.ofMillis(expected));
        }
    }

    @Test
    void aPeerThatIsForgottenMayAnswerInVain() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.pass(SECOND);
        net.discovered(CONFIG, Map.of());
        answer(Duration.ofMillis(20));
        assertThat(net.machine.latency(A)).isEmpty();
        net.pass(Duration.ofMinutes(5));
        assertThat(net.probes).isEmpty();
    }

    @Test
    void withoutProbesNothingIsProbedAndOnOtherNetworksNeither() {
        net = net(ConnectivitySettings.builder().maxProbes(0));
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.pass(Duration.ofMinutes(5));
        assertThat(net.probes).isEmpty();
        net = new Net(NetworkId.VALIDATOR, AuthMode.MUTUAL, ConnectivitySettings.DEFAULTS);
        net.discovered(CONFIG, only(A, peer(PeerRole.VALIDATOR, 1, 1)));
        net.pass(Duration.ofMinutes(5));
        assertThat(net.probes).isEmpty();
    }

    @Test
    void aProbeThatLeavesIsGivenTheTimeItMayTake() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.pass(SECOND);
        NetworkAddress address = at(1);
        assertThat(net.probes)
                .singleElement()
                .satisfies(
                        probe -> {
                            assertThat(probe.address()).isEqualTo(address);
                            assertThat(probe.limit()).isEqualTo(Duration.ofSeconds(2));
                        });
    }
}
