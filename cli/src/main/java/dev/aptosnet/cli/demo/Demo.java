package dev.aptosnet.cli.demo;

import dev.aptosnet.ports.client.PeerInfo;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * Several nodes of one network in this process, on loopback sockets: a full mesh that exchanges
 * votes and transactions (direct sends), pings and chunks (RPC), and keeps count. Then one node is
 * stopped and started again, and another frozen and thawed.
 */
public final class Demo {
    private static final Duration MESH_LIMIT = Duration.ofSeconds(60);
    private static final Duration STRAGGLER_LIMIT = Duration.ofSeconds(60);
    private static final Duration PING_INTERVAL = Duration.ofMillis(250);
    private static final Duration CHUNK_PAUSE = Duration.ofMillis(20);
    private static final int CATALOGUE = 4;

    private final DemoSettings settings;
    private final DemoWatcher watcher;
    private final DemoMesh mesh;
    private final List<Chunk> chunks = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private @Nullable Outage stop;
    private @Nullable Outage freeze;

    private Demo(DemoSettings settings, DemoWatcher watcher) {
        this.settings = settings;
        this.watcher = watcher;
        this.mesh = new DemoMesh(settings);
    }

    /**
     * Runs a demo from the first node's start to the last one's end.
     *
     * @param watcher told how it goes, on the calling thread
     */
    public static DemoResult run(DemoSettings settings, DemoWatcher watcher)
            throws InterruptedException {
        return new Demo(settings, watcher).run();
    }

    private DemoResult run() throws InterruptedException {
        for (var i = 0; i < CATALOGUE; i++) {
            chunks.add(Chunk.of(i, settings.chunkBytes()));
        }
        try {
            mesh.start();
            double seconds = 0;
            if (meshForms()) {
                var start = System.nanoTime();
                exchange();
                seconds = (System.nanoTime() - start) / 1e9;
                awaitStragglers();
                if (settings.faults()) {
                    stopAndFreeze();
                }
            }
            mesh.nodes().forEach(DemoNode::expectEnd);
            return judge(seconds);
        } finally {
            mesh.stop();
        }
    }

    private void stopAndFreeze() throws InterruptedException {
        var faults = new DemoFaults(mesh, settings, watcher, problems);
        // One in the middle: some have dialed it, and it has dialed the others.
        stop = faults.stopAndStart(mesh.node(settings.nodes() / 2));
        if (stop != null) {
            freeze = faults.freezeAndThaw(mesh.node(0));
        }
    }

    private boolean meshForms() throws InterruptedException {
        var millisEach = settings.isOverQuic() ? 250 : 20;
        var limit = MESH_LIMIT.plusMillis((long) millisEach * settings.fullMesh());
        var until = System.nanoTime() + limit.toNanos();
        while (mesh.links() < settings.fullMesh()) {
            if (System.nanoTime() - until > 0) {
                problems.add(
                        "the mesh has "
                                + mesh.links()
                                + " of "
                                + settings.fullMesh()
                                + " links after "
                                + limit.toSeconds()
                                + " s");
                return false;
            }
            Thread.sleep(10);
        }
        return true;
    }

