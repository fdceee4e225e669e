package dev.aptosnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

class SimCommandTest {
    @TempDir private Path directory;

    @Test
    void equalFlagsGiveEqualHashes() {
        var first = Outcome.of("sim", "--nodes", "6", "--seed", "7", "--json");
        var again = Outcome.of("sim", "--nodes", "6", "--seed", "7", "--json");
        var other = Outcome.of("sim", "--nodes", "6", "--seed", "8", "--json");

        assertThat(first.code()).isZero();
        assertThat(first.json().get("ok").asBoolean()).isTrue();
        assertThat(first.json().get("pairs").asInt()).isEqualTo(15);
        assertThat(first.json().get("mesh_complete_ms").asLong()).isPositive();
        assertThat(again.json().get("hash")).isEqualTo(first.json().get("hash"));
        assertThat(other.json().get("hash")).isNotEqualTo(first.json().get("hash"));
    }

    @Test
    void summaryNamesTheHashAndThePicturesAreWritten() throws Exception {
        var outcome =
                Outcome.of(
                        "sim",
                        "--scenario",
                        "restart-all",
                        "--nodes",
                        "6",
                        "--out",
                        directory.resolve("new").toString());

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).anyMatch(line -> line.matches("  hash +[0-9a-f]{16}"));
        assertThat(Files.readString(directory.resolve("new/connected-pairs.svg")))
                .contains("restart-all, 6 nodes, seed 1");
        assertThat(directory.resolve("new/round-trips.svg")).isNotEmptyFile();
    }

    @Test
    void manySeedsAreOneResult() {
        var json = Outcome.of("sim", "--scenario", "simultaneous-dial", "--seeds", "20", "--json");

        assertThat(json.json().get("failed_seeds").size()).isZero();
        assertThat(json.json().get("dials").asInt()).isGreaterThanOrEqualTo(40);
    }

    @Test
    void figuresStandBesideTheirBaselineAndTheirBound() {
        var outcome = Outcome.of("sim", "--figures", "I-06", "--json");

        assertThat(outcome.code()).isZero();
        var figure = outcome.json().get("figures").get(0);
        assertThat(figure.get("baseline").asDouble()).isBetween(40_000.0, 70_000.0);
        assertThat(figure.get("ours").asDouble()).isBetween(7_000.0, 15_000.0);
        assertThat(figure.get("at_most").asDouble()).isEqualTo(15_000);
        assertThat(figure.get("met").asBoolean()).isTrue();
        assertThat(Outcome.of("sim", "--figures", "I-06").out())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).startsWith("I-06").endsWith(" met"));
    }

    @Test
    void unknownFigureIsAnsweredWithTheList() {
        var outcome = Outcome.of("sim", "--figures", "I-99");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).singleElement().asString().contains("I-99", "I-06", "I-08");
    }

    @Test
    void unknownScenarioIsAnsweredWithTheList() {
        var outcome = Outcome.of("sim", "--scenario", "nonsense");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err())
                .containsExactly(
                        "aptosnet: --scenario: nonsense (expected one of: boot, churn, epoch,"
                                + " partition, restart-all, simultaneous-dial)");
    }
}
