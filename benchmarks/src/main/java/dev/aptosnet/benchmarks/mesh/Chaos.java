package dev.aptosnet.benchmarks.mesh;

import dev.aptosnet.cli.TestNetwork;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Nodes in processes of their own, as {@code aptosnet testnet} makes them, all connected with each
 * other and calling each other. Every so often one is killed, frozen or told to stop, and comes
 * back. At the end the mesh has to be complete, every process has to have as many descriptors and
 * threads as before the first fault, and the calls between nodes that nothing was done to have to
 * have been answered. Prints lines for people, then one JSON object; fails if one of these does not
 * hold.
 *
 * <p>A node counts as touched from the fault until the whole mesh is complete again.
 *
 * <p>Arguments: {@code --nodes 20 --seconds 300 --every 15 --settle 60 --calls 10 --seed 7}; calls
 * are those that each node begins in a second.
 */
public final class Chaos {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    /** How long the mesh runs before its counts are taken, so that threads made once are there. */
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    /** Threads that the JVM keeps for virtual threads come and go with the load. */
    private static final int SPARE_THREADS = 2;

    private static final double TO_REACH = 0.999;

    private final int count;
    private final int seconds;
    private final int every;
    private final int settle;
    private final int calls;
    private final int seed;
    private final SplittableRandom random;
    private final List<ChaosProcess> nodes = new ArrayList<>();
    private final Map<String, ChaosProcess> byPeer = new TreeMap<>();
    private final List<Double> healings = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    /** Statuses are judged at the end, when all windows are known. Guarded by itself. */
    private final List<Said> said = new ArrayList<>();

    private record Said(ChaosProcess by, ChaosNode.Status status) {}

    private record Counts(int threads, long descriptors) {}

    /** What is done to a node. */
    private enum Fault {
        KILL,
        FREEZE,
        RESTART
    }

    private Chaos(Flags flags) {
        this.count = flags.number("nodes", 20, 3, 100);
        this.seconds = flags.number("seconds", 300, 1, 86_400);
        this.every = flags.number("every", 15, 5, 3_600);
        this.settle = flags.number("settle", 60, 5, 3_600);
        this.calls = flags.number("calls", 10, 1, 1_000);
        this.seed = flags.number("seed", 7, 0, Integer.MAX_VALUE);
        this.random = new SplittableRandom(seed);
    }

    /** Runs once. */
    public static void main(String[] args) throws Exception {
        var chaos =
                new Chaos(
                        new Flags(
                                args,
                                List.of("nodes", "seconds", "every", "settle", "calls", "seed")));
        var directory = Files.createTempDirectory("aptosnet-chaos");
        var hook = new Thread(chaos::killAll, "chaos-end");
        Runtime.getRuntime().addShutdownHook(hook);
        boolean ok;
        try {
            ok = chaos.run(directory.resolve("net"));
        } finally {
            chaos.killAll();
        }
        if (ok) {
            delete(directory);
        } else {
            say("what the nodes logged stays in %s", directory);
        }
        System.exit(ok ? 0 : 1);
    }

