package dev.aptosnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

/** {@code bench} against {@code run}. */
@Timeout(180)
class BenchCommandTest {
    @AfterEach
    void stop() throws Exception {
        RunningNode.stopAll();
    }

    private static Outcome bench(String address, String... flags) {
        var args =
                new ArrayList<>(
                        List.of(
                                "bench",
                                address,
                                "--seconds",
                                "100ms",
                                "--bulk-size",
                                "5000000",
                                "--timeout",
                                "60s"));
        args.addAll(List.of(flags));
        return Outcome.of(args.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"chachapoly", "aesgcm"})
    void everyLoadOfANodeThatEchoesIsMeasured(String suite) throws Exception {
        var node = RunningNode.start("--serve-echo", "--suite", suite);
        var outcome = bench(node.address(), "--suite", suite, "--json");
        assertThat(outcome.code()).as(outcome.err().toString()).isZero();
        var json = outcome.json();
        assertThat(json.get("ok").asBoolean()).isTrue();
        assertThat(json.get("suite").asString()).isEqualTo(suite);
        for (var figure :
                List.of(
                        "rpc_per_s",
                        "rpc_ms_p50",
                        "rpc_ms_p99",
                        "in_flight_rpc_per_s",
                        "in_flight_rpc_ms_p50",
                        "sends_per_s",
                        "bulk_mb_per_s")) {
            assertThat(json.get(figure).asDouble()).as(figure).isPositive();
        }
        node.stop();
        assertThat(node.err()).contains("direct sends").contains("answered");
    }

    @Test
    void asTextItIsOneLineForEachLoad() throws Exception {
        var node = RunningNode.start("--serve-echo");
        var outcome = bench(node.address(), "--size", "5", "--in-flight", "3");
        assertThat(outcome.code()).as(outcome.err().toString()).isZero();
        assertThat(outcome.out()).hasSize(6);
        assertThat(outcome.out().get(2)).startsWith("RPC 5 B, one by one: ");
        assertThat(outcome.out().get(3)).startsWith("RPC 5 B, 3 in flight: ");
        assertThat(outcome.out().get(4)).startsWith("direct send 256 B: ");
        assertThat(outcome.out().get(5)).startsWith("5000000 B there and back: ");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void aNodeThatDoesNotEchoIsOneLineWithTheRemedy() throws Exception {
        var node = RunningNode.start();
        var outcome = bench(node.address());
        assertThat(outcome.code()).isNotZero();
        assertThat(outcome.err()).hasSize(1);
        assertThat(outcome.err().getFirst()).contains("run --serve-echo");
    }

    @Test
    void aPeerWithoutDirectSendsIsAProtocolMismatch() throws Exception {
        try (var peer =
                AptosNode.builder()
                        .listen("/ip4/127.0.0.1/tcp/0")
                        .serve(
                                ProtocolId.NETBENCH_RPC,
                                request -> request.respond(request.payload()))
                        .start()) {
            var outcome = bench(peer.listenAddress().toString(), "--json");
            assertThat(outcome.code()).isEqualTo(6);
            assertThat(outcome.err()).hasSize(1);
            assertThat(outcome.json().get("failure").asString()).isEqualTo("protocol_mismatch");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--seconds 0",
                "--timeout 0",
                "--size -1",
                "--in-flight 0",
                "--in-flight 91",
                "--send-size 67108865",
                "--bulk-size 0",
            })
    void nonsenseIsRefusedWithTheFlagsName(String flags) {
        var args = flags.split(" ", -1);
        var address = "/ip4/127.0.0.1/tcp/6180/noise-ik/0x" + "09".repeat(32) + "/handshake/0";
        var outcome = Outcome.of("bench", address, args[0], args[1]);
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).hasSize(1);
        assertThat(outcome.err().getFirst()).contains(args[0] + ": ");
    }
}
