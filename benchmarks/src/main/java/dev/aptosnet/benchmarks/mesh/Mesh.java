package dev.aptosnet.benchmarks.mesh;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.Identity;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.TransportSettings;

import tools.jackson.databind.json.JsonMapper;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/**
 * A full mesh of nodes in this process, over loopback sockets and Noise: how long it takes to
 * complete, and what a connection occupies while nobody uses it. Prints lines for people, then one
 * JSON object.
 *
 * <p>Arguments: {@code --nodes 140 --suite chachapoly --idle 15}. Run it with as much heap as it
 * may have, such as {@code -Xmx8g}.
 */
public final class Mesh {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Duration CALL_LIMIT = Duration.ofSeconds(20);

    /** Both ends of a link are here; beyond them each node has a listener and a selector. */
    private static final int DESCRIPTORS_PER_NODE = 3;

    private static final int DESCRIPTORS_OF_A_JVM = 100;

    private final int count;
    private final CipherSuite suite;
    private final Duration idle;
    private final List<AptosNode> nodes = new ArrayList<>();

    private Mesh(Flags flags) {
        this.count = flags.number("nodes", 140, 2, 1000);
        this.suite = CipherSuite.parse(flags.text("suite", "chachapoly"));
        this.idle = Duration.ofSeconds(flags.number("idle", 15, 1, 3600));
    }

    /** Runs once; fails if the mesh does not complete or a call over it fails. */
    public static void main(String[] args) throws Exception {
        var mesh = new Mesh(new Flags(args, List.of("nodes", "suite", "idle")));
        // Netty's own sockets need one descriptor more for each node.
        if (System.getProperty("aptosnet.tcp.sockets") == null) {
            System.setProperty("aptosnet.tcp.sockets", "nio");
        }
        mesh.requireDescriptors();
        try {
            mesh.run();
        } finally {
            mesh.close();
        }
    }

    private int links() {
        return count * (count - 1) / 2;
    }

    private void requireDescriptors() {
        var needed = 2L * links() + (long) DESCRIPTORS_PER_NODE * count + DESCRIPTORS_OF_A_JVM;
        var limit = Usage.maxDescriptors();
        if (needed > limit) {
            throw new IllegalStateException(
                    count
                            + " nodes need about "
                            + needed
                            + " file descriptors and this process may open "
                            + limit
                            + " (ulimit -n "
                            + needed
                            + ", or fewer --nodes)");
        }
    }

