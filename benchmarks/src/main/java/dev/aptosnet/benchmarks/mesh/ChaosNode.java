package dev.aptosnet.benchmarks.mesh;

import dev.aptosnet.bootstrap.AptosNetModule;
import dev.aptosnet.bootstrap.config.NodeConfig;
import dev.aptosnet.cli.NetbenchFeature;
import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * One process of {@link Chaos}: what {@code aptosnet run -c FILE --serve-echo} runs, and besides it
 * calls its peers in turn and says once a second, in one line, how it stands. Ends when its
 * standard input does, so that it never outlives who started it, or on SIGTERM.
 *
 * <p>Arguments: the configuration file, and how many calls to begin in a second.
 */
public final class ChaosNode {
    private static final Duration CALL_LIMIT = Duration.ofSeconds(5);
    private static final Bytes REQUEST = Bytes.wrap(new byte[1024]);

    private final AptosNode node;
    private final List<PeerId> peers;
    private final PrintStream out = System.out;
    private final JsonMapper json = new JsonMapper();

    // Guarded by this.
    private long since = System.currentTimeMillis();
    private TreeMap<String, Integer> answered = new TreeMap<>();
    private List<Failure> failures = new ArrayList<>();

    /**
     * What a process says of itself once a second. Times are milliseconds of the wall clock.
     *
     * @param from when the line before was made
     * @param connected how many peers
     * @param threads of the JVM that run Java
     * @param descriptors open
     * @param answered calls with the right answer that ended since the line before, by peer
     * @param failures of the same time
     */
    record Status(
            long from,
            long at,
            int connected,
            int threads,
            long descriptors,
            TreeMap<String, Integer> answered,
            List<Failure> failures) {}

    /** One call without an answer. */
    record Failure(String peer, long from, long to, String why) {}

    private ChaosNode(AptosNode node, List<PeerId> peers) {
        this.node = node;
        this.peers = peers;
    }

    /** Runs until it is told to stop. */
    public static void main(String[] args) throws Exception {
        var config = NodeConfig.read(Path.of(args[0]));
        var interval = Duration.ofNanos(1_000_000_000L / Integer.parseInt(args[1]));
        var peers = new ArrayList<PeerId>();
        for (var peer : config.first().peers()) {
            if (!peer.addresses().isEmpty()) {
                peers.add(peer.peer());
            }
        }
        var node = AptosNetModule.start(config, new NetbenchFeature(true));
        Runtime.getRuntime().addShutdownHook(new Thread(node::close, "chaos-stop"));
        var chaos = new ChaosNode(node, peers);
        Thread.ofPlatform().daemon().name("chaos-calls").start(() -> chaos.call(interval));
        Thread.ofPlatform().daemon().name("chaos-status").start(chaos::report);
        awaitEndOfInput();
        System.exit(0);
    }

    private static void awaitEndOfInput() throws IOException {
        while (System.in.read() >= 0) {
            // Nobody is expected to say anything.
        }
    }

    private void call(Duration interval) {
        try {
            for (var turn = 0; ; turn++) {
                var peer = peers.get(turn % peers.size());
                Thread.ofVirtual().start(() -> call(peer));
                Thread.sleep(interval);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void call(PeerId peer) {
        var from = System.currentTimeMillis();
        try {
            var answer =
                    node.client().sendToPeerRpc(peer, ProtocolId.NETBENCH_RPC, REQUEST, CALL_LIMIT);
            if (answer.equals(REQUEST)) {
                answered(peer);
            } else {
                failed(peer, from, "another answer");
            }
        } catch (NetworkException e) {
            failed(peer, from, e.getClass().getSimpleName());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void answered(PeerId peer) {
        answered.merge(peer.toConfigText(), 1, Integer::sum);
    }

    private synchronized void failed(PeerId peer, long from, String why) {
        failures.add(new Failure(peer.toConfigText(), from, System.currentTimeMillis(), why));
    }

    private void report() {
        try {
            while (true) {
                Thread.sleep(1000);
                out.println(json.writeValueAsString(status()));
                out.flush();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Status status() {
        var usage = Usage.now();
        var now = System.currentTimeMillis();
        var status =
                new Status(
                        since,
                        now,
                        node.peers().size(),
                        usage.threads(),
                        usage.descriptors(),
                        answered,
                        failures);
        since = now;
        answered = new TreeMap<>();
        failures = new ArrayList<>();
        return status;
    }
}
