package dev.aptosnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.json.JsonMapper;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** {@code run}, with {@code ping} and {@code call} against it. */
@Timeout(180)
class RunCommandTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir private Path directory;

    @AfterEach
    void stop() throws Exception {
        RunningNode.stopAll();
    }

    @ParameterizedTest
    @ValueSource(strings = {"chachapoly", "aesgcm", "aesgcm,chachapoly"})
    void pingAndCallReachARunningNodeWithEitherSuite(String suites) throws Exception {
        var node = RunningNode.start("--serve-echo", "--suite", suites);
        var suite = suites.startsWith("aesgcm") ? "aesgcm" : "chachapoly";
        var ping =
                Outcome.of(
                        "ping",
                        node.address(),
                        "-n",
                        "3",
                        "-i",
                        "1ms",
                        "--timeout",
                        "30s",
                        "--suite",
                        suite,
                        "--json");
        assertThat(ping.code()).as(ping.err().toString()).isZero();
        assertThat(ping.json().get("suite").asString()).isEqualTo(suite);
        assertThat(ping.json().get("received").asInt()).isEqualTo(3);
        assertThat(ping.json().get("loss").asDouble()).isZero();
        assertThat(ping.json().get("noise_ms").asDouble()).isPositive();
        assertThat(ping.json().get("rpc_ms_p99").asDouble()).isPositive();

        var call = call(node, "14", "hello");
        assertThat(call.code()).as(call.err().toString()).isZero();
        assertThat(call.raw()).isEqualTo(Bytes.utf8("hello"));
        assertThat(call.err()).isEmpty();

        assertThat(node.stop()).isZero();
        assertThat(node.err()).contains("1 requests (5 bytes) answered");
    }

    private static Outcome call(RunningNode node, String protocol, String data) {
        return Outcome.of("call", node.address(), protocol, "--data", data, "--timeout", "30s");
    }

    @Test
    void aLargeFileComesBackAsItWas() throws Exception {
        var content = new byte[9_000_001];
        new Random(5).nextBytes(content);
        var file = Files.write(directory.resolve("content"), content);
        var node = RunningNode.start("--serve-echo");
        assertThat(call(node, "NetbenchRpc", "@" + file).raw()).isEqualTo(Bytes.wrap(content));
        var json =
                Outcome.of(
                        "call",
                        node.address(),
                        "netbenchrpc",
                        "--data",
                        "hex:00ff7f",
                        "--timeout",
                        "30s",
                        "--json");
        assertThat(json.json().get("hex").asString()).isEqualTo("00ff7f");
        assertThat(json.json().get("bytes").asInt()).isEqualTo(3);
    }

    @Test
    void directSendsAreCounted() throws Exception {
        var node = RunningNode.start("--serve-echo");
        try (var sender = AptosNode.builder().protocols(ProtocolId.NETBENCH_DIRECT_SEND).start()) {
            var address = NetworkAddress.parse(node.address());
            var peer =
                    sender.connect(PeerId.derivedFrom(address.key().orElseThrow()), address, LIMIT)
                            .peer();
            for (var i = 0; i < 7; i++) {
                assertThat(
                                sender.client()
                                        .sendToPeer(
                                                peer,
                                                ProtocolId.NETBENCH_DIRECT_SEND,
                                                Bytes.utf8("0123456789")))
                        .isEqualTo(SendResult.QUEUED);
            }
        }
        node.stop();
        assertThat(node.err()).contains("stopped: 7 direct sends (70 bytes) received");
    }

    @Test
    void withJsonItSaysWhereItListensInOneObject() throws Exception {
        var key = directory.resolve("key.yaml");
        var made = Outcome.of("keygen", "--out", key.toString(), "--json").json();
        var node = RunningNode.start("--json", "--key", key.toString());
        var said = new JsonMapper().readTree(node.out());
        assertThat(said.get("peer_id")).isEqualTo(made.get("peer_id"));
        assertThat(said.get("listening").asString())
                .startsWith("/ip4/127.0.0.1/tcp/")
                .endsWith("/noise-ik/" + made.get("public_key").asString() + "/handshake/0");
        node.stop();
        assertThat(node.out().lines()).hasSize(1);
    }

    @Test
    void aFileSaysWhatTheNodeIs() throws Exception {
        var key = directory.resolve("key.yaml");
        Outcome.of("keygen", "--out", key.toString());
        var config = directory.resolve("node.yaml");
        Files.writeString(
                config,
                """
                base: { role: full_node, chain_id: 7 }
                full_node_networks:
                  - network_id: public
                    listen_address: "/ip4/127.0.0.1/tcp/0"
                    identity: { type: from_file, path: key.yaml }
                    noise_suites: [ aesgcm ]
                storage: { dir: /tmp }
                """);
        var node = RunningNode.with(List.of("run", "-c", config.toString()));
        assertThat(node.err()).contains("skipped, not about networking: storage");
        var ping =
                Outcome.of(
                        "ping",
                        node.address(),
                        "-n",
                        "1",
                        "--chain-id",
                        "7",
                        "--suite",
                        "aesgcm",
                        "--timeout",
                        "30s");
        assertThat(ping.code()).as(ping.err().toString()).isZero();
    }

    @Test
    void allNetworksOfAFileAreStarted() throws Exception {
        Outcome.of("keygen", "--out", directory.resolve("key.yaml").toString());
        var guest = directory.resolve("guest.yaml");
        var made = Outcome.of("keygen", "--out", guest.toString(), "--json").json();
        var config = directory.resolve("validator.yaml");
        Files.writeString(
                config,
                """
                base: { role: "validator", chain_id: 4, data_dir: "/nowhere/data" }
                consensus: { safety_rules: { service: { type: "local" } } }
                validator_network:
                  discovery_method: "onchain"
                  mutual_authentication: true
                  listen_address: "/ip4/127.0.0.1/tcp/0"
                  identity: { type: "from_file", path: "key.yaml" }
                  seeds:
                    %s: { addresses: [], keys: [ "%s" ], role: "Validator" }
                full_node_networks:
                  - network_id: { private: "vfn" }
                    listen_address: "/ip4/127.0.0.1/tcp/0"
                    identity: { type: "from_config", key: "%s", peer_id: "ab" }
                """
                        .formatted(
                                made.get("peer_id").asString().substring(2),
                                made.get("public_key").asString(),
                                "09".repeat(32)));
        var node = RunningNode.with(List.of("run", "-c", config.toString(), "--json"));
        var said = new JsonMapper().readTree(node.out());
        assertThat(said.get("networks").propertyNames()).containsExactly("validator", "vfn");
        assertThat(said.get("listening").asString())
                .isEqualTo(
                        said.get("networks").get("validator").get("listening").get(0).asString());
        var vfn = said.get("networks").get("vfn");
        assertThat(PeerId.parse(vfn.get("peer_id").asString())).isEqualTo(PeerId.parse("ab"));
        assertThat(node.err())
                .contains("validator network: onchain waits for a program that follows the chain");

        var ofValidator =
                Outcome.of(
                        "ping",
                        said.get("listening").asString(),
                        "-n",
                        "1",
                        "--timeout",
                        "30s",
                        "--network-id",
                        "validator",
                        "--peer-id",
                        said.get("peer_id").asString(),
                        "--key",
                        guest.toString());
        assertThat(ofValidator.code()).as(ofValidator.err().toString()).isZero();
        var ofVfn =
                Outcome.of(
                        "ping",
                        vfn.get("listening").get(0).asString(),
                        "-n",
                        "1",
                        "--timeout",
                        "30s",
                        "--network-id",
                        "vfn",
                        "--peer-id",
                        "0xab");
        assertThat(ofVfn.code()).as(ofVfn.err().toString()).isZero();
        assertFailure(2, "run", "-c", config.toString(), "--network-id", "public");
        assertThat(node.stop()).isZero();
    }

    @Test
    void peersOfADiscoveryFileAreConnected() throws Exception {
        try (var peer =
                AptosNode.builder()
                        .listen("/ip4/127.0.0.1/tcp/0")
                        .protocols(ProtocolId.NETBENCH_RPC)
                        .start()) {
            var config = directory.resolve("node.yaml");
            Files.writeString(
                    config,
                    """
                    base: { chain_id: 4 }
                    full_node_networks:
                      - listen_address: "/ip4/127.0.0.1/tcp/0"
                        discovery_method: { file: { path: peers.yaml, interval_secs: 5 } }
                    """);
            var node = RunningNode.with(List.of("run", "-c", config.toString()));
            Files.writeString(
                    directory.resolve("peers.yaml"),
                    """
                    %s:
                      addresses: [ "%s" ]
                      keys: [ "%s" ]
                      role: PreferredUpstream
                    """
                            .formatted(
                                    peer.peerId().toConfigText(),
                                    peer.listenAddress(),
                                    peer.publicKey()));
            var key = NetworkAddress.parse(node.address()).key().orElseThrow();
            peer.awaitPeer(PeerId.derivedFrom(key), LIMIT);
        }
    }

    @Test
    void aSeedIsKeptConnected() throws Exception {
        try (var seed =
                AptosNode.builder()
                        .listen("/ip4/127.0.0.1/tcp/0")
                        .protocols(ProtocolId.NETBENCH_RPC)
                        .start()) {
            var node = RunningNode.start("--serve-echo", "--seed", seed.listenAddress().toString());
            var key = NetworkAddress.parse(node.address()).key().orElseThrow();
            var peer = seed.awaitPeer(PeerId.derivedFrom(key), LIMIT);
            var answer =
                    seed.client()
                            .sendToPeerRpc(
                                    peer, ProtocolId.NETBENCH_RPC, Bytes.utf8("back"), LIMIT);
            assertThat(answer.asUtf8()).isEqualTo("back");
        }
    }

    @Test
    void onTheValidatorNetworkATrustedKeyGetsInAndAStrangerDoesNot() throws Exception {
        var key = directory.resolve("key.yaml");
        var made = Outcome.of("keygen", "--out", key.toString(), "--json").json();
        var trust = made.get("peer_id").asString() + "=" + made.get("public_key").asString();
        var node = RunningNode.start("--network-id", "validator", "--trust", trust);
        assertThat(pingValidator(node, "--key", key.toString()).code()).isZero();
        var stranger = pingValidator(node);
        assertThat(stranger.code()).isEqualTo(5);
        assertThat(stranger.err()).hasSize(1);
    }

    private static Outcome pingValidator(RunningNode node, String... more) {
        var args =
                new ArrayList<>(
                        List.of(
                                "ping",
                                node.address(),
                                "-n",
                                "1",
                                "--timeout",
                                "30s",
                                "--network-id",
                                "validator"));
        args.addAll(List.of(more));
        return Outcome.of(args.toArray(String[]::new));
    }

    @Test
    void eachFailureOfAPingHasItsCodeAndOneLine() throws Exception {
        var node = RunningNode.start();
        var key = "0x" + "11".repeat(32);
        var otherKey = node.address().replaceAll("noise-ik/0x[0-9a-f]{64}", "noise-ik/" + key);
        assertFailure(5, "ping", otherKey, "--timeout", "30s");
        assertFailure(6, "ping", node.address(), "--chain-id", "9", "--timeout", "30s");
        assertFailure(6, "ping", node.address(), "--network-id", "vfn", "--timeout", "30s");
        assertFailure(6, "call", node.address(), "8", "--data", "x", "--timeout", "30s");
    }

    private static String assertFailure(int code, String... args) {
        var outcome = Outcome.of(args);
        assertThat(outcome.code()).as(outcome.err().toString()).isEqualTo(code);
        assertThat(outcome.err()).hasSize(1);
        assertThat(outcome.out()).isEmpty();
        return outcome.err().getFirst();
    }

    @Test
    void nobodyThereIsCodeFourAndSilenceIsCodeSeven() throws Exception {
        String address;
        try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            address =
                    "/ip4/127.0.0.1/tcp/"
                            + silent.getLocalPort()
                            + "/noise-ik/0x"
                            + "09".repeat(32)
                            + "/handshake/0";
            assertFailure(7, "ping", address, "--timeout", "300ms");
        }
        assertThat(assertFailure(4, "ping", address, "--timeout", "30s"))
                .contains("is a node listening");
    }

    @Test
    void aPortInUseIsOneLine() throws Exception {
        var node = RunningNode.start();
        var port = NetworkAddress.parse(node.address()).port().orElseThrow();
        assertThat(assertFailure(4, "run", "--listen", "/ip4/127.0.0.1/tcp/" + port))
                .contains("/ip4/127.0.0.1/tcp/" + port);
    }

    @Test
    void aBadConfigurationIsOneLineWithItsPlace() throws Exception {
        var config = directory.resolve("node.yaml");
        Files.writeString(config, "full_node_networks:\n  - listn_address: /ip4/0.0.0.0/tcp/1\n");
        assertThat(assertFailure(3, "run", "-c", config.toString()))
                .contains(
                        "node.yaml:2: full_node_networks[0].listn_address: unknown key (expected:"
                                + " did you mean listen_address?)");
        assertFailure(3, "run", "-c", directory.resolve("none.yaml").toString());
        assertFailure(3, "run", "--key", directory.resolve("none.yaml").toString());
    }
}
