package dev.aptosnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.bootstrap.config.NodeConfig;
import dev.aptosnet.ports.model.NetworkId;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** {@code testnet}, and the nodes that its files start. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class TestnetCommandTest {
    private static final Duration LIMIT = Duration.ofMinutes(4);

    @TempDir private Path directory;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        RunningNode.stopAll();
        for (var process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    private Path net() {
        return directory.resolve("net");
    }

    private Outcome testnet(String... more) {
        var args = new ArrayList<>(List.of("testnet", "--dir", net().toString()));
        args.addAll(List.of(more));
        return Outcome.of(args.toArray(String[]::new));
    }

    /** So many free ports in a row, below those that the system gives to dialers. */
    private static String freePorts(int count) {
        for (var attempt = 0; attempt < 100; attempt++) {
            var base = ThreadLocalRandom.current().nextInt(12_000, 30_000);
            var free = 0;
            while (free < count && isFree(base + free)) {
                free++;
            }
            if (free == count) {
                return String.valueOf(base);
            }
        }
        throw new AssertionError("no free ports");
    }

    private static boolean isFree(int port) {
        try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void eachNodeKnowsAllOthersAndOnlyTheOwnerMayReadTheKeys() throws Exception {
        var made = testnet("--nodes", "5", "--base-port", "7000", "--chain-id", "9", "--json");
        assertThat(made.code()).as(made.err().toString()).isZero();
        assertThat(made.json().get("configs").size()).isEqualTo(5);
        for (var i = 0; i < 5; i++) {
            var key = net().resolve("node-" + i + ".key.yaml");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                    .isEqualTo("rw-------");
            var config = NodeConfig.read(net().resolve("node-" + i + ".yaml"));
            assertThat(config.first().networkId()).isEqualTo(NetworkId.VALIDATOR);
            assertThat(config.chainId()).isEqualTo(9);
            assertThat(config.notes()).isEmpty();
            assertThat(config.first().listen())
                    .hasToString("[/ip4/127.0.0.1/tcp/" + (7000 + i) + "]");
            var self = config.first().identity().load().peerId();
            assertThat(config.first().peers()).noneMatch(peer -> peer.peer().equals(self));
            assertThat(config.first().peers().stream().filter(peer -> !peer.addresses().isEmpty()))
                    .hasSize(4);
        }
        assertThat(Files.getPosixFilePermissions(net().resolve("client.key.yaml"))).hasSize(2);
    }

    @Test
    void aNameIsDialedAndNotListenedAt() {
        var made = testnet("--nodes", "2", "--host", "nodes.example", "--json");
        assertThat(made.json().get("addresses").get(1).asString())
                .startsWith("/dns/nodes.example/tcp/6181/noise-ik/0x");
        assertThat(NodeConfig.read(net().resolve("node-1.yaml")).first().listen())
                .hasToString("[/ip4/0.0.0.0/tcp/6181]");
    }

    @Test
    void aDirectoryWithSomethingInItStaysAsItIs() throws Exception {
        Files.createDirectory(net());
        assertThat(testnet("--nodes", "2").code()).isZero();
        var before = Files.readString(net().resolve("node-0.key.yaml"));
        var again = testnet("--nodes", "2");
        assertThat(again.code()).isEqualTo(3);
        assertThat(again.err()).singleElement().asString().contains("net: not empty");
        assertThat(Files.readString(net().resolve("node-0.key.yaml"))).isEqualTo(before);
        var file = Files.writeString(directory.resolve("file"), "");
        assertThat(Outcome.of("testnet", "--dir", file.toString()).code()).isEqualTo(3);
    }

    @Test
    void whatCannotWorkIsOneLineThatNamesTheFlag() {
        assertRefused("--nodes: 1 (expected: 2 to 256)", "--nodes", "1");
        assertRefused("--nodes: 257 (expected: 2 to 256)", "--nodes", "257");
        assertRefused(
                "--base-port: 65533 (expected: 1 to 65532 for 4 nodes)", "--base-port", "65533");
        assertRefused("--base-port: 0 (expected: 1 to", "--base-port", "0");
        assertRefused("--chain-id: 256", "--chain-id", "256");
        assertRefused("--host: no/name", "--host", "no/name");
        assertRefused("--host: \"quoted\"", "--host", "\"quoted\"");
        assertThat(net()).doesNotExist();
    }

    private void assertRefused(String message, String... flags) {
        var outcome = testnet(flags);
        assertThat(outcome.code()).as(message).isEqualTo(2);
        assertThat(outcome.err()).singleElement().asString().contains(message);
    }

    @Test
    void threeNodesStartFromTheirFilesFormTheMeshAndLetTheClientIn() throws Exception {
        var made = testnet("--nodes", "3", "--base-port", freePorts(3), "--json").json();
        var nodes = new ArrayList<RunningNode>();
        for (var config : made.get("configs")) {
            nodes.add(RunningNode.with(List.of("run", "--show-peers", "-c", config.asString())));
        }
        for (var node : nodes) {
            await(() -> node.err().contains("2 in all"), node::err);
        }
        var ping =
                Outcome.of(
                        "ping",
                        made.get("addresses").get(0).asString(),
                        "--network-id",
                        "validator",
                        "--key",
                        made.get("client_key").asString(),
                        "-n",
                        "1",
                        "--timeout",
                        "30s");
        assertThat(ping.code()).as(ping.err().toString()).isZero();
        assertThat(nodes.getLast().stop()).isZero();
        await(() -> nodes.getFirst().err().contains(" lost, "), nodes.getFirst()::err);
    }

    @Test
    void threeProcessesFormTheMeshAndSurviveAKillAndAFreeze() throws Exception {
        var made = testnet("--nodes", "3", "--base-port", freePorts(3), "--json").json();
        var nodes = new ArrayList<NodeProcess>();
        for (var config : made.get("configs")) {
            nodes.add(start(pingedOften(Path.of(config.asString()))));
        }
        var first = nodes.getFirst();
        nodes.forEach(NodeProcess::awaitTwoPeers);

        nodes.get(2).process().destroyForcibly().waitFor();
        first.await(" lost, ");
        nodes.get(1).await(" lost, ");
        nodes.set(2, start(Path.of(made.get("configs").get(2).asString())));
        nodes.forEach(NodeProcess::awaitTwoPeers);

        // Its connections stay open: only its silence tells.
        nodes.get(1).signal("-STOP");
        first.await(" lost, NetworkHealthCheckFailure; 1 in all");
        nodes.get(2).await(" lost, NetworkHealthCheckFailure; 1 in all");
        nodes.get(1).signal("-CONT");
        nodes.forEach(NodeProcess::awaitTwoPeers);

        for (var node : nodes) {
            node.process().destroy();
        }
        for (var node : nodes) {
            assertThat(node.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(node.process().exitValue()).as(node.said()).isZero();
            assertThat(node.said()).contains("stopped: ");
        }
    }

    /** Changes a file so that nobody has to wait long for a silence to be noticed. */
    private static Path pingedOften(Path config) throws IOException {
        var text = Files.readString(config);
        var network = "validator_network:\n";
        assertThat(text).contains(network);
        Files.writeString(
                config,
                text.replace(
                        network, network + "  ping_interval_ms: 2500\n  ping_timeout_ms: 2500\n"));
        return config;
    }

    private NodeProcess start(Path config) throws IOException {
        var output = directory.resolve("output-" + processes.size());
        var process =
                new ProcessBuilder(command("run", "--show-peers", "-c", config.toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        processes.add(process);
        return new NodeProcess(process, output);
    }

    /** One {@code run}, and the file that takes what it says. */
    private record NodeProcess(Process process, Path output) {
        String said() {
            try {
                return Files.readString(output);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        void await(String text) throws InterruptedException {
            TestnetCommandTest.await(() -> said().contains(text), this::said);
        }

        /** Until the last change of its peers has made them two. */
        void awaitTwoPeers() {
            try {
                TestnetCommandTest.await(() -> said().endsWith("; 2 in all\n"), this::said);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        void signal(String name) throws Exception {
            var kill = new ProcessBuilder("kill", name, String.valueOf(process.pid())).start();
            assertThat(kill.waitFor()).isZero();
        }
    }

    /** This JVM's own modules and classes, and the command line's main class. */
    private static List<String> command(String... args) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        var modules = System.getProperty("jdk.module.path");
        command.add("--class-path");
        command.add(
                modules == null
                        ? System.getProperty("java.class.path")
                        : modules
                                + System.getProperty("path.separator")
                                + System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.addAll(List.of(args));
        return command;
    }

    private static void await(BooleanSupplier condition, Supplier<String> seen)
            throws InterruptedException {
        var until = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("not in " + LIMIT + ": " + seen.get());
            }
            Thread.sleep(10);
        }
    }
}
