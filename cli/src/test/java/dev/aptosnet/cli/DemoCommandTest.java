package dev.aptosnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;

import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;

class DemoCommandTest {
    @Test
    void threeNodesTalkAndAllThatIsSentArrivesAndTheMeshHealsTwice() {
        var outcome = Outcome.of("demo", "--nodes", "3", "--seconds", "2", "--json");
        assertThat(outcome.out()).hasSize(1);
        var result = outcome.json();
        assertThat(result.get("problems").toString()).isEqualTo("[]");
        assertThat(outcome.code()).isZero();
        assertThat(result.get("ok").asBoolean()).isTrue();
        assertThat(result.get("nodes").asInt()).isEqualTo(3);
        assertThat(result.get("links").asInt()).isEqualTo(3);
        assertThat(result.get("suite").asString()).isEqualTo("chachapoly");
        assertThat(result.get("transport").asString()).isEqualTo("tcp");
        assertThat(result.get("votes_sent").asLong()).isPositive();
        assertThat(result.get("votes_received")).isEqualTo(result.get("votes_sent"));
        assertThat(result.get("transactions_sent").asLong()).isPositive();
        assertThat(result.get("transactions_received")).isEqualTo(result.get("transactions_sent"));
        assertThat(result.get("chunks_ok").asLong()).isPositive();
        assertThat(result.get("chunk_bytes").asLong()).isPositive();
        assertThat(result.get("rpc_failed").asLong()).isZero();
        assertThat(result.get("vote_delay_ms_p99").asDouble()).isPositive();
        assertThat(result.get("noticed_ms").asDouble()).isPositive();
        assertThat(result.get("healed_ms").asDouble()).isPositive();
        // Two pings at the earliest: the silence itself is noticed, not the end of a connection.
        assertThat(result.get("freeze_noticed_ms").asDouble()).isGreaterThan(2500);
        assertThat(result.get("freeze_healed_ms").asDouble()).isPositive();
    }

    @Test
    void withTheOtherSuiteForPeopleToRead() {
        var outcome =
                Outcome.of(
                        "demo",
                        "--nodes",
                        "2",
                        "--seconds",
                        "1",
                        "--suite",
                        "aesgcm",
                        "--no-faults");
        assertThat(outcome.out().getLast()).as(outcome.out().toString()).isEqualTo("ok");
        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(String.join("\n", outcome.out()))
                .contains("links         1 of 1, tcp, aesgcm")
                .doesNotContain("\u001b");
    }

    @Test
    void forPeopleToReadItTellsOfTheFaultsAsTheyHappen() {
        var outcome = Outcome.of("demo", "--nodes", "2", "--seconds", "1");
        assertThat(outcome.code()).as(outcome.out().toString()).isZero();
        assertThat(outcome.out().stream().filter(line -> line.contains("the mesh is whole after")))
                .hasSize(2);
        assertThat(String.join("\n", outcome.out()))
                .containsSubsequence(
                        " stops",
                        " is missed by all others after ",
                        " starts again",
                        " is back, the mesh is whole after ",
                        " freezes: connected, and silent",
                        " is missed by all others after ",
                        " thaws",
                        " is back, the mesh is whole after ",
                        "\nstop          noticed by all others after ",
                        "\nfreeze        noticed by all others after ",
                        "\nok");
    }

    @Test
    void moreNodesThanThereAreDescriptorsForAreRefusedBeforeAnythingStarts() {
        assumeTrue(
                ManagementFactory.getOperatingSystemMXBean()
                                instanceof UnixOperatingSystemMXBean system
                        && system.getMaxFileDescriptorCount() < 60_000);
        var outcome = Outcome.of("demo", "--nodes", "256");
        assertThat(outcome.code()).isEqualTo(8);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .singleElement()
                .asString()
                .contains("256 nodes need about 66148 file descriptors", "ulimit -n 66148");
    }
}