    private void exchange() throws InterruptedException {
        var start = System.nanoTime();
        var until = start + settings.sending().toNanos();
        var workers = new ArrayList<Thread>();
        for (var node : mesh.nodes()) {
            workers.add(virtual(() -> node.sendVotes(settings.voteInterval(), until)));
            workers.add(
                    virtual(() -> node.sendTransactions(settings.transactionInterval(), until)));
            workers.add(virtual(() -> node.ping(PING_INTERVAL, until)));
        }
        for (var i = 0; i < settings.chunksAtOnce(); i++) {
            var random = new SplittableRandom(i);
            // Hashing is work, and no work for a virtual thread, which nothing interrupts.
            workers.add(
                    Thread.ofPlatform().daemon().start(guarded(() -> fetchChunks(random, until))));
        }
        try {
            show(start, until);
            for (var worker : workers) {
                worker.join();
            }
        } finally {
            workers.forEach(Thread::interrupt);
        }
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private Thread virtual(Work work) {
        return Thread.startVirtualThread(guarded(work));
    }

    private Runnable guarded(Work work) {
        return () -> {
            try {
                work.run();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                failures.add("a sender failed: " + e);
            }
        };
    }

    private void fetchChunks(SplittableRandom random, long until) throws InterruptedException {
        do {
            var asking = random.nextInt(settings.nodes());
            var asked = (asking + 1 + random.nextInt(settings.nodes() - 1)) % settings.nodes();
            mesh.node(asking)
                    .fetch(mesh.node(asked).peerId(), chunks.get(random.nextInt(CATALOGUE)));
            Thread.sleep(CHUNK_PAUSE);
        } while (System.nanoTime() - until < 0);
    }

    private void show(long start, long until) throws InterruptedException {
        var meter = new Meter(mesh.nodes());
        var second = TimeUnit.SECONDS.toNanos(1);
        for (var next = start + second; next - until <= 0; next += second) {
            TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
            watcher.onSecond(meter.read(Duration.ofNanos(System.nanoTime() - start)));
        }
        TimeUnit.NANOSECONDS.sleep(until - System.nanoTime());
    }

    private void awaitStragglers() throws InterruptedException {
        var until = System.nanoTime() + STRAGGLER_LIMIT.toNanos();
        while (System.nanoTime() - until < 0
                && (sum(t -> t.votesReceived.sum()) < sum(t -> t.votesSent.sum())
                        || sum(t -> t.transactionsReceived.sum())
                                < sum(t -> t.transactionsSent.sum()))) {
            Thread.sleep(10);
        }
    }

    private long sum(ToLongFunction<DemoTally> what) {
        return mesh.nodes().stream().mapToLong(node -> what.applyAsLong(node.tally())).sum();
    }

    private DemoResult judge(double seconds) {
        problems.addAll(failures);
        var links = mesh.links();
        complainUnless(links == settings.fullMesh(), links + " links at the end");
        var votesSent = sum(t -> t.votesSent.sum());
        var votesReceived = sum(t -> t.votesReceived.sum());
        complainUnless(votesSent > 0, "no vote was sent");
        complainUnless(
                votesSent == votesReceived,
                votesReceived + " of " + votesSent + " votes were received");
        var transactionsSent = sum(t -> t.transactionsSent.sum());
        var transactionsReceived = sum(t -> t.transactionsReceived.sum());
        complainUnless(transactionsSent > 0, "no transaction was sent");
        complainUnless(
                transactionsSent == transactionsReceived,
                transactionsReceived + " of " + transactionsSent + " transactions were received");
        var chunksOk = sum(t -> t.chunksOk.sum());
        complainUnless(chunksOk > 0, "no chunk arrived");
        complainIf(sum(t -> t.chunksWrong.sum()), "chunks arrived with another content");
        complainIf(sum(t -> t.wrong.sum()), "messages arrived changed, twice or out of order");
        complainIf(sum(t -> t.sendsRefused.sum()), "votes or transactions were refused by a queue");
        var rpcFailed = sum(t -> t.rpcFailed.sum());
        complainIf(rpcFailed, "calls failed");
        complainIf(sum(t -> t.lost.sum()), "connections were lost");
        var transports = new TreeSet<String>();
        for (var node : mesh.nodes()) {
            for (PeerInfo peer : node.peers()) {
                transports.add(peer.transport());
                complainUnless(
                        peer.suite() == settings.suite(),
                        "a link uses " + peer.suite().configName());
            }
        }
        var delays = mesh.nodes().stream().map(node -> node.tally().voteDelays).toList();
        var roundTrips = mesh.nodes().stream().map(node -> node.tally().roundTrips).toList();
        return new DemoResult(
                settings.nodes(),
                links,
                settings.suite(),
                String.join("+", transports),
                votesSent,
                votesReceived,
                transactionsSent,
                transactionsReceived,
                chunksOk,
                sum(t -> t.chunkBytes.sum()),
                rpcFailed,
                sum(t -> t.pings.sum()),
                Delays.percentile(0.5, delays),
                Delays.percentile(0.99, delays),
                delays.stream().mapToLong(Delays::worst).max().orElse(0),
                Delays.percentile(0.5, roundTrips),
                seconds,
                Optional.ofNullable(stop),
                Optional.ofNullable(freeze),
                problems);
    }

    private void complainUnless(boolean holds, String problem) {
        if (!holds) {
            problems.add(problem);
        }
    }

    private void complainIf(long count, String problem) {
        complainUnless(count == 0, count + " " + problem);
    }
}
