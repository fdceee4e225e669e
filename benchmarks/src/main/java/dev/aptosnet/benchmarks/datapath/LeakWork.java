package dev.aptosnet.benchmarks.datapath;

import dev.aptosnet.benchmarks.mesh.Usage;
import dev.aptosnet.benchmarks.quic.Report;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.model.Bytes;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * I-05: real traffic of all kinds, with calls that are given up and connections that break off,
 * while Netty follows each of its buffers.
 */
final class LeakWork {
    private static final int LARGE = 64 << 20;
    private static final int MIDDLING = 16 << 20;
    private static final int SETTLING = 20;
    private static final double TWO_CHUNKS = 8;

    private final Report<Side> report;
    private final Duration during;
    private final SplittableRandom random;
    private final Map<String, LongAdder> done = new TreeMap<>();

    LeakWork(Report<Side> report, Duration during, long seed) {
        this.report = report;
        this.during = during;
        this.random = new SplittableRandom(seed);
    }

    /** Something done again and again until time is up. */
    @FunctionalInterface
    private interface Deed {
        void run(SplittableRandom random) throws Exception;
    }

    void run() throws Exception {
        var level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        try {
            var planted = planted();
            report.row("leaks", "a leak made on purpose: reports", "")
                    .put(Side.OURS, planted)
                    .goal(">= 1", planted >= 1);
            traffic();
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }

    /** Shows that a leak is seen. */
    private static int planted() throws InterruptedException {
        var before = LeakCounter.reports();
        loseOne();
        settle(() -> LeakCounter.reports() > before);
        return LeakCounter.reports() - before;
    }

    private static void loseOne() {
        PooledByteBufAllocator.DEFAULT.directBuffer(64).writeByte(1);
    }

    /** A condition to wait for. */
    @FunctionalInterface
    private interface Condition {
        boolean holds();
    }

    /** Lost buffers are noticed by the collector, and reported when the next one is made. */
    private static void settle(Condition enough) throws InterruptedException {
        for (var i = 0; i < SETTLING && !enough.holds(); i++) {
            System.gc();
            Thread.sleep(100);
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
            PooledByteBufAllocator.DEFAULT.heapBuffer(16).release();
        }
    }

    private void traffic() throws Exception {
        var before = LeakCounter.reports();
        long direct;
        long more;
        try (var far = node(Ends.LOOPBACK);
                var near = node(Ends.LOOPBACK)) {
            near.connect(far.peerId(), far.listenAddress(), Ends.LONG);
            var whole = during.toNanos();
            all(near, far, Duration.ofNanos(whole / 6));
            direct = Usage.afterCollection().directBytes();
            all(near, far, Duration.ofNanos(whole * 5 / 6));
            more = Usage.afterCollection().directBytes() - direct;
        }
        settle(() -> false);
        var reports = LeakCounter.reports() - before;
        report.row("leaks", "traffic of " + during.toSeconds() + " s: reports", "")
                .put(Side.OURS, reports)
                .goal("= 0", reports == 0);
        report.row("leaks", "  direct memory before, and after", "MiB")
                .put(Side.BASELINE, direct / (double) (1 << 20))
                .put(Side.OURS, (direct + more) / (double) (1 << 20))
                .goal("<= 8 MiB more", more <= TWO_CHUNKS * (1 << 20));
        var text = new StringBuilder();
        done.forEach(
                (what, count) ->
                        text.append(text.isEmpty() ? "" : ", ")
                                .append(String.format(Locale.ROOT, "%d %s", count.sum(), what)));
        report.note("leaks", text.toString());
    }

    private static AptosNode node(String listen) {
        return Ends.builder()
                .listen(listen)
                .receive(Ends.TAKE, _ -> {})
                .serve(Ends.ECHO, request -> request.respond(request.payload()))
                .serve(Ends.BULK, request -> request.respond(Bytes.EMPTY))
                .start();
    }

    private void all(AptosNode near, AptosNode far, Duration time) throws InterruptedException {
        var end = System.nanoTime() + time.toNanos();
        var threads = new ArrayList<Thread>();
        for (var node : new AptosNode[] {near, far}) {
            var other = node == near ? far : near;
            threads.add(start(end, "calls", r -> echo(node, other, r.nextInt(5000))));
            threads.add(start(end, "calls", r -> echo(node, other, r.nextInt(200_000))));
            threads.add(start(end, "sends", r -> send(node, other, r)));
            threads.add(start(end, "calls given up", r -> giveUp(node, other, r)));
        }
        threads.add(start(end, "of 64 MiB", _ -> bulk(near, far)));
        threads.add(start(end, "connections ended", r -> breakOff(near, far, r)));
        threads.add(start(end, "connections reset", r -> reset(near, r)));
        threads.add(start(end, "set-ups broken off", r -> halfSetUp(far, r)));
        for (var thread : threads) {
            thread.join();
        }
    }

    private Thread start(long end, String what, Deed deed) {
        var own = random.split();
        var count = done.computeIfAbsent(what, _ -> new LongAdder());
        return Thread.startVirtualThread(
                () -> {
                    while (System.nanoTime() - end < 0) {
                        try {
                            deed.run(own);
                            count.increment();
                        } catch (NetworkException | IOException _) {
                            // Connections end all the time here; the next one may be up already.
                            pause(20);
                        } catch (InterruptedException _) {
                            return;
                        } catch (Exception e) {
                            throw new IllegalStateException(what, e);
                        }
                    }
                });
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void echo(AptosNode from, AptosNode to, int bytes) throws InterruptedException {
        from.client()
                .sendToPeerRpc(
                        to.peerId(), Ends.ECHO, Bytes.wrap(new byte[bytes]), Duration.ofSeconds(5));
    }

    private static void send(AptosNode from, AptosNode to, SplittableRandom random)
            throws InterruptedException {
        for (var i = 0; i < 20; i++) {
            var message = Bytes.wrap(new byte[random.nextInt(random.nextInt(1, 200_000))]);
            from.client().sendToPeer(to.peerId(), Ends.TAKE, message);
        }
        Thread.sleep(5);
    }

    private static void giveUp(AptosNode from, AptosNode to, SplittableRandom random)
            throws InterruptedException {
        var message = Bytes.wrap(new byte[random.nextInt(MIDDLING)]);
        var call =
                from.client()
                        .sendToPeerRpcAsync(to.peerId(), Ends.BULK, message, Duration.ofSeconds(5));
        Thread.sleep(random.nextInt(30));
        call.cancel(true);
    }

    private static void bulk(AptosNode near, AptosNode far) throws InterruptedException {
        near.client()
                .sendToPeerRpc(far.peerId(), Ends.BULK, Bytes.wrap(new byte[LARGE]), Ends.LONG);
        Thread.sleep(300);
    }

    /** The node's own way: one end closes in whatever is under way, and dials again. */
    private static void breakOff(AptosNode near, AptosNode far, SplittableRandom random)
            throws InterruptedException {
        Thread.sleep(3000 + random.nextInt(5000));
        if (random.nextBoolean()) {
            near.client().disconnectFromPeer(far.peerId());
        } else {
            far.client().disconnectFromPeer(near.peerId());
        }
        Thread.sleep(100);
        near.connect(far.peerId(), far.listenAddress(), Duration.ofSeconds(10));
    }

    /** A peer's rude way: connected, spoken to, and gone with bytes unread. */
    private static void reset(AptosNode node, SplittableRandom random) throws Exception {
        try (var peer = new PlainPeer(node.listenAddress(), ProtocolSet.of(Ends.TAKE))) {
            node.awaitPeer(peer.id(), Duration.ofSeconds(5));
            for (var i = 0; i < 50; i++) {
                node.client()
                        .sendToPeer(
                                peer.id(),
                                Ends.TAKE,
                                Bytes.wrap(new byte[random.nextInt(100_000)]));
            }
            Thread.sleep(random.nextInt(20));
            peer.reset();
        }
        Thread.sleep(50);
    }

    private static void halfSetUp(AptosNode node, SplittableRandom random) throws Exception {
        var port = node.listenAddress().port().orElseThrow();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            var nonsense = new byte[random.nextInt(1, 300)];
            random.nextBytes(nonsense);
            socket.getOutputStream().write(nonsense);
            Thread.sleep(random.nextInt(10));
            socket.setSoLinger(true, 0);
        }
        Thread.sleep(50);
    }
}
