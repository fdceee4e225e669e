package dev.aptosnet.bootstrap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DemoCommandTest {
    @Test
    void threeNodesTalkAndAllThatIsSentArrives() {
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
    }

    @Test
    void withTheOtherSuiteForPeopleToRead() {
        var outcome = Outcome.of("demo", "--nodes", "2", "--seconds", "1", "--suite", "aesgcm");
        assertThat(outcome.out().getLast()).isEqualTo("ok");
        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(String.join("\n", outcome.out()))
                .contains("links         1 of 1, tcp, aesgcm")
                .doesNotContain("\u001b");
    }
}
