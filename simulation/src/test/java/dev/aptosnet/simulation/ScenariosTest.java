package dev.aptosnet.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.List;

class ScenariosTest {
    static List<Scenario> scenarios() {
        return Scenario.all();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyScenarioEndsWellForSeveralSeeds(Scenario scenario) {
        for (var seed = 1; seed <= 3; seed++) {
            var outcome = scenario.run(SimSettings.of(12, seed));

            assertThat(outcome.ok()).as(outcome.failureReport()).isTrue();
            assertThat(outcome.pairs()).isEqualTo(outcome.wantedPairs()).isPositive();
            assertThat(outcome.counts().get("calls_answered")).isPositive();
            assertThat(outcome.milestones())
                    .allSatisfy((_, value) -> assertThat(value).isNotNegative());
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void sameSeedGivesTheSameHashAndAnotherSeedAnother(Scenario scenario) {
        var first = scenario.run(SimSettings.of(10, 7));
        var again = scenario.run(SimSettings.of(10, 7));
        var other = scenario.run(SimSettings.of(10, 8));

        assertThat(again).isEqualTo(first);
        assertThat(other.hash()).isNotEqualTo(first.hash());
    }

    @Test
    void announcedEpochIsReadyWhenItComesAndASurpriseIsNot() {
        for (var seed = 1; seed <= 5; seed++) {
            var outcome = Scripts.EPOCH.run(SimSettings.of(22, seed));

            assertThat(outcome.ok()).as(outcome.failureReport()).isTrue();
            assertThat(outcome.milestones())
                    .as("seed %d", seed)
                    .containsEntry("announced_preconnected_permille", 1000L)
                    .containsEntry("surprise_preconnected_permille", 0L)
                    .containsEntry("announced_failed_calls_of_staying", 0L)
                    .containsEntry("announced_replaced_links_of_staying", 0L)
                    .containsEntry("announced_left_back", 0L);
            assertThat(outcome.milestones().get("revoked_connected_before")).isPositive();
            assertThat(outcome.milestones().get("revoked_gone_ms")).isBetween(0L, 35_000L);
            assertThat(outcome.milestones().get("announced_left_gone_ms")).isBetween(0L, 35_000L);
        }
    }

    /** Seeds 1 to 200; a failure prints its own. */
    @Test
    void simultaneousDialsLeaveOneConnectionAtBothEnds() {
        var collisions = 0L;
        for (var seed = 1; seed <= 200; seed++) {
            var outcome = Scripts.SIMULTANEOUS_DIAL.run(SimSettings.of(2, seed));

            assertThat(outcome.ok()).as(outcome.failureReport()).isTrue();
            collisions += outcome.counts().getOrDefault("collisions", 0L);
        }
        // Else nothing was tried.
        assertThat(collisions).isGreaterThan(100);
    }

    @Test
    void partitionCutsTheNetworkAndHealsIt() {
        var run = new Run(SimSettings.of(10, 3), SimNode::new);
        run.startAll(Duration.ofSeconds(1));
        run.awaitSettled("mesh", run.world().now(), Duration.ofMinutes(1));
        run.network().breakWays((from, to) -> (from.index() < 5) != (to.index() < 5));
        run.world().run(Duration.ofSeconds(60));

        assertThat(run.mesh().pairs()).isEqualTo(2 * (5 * 4 / 2));

        run.network().heal();
        run.awaitSettled("healed", run.world().now(), Duration.ofMinutes(2));
        var outcome = run.finish("partition");
        assertThat(outcome.ok()).as(outcome.failureReport()).isTrue();
    }

    @Test
    void knownScenariosAreFoundByNameAndOthersAreNot() {
        assertThat(Scenario.find("churn")).contains(Scripts.CHURN);
        assertThat(Scenario.find("nonsense")).isEmpty();
    }

    @Test
    void picturesShowTheCurveTheFaultsAndTheRegions() {
        var plots = Scripts.PARTITION.run(SimSettings.of(10, 1)).plots();

        assertThat(plots).containsOnlyKeys("connected-pairs.svg", "round-trips.svg");
        assertThat(plots.get("connected-pairs.svg"))
                .startsWith("<svg")
                .endsWith("</svg>\n")
                .contains("<polyline", ">partition</text>", ">one-way partition</text>");
        for (var region : Region.values()) {
            assertThat(plots.get("round-trips.svg")).contains(">" + region.label() + "</text>");
        }
    }
}
