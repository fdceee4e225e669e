package dev.aptosnet.bootstrap.demo;

import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * Several nodes of one network in this process, on loopback sockets: a full mesh that exchanges
 * votes and transactions (direct sends), pings and chunks (RPC), and keeps count.
 */
public final class Demo {
    private static final Duration MESH_LIMIT = Duration.ofSeconds(30);
    private static final Duration STRAGGLER_LIMIT = Duration.ofSeconds(10);
    private static final Duration PING_INTERVAL = Duration.ofMillis(250);
    private static final Duration CHUNK_PAUSE = Duration.ofMillis(20);
    private static final int CATALOGUE = 4;

    private final DemoSettings settings;
    private final List<DemoNode> nodes = new ArrayList<>();
    private final List<Chunk> chunks = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final ExecutorService makers =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("demo-chunks").factory());

    private Demo(DemoSettings settings) {
        this.settings = settings;
    }

    /**
     * Runs a demo from the first node's start to the last one's end.
     *
     * @param onSecond told how it stands, once a second, on the calling thread
     */
    public static DemoResult run(DemoSettings settings, Consumer<DemoView> onSecond)
            throws InterruptedException {
        return new Demo(settings).run(onSecond);
    }

    private DemoResult run(Consumer<DemoView> onSecond) throws InterruptedException {
        for (var i = 0; i < CATALOGUE; i++) {
            chunks.add(Chunk.of(i, settings.chunkBytes()));
        }
        try {
            startNodes();
            double seconds = 0;
            if (meshForms()) {
                var start = System.nanoTime();
                exchange(onSecond);
                seconds = (System.nanoTime() - start) / 1e9;
                awaitStragglers();
            }
            nodes.forEach(DemoNode::expectEnd);
            return judge(seconds);
        } finally {
            stopNodes();
        }
    }

    private void startNodes() {
        var addresses = new ArrayList<NetworkAddress>();
        for (var i = 0; i < settings.nodes(); i++) {
            var node = new DemoNode(i, settings, addresses, makers);
            nodes.add(node);
            addresses.add(node.address());
        }
        var ids = nodes.stream().map(DemoNode::peerId).toList();
        nodes.forEach(node -> node.meet(ids));
    }

    private boolean meshForms() throws InterruptedException {
        var limit = MESH_LIMIT.plusMillis(20L * settings.fullMesh());
        var until = System.nanoTime() + limit.toNanos();
        while (links() < settings.fullMesh()) {
            if (System.nanoTime() - until > 0) {
                problems.add(
                        "the mesh has "
                                + links()
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

    /** The pairs of nodes that list each other. */
    private int links() {
        Set<List<PeerId>> seen = new HashSet<>();
        var links = 0;
        for (var node : nodes) {
            for (var peer : node.peers()) {
                seen.add(List.of(node.peerId(), peer.peer()));
                if (seen.contains(List.of(peer.peer(), node.peerId()))) {
                    links++;
                }
            }
        }
        return links;
    }

    private void exchange(Consumer<DemoView> onSecond) throws InterruptedException {
        var start = System.nanoTime();
        var until = start + settings.sending().toNanos();
        var workers = new ArrayList<Thread>();
        for (var node : nodes) {
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
            show(onSecond, start, until);
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
        while (System.nanoTime() - until < 0) {
            var asking = random.nextInt(nodes.size());
            var asked = (asking + 1 + random.nextInt(nodes.size() - 1)) % nodes.size();
            nodes.get(asking)
                    .fetch(nodes.get(asked).peerId(), chunks.get(random.nextInt(CATALOGUE)));
            Thread.sleep(CHUNK_PAUSE);
        }
    }

    private void show(Consumer<DemoView> onSecond, long start, long until)
            throws InterruptedException {
        var meter = new Meter(nodes);
        var second = TimeUnit.SECONDS.toNanos(1);
        for (var next = start + second; next - until <= 0; next += second) {
            TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
            onSecond.accept(meter.read(Duration.ofNanos(System.nanoTime() - start)));
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

    private long sum(ToLongFunction<Tally> what) {
        return nodes.stream().mapToLong(node -> what.applyAsLong(node.tally())).sum();
    }

    private DemoResult judge(double seconds) {
        problems.addAll(failures);
        var links = links();
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
        for (var node : nodes) {
            for (PeerInfo peer : node.peers()) {
                transports.add(peer.transport());
                complainUnless(
                        peer.suite() == settings.suite(),
                        "a link uses " + peer.suite().configName());
            }
        }
        var delays = nodes.stream().map(node -> node.tally().voteDelays).toList();
        var roundTrips = nodes.stream().map(node -> node.tally().roundTrips).toList();
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

    private void stopNodes() throws InterruptedException {
        nodes.forEach(DemoNode::expectEnd);
        var closing = nodes.stream().map(node -> Thread.startVirtualThread(node::close)).toList();
        for (var thread : closing) {
            thread.join();
        }
        makers.shutdownNow();
    }
}