    private void run() throws InterruptedException {
        say("%d nodes, %d links, %s", count, links(), suite.configName());
        var began = System.nanoTime();
        for (var i = 0; i < count; i++) {
            nodes.add(node());
        }
        var startSeconds = secondsSince(began);
        say("nodes started in %.2f s", startSeconds);
        var before = Usage.afterCollection();

        var processor = Usage.processorNanos();
        began = System.nanoTime();
        for (var i = 0; i < count; i++) {
            for (var j = 0; j < i; j++) {
                nodes.get(i).addSeed(nodes.get(j).listenAddress());
            }
        }
        awaitMesh(began);
        var meshSeconds = secondsSince(began);
        var processorSeconds = (double) (Usage.processorNanos() - processor) / 1e9;
        say("mesh complete in %.2f s, %.2f s of processor time", meshSeconds, processorSeconds);
        var failed = callEachNeighbour();

        Thread.sleep(idle);
        processor = Usage.processorNanos();
        began = System.nanoTime();
        Thread.sleep(Duration.ofSeconds(5));
        var idleLoad = (double) (Usage.processorNanos() - processor) / 1e9 / secondsSince(began);
        var after = Usage.afterCollection();
        var heap = (double) (after.heapBytes() - before.heapBytes()) / 1024 / (2 * links());
        var direct = (double) (after.directBytes() - before.directBytes()) / 1024 / (2 * links());
        say(
                "an idle connection, one end: %.1f KiB of heap, %.1f KiB of direct memory",
                heap, direct);
        say(
                "in all: heap %d MiB (%d before), direct %d MiB (%d before)",
                after.heapBytes() >> 20,
                before.heapBytes() >> 20,
                after.directBytes() >> 20,
                before.directBytes() >> 20);
        say(
                "threads %d (%d before), descriptors %d of %d; %.2f processors while idle",
                after.threads(),
                before.threads(),
                after.descriptors(),
                Usage.maxDescriptors(),
                idleLoad);
        var complete = missing() == 0;
        var ok = complete && failed == 0;

        var result = new LinkedHashMap<String, Object>();
        result.put("nodes", count);
        result.put("links", links());
        result.put("suite", suite.configName());
        result.put("start_s", round(startSeconds));
        result.put("mesh_s", round(meshSeconds));
        result.put("mesh_cpu_s", round(processorSeconds));
        result.put("heap_kib_per_connection", round(heap));
        result.put("direct_kib_per_connection", round(direct));
        result.put("heap_mib", after.heapBytes() >> 20);
        result.put("direct_mib", after.directBytes() >> 20);
        result.put("max_heap_mib", Runtime.getRuntime().maxMemory() >> 20);
        result.put("processors", Runtime.getRuntime().availableProcessors());
        result.put("threads_before", before.threads());
        result.put("threads", after.threads());
        result.put("descriptors", after.descriptors());
        result.put("idle_processors", round(idleLoad));
        result.put("calls_failed", failed);
        result.put("ok", ok);
        System.out.println(new JsonMapper().writeValueAsString(result));
        if (!ok) {
            throw new IllegalStateException(
                    failed + " calls failed, " + missing() + " ends of links are missing");
        }
    }

    private AptosNode node() {
        return AptosNode.builder()
                .identity(Identity.generate())
                .suites(suite)
                .maxInboundConnections(count)
                .transportLimits(limits())
                .listen("/ip4/127.0.0.1/tcp/0")
                .serve(ProtocolId.NETBENCH_RPC, request -> request.respond(request.payload()))
                .start();
    }

    /** All nodes share one address, and each has one event loop. */
    private TransportSettings.Limits limits() {
        var usual = TransportSettings.Limits.DEFAULT;
        return usual.toBuilder()
                .maxPendingInbound(Math.max(usual.maxPendingInbound(), count))
                .maxPendingPerAddress(Math.max(usual.maxPendingPerAddress(), count))
                .threads(1)
                .build();
    }

    /** How many ends of links are not there. */
    private int missing() {
        return 2 * links() - nodes.stream().mapToInt(node -> node.peers().size()).sum();
    }

    private void awaitMesh(long began) throws InterruptedException {
        while (missing() > 0) {
            if (System.nanoTime() - began > LIMIT.toNanos()) {
                throw new IllegalStateException(
                        missing() + " ends of links are missing after " + LIMIT);
            }
            Thread.sleep(20);
        }
    }

    private int callEachNeighbour() throws InterruptedException {
        var failed = 0;
        for (var i = 0; i < count; i++) {
            var asked = nodes.get((i + 1) % count).peerId();
            try {
                nodes.get(i)
                        .client()
                        .sendToPeerRpc(
                                asked, ProtocolId.NETBENCH_RPC, Bytes.utf8("there?"), CALL_LIMIT);
            } catch (NetworkException e) {
                say("a call failed: %s", e);
                failed++;
            }
        }
        return failed;
    }

    private void close() throws InterruptedException {
        var closing = nodes.stream().map(node -> Thread.startVirtualThread(node::close)).toList();
        for (var thread : closing) {
            thread.join();
        }
    }

    private static double secondsSince(long nanos) {
        return (double) (System.nanoTime() - nanos) / 1e9;
    }

    private static double round(double value) {
        return Math.round(value * 100) / 100.0;
    }

    @SuppressWarnings("AnnotateFormatMethod") // its annotations are no dependency of ours
    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