    private static void delete(Path directory) throws IOException {
        try (var all = Files.walk(directory)) {
            for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void killAll() {
        for (var node : nodes) {
            try {
                node.kill();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean run(Path directory) throws IOException, InterruptedException {
        say("%d processes, a fault every %d s for %d s, seed %d", count, every, seconds, seed);
        var network = new TestNetwork(count, "127.0.0.1", freePorts(), 4).write(directory);
        for (var member : network.members()) {
            var node = new ChaosProcess(nodes.size(), member, calls, directory, this::onStatus);
            nodes.add(node);
            byPeer.put(node.peer(), node);
        }
        nodes.forEach(ChaosProcess::touched);
        var began = System.nanoTime();
        for (var node : nodes) {
            node.start();
        }
        if (!awaitMesh(START_LIMIT)) {
            throw new IllegalStateException("the mesh was not complete after " + START_LIMIT);
        }
        var startSeconds = secondsSince(began);
        say("mesh complete after %.1f s", startSeconds);
        Thread.sleep(WARM_UP);
        var before = counts();
        nodes.forEach(ChaosProcess::untouched);

        var faults = cause();

        var last = System.nanoTime();
        var complete = awaitMesh(Duration.ofSeconds(settle));
        if (complete) {
            healed(last);
        }
        Thread.sleep(Math.max(0, settle * 1000L - (System.nanoTime() - last) / 1_000_000));
        var stillComplete = isComplete();
        if (!stillComplete) {
            problems.add("the mesh is not complete " + settle + " s after the last fault");
        }
        // What a frozen process had to say comes late; all are running now.
        compare(before, counts());
        return judge(startSeconds, faults, complete && stillComplete);
    }

    private static int freePorts() throws IOException {
        // The system's next free port says where others are not; what follows it is our risk.
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return 12_000 + probe.getLocalPort() % 18_000;
        }
    }

    private void onStatus(ChaosProcess by, ChaosNode.Status status) {
        synchronized (said) {
            said.add(new Said(by, status));
        }
    }

    private Map<Fault, Integer> cause() throws IOException, InterruptedException {
        var faults = new TreeMap<Fault, Integer>();
        var start = System.nanoTime();
        for (var turn = 0; turn * every < seconds; turn++) {
            var next = start + (turn + 1L) * every * 1_000_000_000L;
            var kind = Fault.values()[turn % Fault.values().length];
            var victim = nodes.get(random.nextInt(count));
            // Between a third and four fifths of the time to the next fault.
            var away = Duration.ofMillis(random.nextLong(every * 333L, every * 800L));
            faults.merge(kind, 1, Integer::sum);
            strike(kind, victim, away);
            var end = System.nanoTime();
            if (turn * every + every < seconds) {
                if (awaitMesh(Duration.ofNanos(Math.max(0, next - end)))) {
                    healed(end);
                }
                sleepUntil(next);
            }
        }
        return faults;
    }

    private void strike(Fault kind, ChaosProcess victim, Duration away)
            throws IOException, InterruptedException {
        victim.touched();
        switch (kind) {
            case KILL -> {
                say("node %d killed, gone for %.1f s", victim.index(), away.toMillis() / 1e3);
                victim.kill();
                Thread.sleep(away);
                victim.start();
            }
            case FREEZE -> {
                say("node %d frozen for %.1f s", victim.index(), away.toMillis() / 1e3);
                victim.freeze();
                Thread.sleep(away);
                victim.thaw();
            }
            case RESTART -> {
                say("node %d stopped and started", victim.index());
                victim.stop();
                victim.start();
            }
        }
    }

    private void healed(long since) {
        nodes.forEach(ChaosProcess::untouched);
        var took = secondsSince(since);
        healings.add(took);
        say("  mesh complete %.1f s later", took);
    }

    /** Waits until every process has said lately that it is connected with all others. */
    private boolean awaitMesh(Duration limit) throws InterruptedException {
        var since = System.nanoTime();
        // What was said before now may be of the time before a fault.
        var from = System.currentTimeMillis();
        while (System.nanoTime() - since < limit.toNanos()) {
            if (isComplete(from)) {
                return true;
            }
            Thread.sleep(50);
        }
        return false;
    }

    private boolean isComplete() {
        return isComplete(System.currentTimeMillis() - 5_000);
    }

    private boolean isComplete(long from) {
        return nodes.stream()
                .allMatch(
                        node -> {
                            var latest = node.latest();
                            return node.isAlive()
                                    && latest != null
                                    && latest.at() >= from
                                    && latest.connected() == count - 1;
                        });
    }

    private List<Counts> counts() {
        var counts = new ArrayList<Counts>();
        for (var node : nodes) {
            var latest = node.latest();
            counts.add(
                    latest == null
                            ? new Counts(-1, -1)
                            : new Counts(latest.threads(), latest.descriptors()));
        }
        return counts;
    }

    private void compare(List<Counts> before, List<Counts> after) {
        for (var i = 0; i < count; i++) {
            var was = before.get(i);
            var is = after.get(i);
            if (is.descriptors() < 0
                    || is.descriptors() > was.descriptors()
                    || is.threads() > was.threads() + SPARE_THREADS) {
                problems.add("node " + i + " had " + was + " and has " + is);
            }
        }
        say(
                "descriptors %s before, %s after; threads %s before, %s after",
                range(before.stream().mapToLong(Counts::descriptors).toArray()),
                range(after.stream().mapToLong(Counts::descriptors).toArray()),
                range(before.stream().mapToLong(Counts::threads).toArray()),
                range(after.stream().mapToLong(Counts::threads).toArray()));
    }

    private static String range(long... values) {
        var least = Arrays.stream(values).min().orElse(0);
        var most = Arrays.stream(values).max().orElse(0);
        return least == most ? "" + least : least + " to " + most;
    }

    private boolean judge(double startSeconds, Map<Fault, Integer> faults, boolean complete) {
        long answered = 0;
        long touched = 0;
        var failures = new TreeMap<String, Integer>();
        synchronized (said) {
            for (var line : said) {
                for (var entry : line.status().answered().entrySet()) {
                    var from = line.status().from();
                    if (isTouched(line.by(), entry.getKey(), from, line.status().at())) {
                        touched += entry.getValue();
                    } else {
                        answered += entry.getValue();
                    }
                }
                for (var failure : line.status().failures()) {
                    if (isTouched(line.by(), failure.peer(), failure.from(), failure.to())) {
                        touched++;
                    } else {
                        failures.merge(failure.why(), 1, Integer::sum);
                    }
                }
            }
        }
        var failed = failures.values().stream().mapToLong(Integer::longValue).sum();
        var share = answered == 0 ? 0 : (double) answered / (double) (answered + failed);
        say(
                "calls between untouched nodes: %d answered, %d failed %s: %.4f %%; %d others",
                answered, failed, failures, 100 * share, touched);
        if (share < TO_REACH) {
            problems.add("calls between untouched nodes succeeded at " + share);
        }
        problems.forEach(problem -> say("problem: %s", problem));

        var result = new LinkedHashMap<String, Object>();
        result.put("nodes", count);
        result.put("seconds", seconds);
        result.put("every", every);
        result.put("seed", seed);
        result.put("start_s", round(startSeconds));
        faults.forEach(
                (kind, times) -> result.put(kind.name().toLowerCase(Locale.ROOT) + "s", times));
        result.put("healed_in_time", healings.size());
        result.put(
                "healed_s_worst",
                round(healings.stream().mapToDouble(Double::doubleValue).max().orElse(0)));
        result.put("complete", complete);
        result.put("calls_answered", answered);
        result.put("calls_failed", failed);
        result.put("calls_of_touched_nodes", touched);
        result.put("success", share);
        result.put("problems", problems);
        result.put("ok", problems.isEmpty());
        System.out.println(new JsonMapper().writeValueAsString(result));
        return problems.isEmpty();
    }

    private boolean isTouched(ChaosProcess caller, String peer, long from, long to) {
        var called = byPeer.get(peer);
        return caller.wasTouched(from, to) || called == null || called.wasTouched(from, to);
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        Thread.sleep(Duration.ofNanos(Math.max(0, nanos - System.nanoTime())));
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
