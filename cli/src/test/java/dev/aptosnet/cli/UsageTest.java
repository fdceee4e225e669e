package dev.aptosnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class UsageTest {
    @Test
    void withoutACommandOneLineSaysSo() {
        var outcome = Outcome.of();
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err())
                .containsExactly("aptosnet: no command given; see aptosnet --help");
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void anUnknownFlagIsOneLineThatNamesTheNearest() {
        var outcome = Outcome.of("demo", "--nodse", "4");
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).hasSize(1);
        assertThat(outcome.err().getFirst()).contains("--nodse").contains("--nodes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dmeo",
                "demo --nodes",
                "demo --nodes x",
                "demo --nodes 1",
                "demo --nodes 300",
                "demo --seconds 0",
                "demo --suite rot13",
                "keygen",
                "id",
                "id --key k --address nonsense",
                "ping",
                "ping nonsense",
                "ping /ip4/127.0.0.1/tcp/6180",
                "ping /ip4/127.0.0.1/tcp/6180 --timeout soon",
                "call /ip4/127.0.0.1/tcp/6180 nonsense",
                "call /ip4/127.0.0.1/tcp/6180 29",
                "bench",
                "bench /ip4/127.0.0.1/tcp/6180",
                "link",
                "link --udp 127.0.0.1:1",
                "link --udp 127.0.0.1:1=127.0.0.1:0",
                "link --udp 127.0.0.1:1=127.0.0.1:65536",
                "link --tcp 127.0.0.256:1=127.0.0.1:1",
                "link --tcp host:1=127.0.0.1:1",
                "link --udp 127.0.0.1:0=127.0.0.1:1 --loss 101",
                "link --udp 127.0.0.1:0=127.0.0.1:1 --back-loss -1",
                "link --udp 127.0.0.1:0=127.0.0.1:1 --delay-ms -1",
                "link --udp 127.0.0.1:0=127.0.0.1:1 --delay-ms x",
                "link --udp 127.0.0.1:0=127.0.0.1:1 --rate fast",
                "link --udp 127.0.0.1:0=127.0.0.1:1 --back-rate 0",
                "link --udp 127.0.0.1:0=127.0.0.1:1 --queue-kib 0",
                "link --udp 127.0.0.1:0=127.0.0.1:1 --queue-kib 4194304",
                "link --udp 127.0.0.1:0=127.0.0.1:1 --seconds 0",
                "run --listen /dns/example.org/tcp/1",
                "run --seed /ip4/127.0.0.1/tcp/6180",
                "run --trust 0x1",
                "run --trust 0x1=zz",
                "run --chain-id 256",
                "run --network-id private",
                "run --log-level LOUD",
                "sim --scenario nonsense",
                "sim --nodes 1",
                "sim --seeds 0",
                "vectors",
            })
    void wrongUseIsOneLineAndCodeTwo(String line) {
        var outcome = Outcome.of(line.split(" "));
        assertThat(outcome.code()).as(String.join("; ", outcome.err())).isEqualTo(2);
        assertThat(outcome.err()).hasSize(1);
        assertThat(outcome.err().getFirst()).startsWith("aptosnet: ");
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void aFailureWithJsonEndsInOneObject() {
        var outcome = Outcome.of("demo", "--nodes", "1", "--json");
        assertThat(outcome.json().get("ok").asBoolean()).isFalse();
        assertThat(outcome.json().get("exit_code").asInt()).isEqualTo(2);
        assertThat(outcome.json().get("error").asString()).contains("--nodes: 1");
    }

    @Test
    void helpAndVersionAreResults() {
        for (var args :
                List.of(List.of("--help"), List.of("--version"), List.of("run", "--help"))) {
            var outcome = Outcome.of(args.toArray(String[]::new));
            assertThat(outcome.code()).isZero();
            assertThat(outcome.out()).isNotEmpty();
            assertThat(outcome.err()).isEmpty();
        }
        assertThat(String.join("\n", Outcome.of("--help").out()))
                .contains(
                        "demo", "keygen", "id", "run", "ping", "call", "bench", "link", "sim",
                        "vectors");
    }

    @Test
    void nothingIsColouredWhereNobodyLooks() {
        assertThat(String.join("\n", Outcome.of("--help").out())).doesNotContain("\u001b");
    }
}
