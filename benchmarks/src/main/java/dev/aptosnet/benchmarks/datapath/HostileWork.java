package dev.aptosnet.benchmarks.datapath;

import dev.aptosnet.benchmarks.quic.Report;
import dev.aptosnet.benchmarks.quic.Samples;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.RpcCallback;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * What a peer that means harm costs the others: an honest one calls at a steady pace, in windows
 * with and without the other, which take turns.
 */
final class HostileWork {
    private static final int PAIRS = 3;
    private static final int CALLS_PER_SECOND = 2000;
    private static final int CALL_BYTES = 256;
    private static final int DUST_PER_SECOND = 1_000_000;
    private static final int UNASKED_PER_SECOND = 100_000;
    private static final int RECORD_BYTES = 60_000;
    private static final int PIECE_BYTES = 1 << 20;
    private static final int DRIP_BYTES = 4096;

    private final Report<Side> report;
    private final Duration window;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    /** Bytes of frames that the node has taken from the hostile peer. */
    private final LongAdder taken = new LongAdder();

    HostileWork(Report<Side> report, Duration window) {
        this.report = report;
        this.window = window;
    }

    /** What a hostile peer does until it is told to stop; an exception is its end. */
    @FunctionalInterface
    private interface Deed {
        void run(Victim victim, AtomicBoolean stop) throws IOException;
    }

    /** A connection to the node, and a count of what it takes. */
    private record Victim(PlainPeer peer, LongAdder taken) {
        void send(byte[] frames) throws IOException {
            peer.send(frames);
            taken.add(frames.length);
        }

        void skip(int bytes) throws IOException {
            peer.skip(bytes);
        }
    }

    void run() throws Exception {
        Metrics.addRegistry(registry);
        try {
            measure("a million empty messages a second", HostileWork::dust);
            measure("100,000 answers a second that nobody asked for", HostileWork::unasked);
            measure("requests marked urgent, answers not read", HostileWork::stopped);
            measure("the same, answers read drip by drip", HostileWork::drip);
            measure("large messages begun and never finished", HostileWork::hoard);
        } finally {
            Metrics.removeRegistry(registry);
            registry.close();
        }
    }

    private void measure(String what, Deed deed) throws Exception {
        var shares = new double[PAIRS];
        var tails = new double[PAIRS];
        var free = new double[PAIRS];
        var beside = new double[PAIRS];
        var freeTails = new double[PAIRS];
        var tailsBeside = new double[PAIRS];
        var sent = new double[PAIRS];
        var held = 0.0;
        try (var node =
                        Ends.builder()
                                .listen(Ends.LOOPBACK)
                                .serveInline(
                                        Ends.ECHO, request -> request.respond(request.payload()))
                                .receiveInline(Ends.TAKE, _ -> {})
                                .start();
                var honest = Ends.connected(Ends.builder().protocols(Ends.ECHO), node)) {
            calls(honest, node, window.dividedBy(2)); // warm-up
            for (var i = 0; i < PAIRS; i++) {
                var alone = calls(honest, node, window);
                var stop = new AtomicBoolean();
                var hostile = Thread.ofPlatform().daemon().start(() -> act(node, deed, stop));
                Thread.sleep(200);
                taken.reset();
                var begun = System.nanoTime();
                var together = calls(honest, node, window);
                sent[i] = taken.sum() * 1e3 / (System.nanoTime() - begun);
                held = Math.max(held, used(node));
                stop.set(true);
                hostile.join();
                free[i] = alone.count() / (window.toNanos() / 1e9);
                beside[i] = together.count() / (window.toNanos() / 1e9);
                shares[i] = beside[i] / free[i];
                freeTails[i] = alone.millis(0.99);
                tailsBeside[i] = together.millis(0.99);
                tails[i] = tailsBeside[i] / freeTails[i];
            }
        }
        report.row("hostile", what + ": calls of another", "/s")
                .put(Side.BASELINE, Ends.median(free))
                .put(Side.OURS, Ends.median(beside))
                .goal(">= 0.90 x", Ends.median(shares) >= 0.9);
        report.row("hostile", "  p99 of these", "ms")
                .put(Side.BASELINE, Ends.median(freeTails))
                .put(Side.OURS, Ends.median(tailsBeside));
        report.row("hostile", "  what it sent meanwhile", "MB/s").put(Side.OURS, Ends.median(sent));
        // What may wait to be sent, and be held of large messages, for one peer.
        report.row("hostile", "  held by the node", "MiB")
                .put(Side.OURS, held / (1 << 20))
                .goal("<= 256", held <= 256L << 20);
    }

    private double used(AptosNode node) {
        return registry.get("aptosnet_budget_used_bytes")
                .tag("peer_id", node.peerId().shortText())
                .gauge()
                .value();
    }

    /** Calls at a steady pace, whether or not those before have been answered. */
    private static Samples calls(AptosNode from, AptosNode to, Duration during)
            throws InterruptedException {
        var took = new Samples();
        var failures = new AtomicInteger();
        var request = Bytes.wrap(new byte[CALL_BYTES]);
        var places = new Ends.Places(100);
        var begun = System.nanoTime();
        var calls = (int) (during.toNanos() / 1e9 * CALLS_PER_SECOND);
        for (var i = 0; i < calls; i++) {
            var due = begun + i * (1_000_000_000L / CALLS_PER_SECOND);
            for (var left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            if (System.nanoTime() - begun > during.toNanos()) {
                break;
            }
            places.free.acquire();
            var start = System.nanoTime();
            from.client()
                    .sendToPeerRpc(
                            to.peerId(),
                            Ends.ECHO,
                            request,
                            Ends.LONG,
                            new Timed(start, took, failures, places.free));
        }
        places.free.acquire(100);
        if (failures.get() > 0) {
            throw new IllegalStateException(failures.get() + " calls of the honest peer failed");
        }
        return took;
    }

    private record Timed(long start, Samples took, AtomicInteger failures, Semaphore free)
            implements RpcCallback<Bytes> {
        @Override
        public void onAnswer(Bytes answer) {
            took.add(System.nanoTime() - start);
            free.release();
        }

        @Override
        public void onFailure(NetworkException failure) {
            failures.incrementAndGet();
            free.release();
        }
    }

    /** Comes again whenever the node has ended its connection. */
    private void act(AptosNode node, Deed deed, AtomicBoolean stop) {
        while (!stop.get()) {
            try (var peer =
                    new PlainPeer(
                            node.listenAddress(),
                            ProtocolSet.of(
                                    List.of(Ends.ECHO, Ends.TAKE),
                                    EnumSet.allOf(Capability.class)))) {
                var watch = Thread.ofVirtual().start(() -> resetAtStop(peer, stop));
                try {
                    deed.run(new Victim(peer, taken), stop);
                } finally {
                    watch.interrupt();
                }
            } catch (Exception _) {
                LockSupport.parkNanos(50_000_000);
            }
        }
    }

    /** Whatever a peer blocks on ends with its socket. */
    private static void resetAtStop(PlainPeer peer, AtomicBoolean stop) {
        while (!stop.get() && !Thread.interrupted()) {
            LockSupport.parkNanos(10_000_000);
        }
        try {
            peer.reset();
        } catch (IOException _) {
            // It is gone already.
        }
    }

    private static byte[] record(byte[] body, int times) {
        var out = new ByteArrayOutputStream();
        for (var i = 0; i < times; i++) {
            out.writeBytes(ByteBuffer.allocate(4).putInt(body.length).array());
            out.writeBytes(body);
        }
        return out.toByteArray();
    }

    /** The same frame again and again, whole records of it, at a steady rate. */
    private static void flood(Victim victim, AtomicBoolean stop, byte[] body, int perSecond)
            throws IOException {
        var each = RECORD_BYTES / (body.length + 4);
        var record = record(body, each);
        var begun = System.nanoTime();
        for (long sent = 0; !stop.get(); sent += each) {
            var due = begun + (long) (sent * 1e9 / perSecond);
            for (var left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            victim.send(record);
        }
    }

    private static void dust(Victim victim, AtomicBoolean stop) throws IOException {
        flood(
                victim,
                stop,
                PlainCodec.directSend(Ends.TAKE.number(), 0, new byte[0]),
                DUST_PER_SECOND);
    }

    private static void unasked(Victim victim, AtomicBoolean stop) throws IOException {
        flood(victim, stop, PlainCodec.response(12_345, 0, new byte[100]), UNASKED_PER_SECOND);
    }

    /** Requests whose answers fill whatever the node keeps for a peer, as urgent as can be. */
    private static void ask(Victim victim, int number) throws IOException {
        victim.send(
                record(
                        PlainCodec.request(Ends.ECHO.number(), number, 1, new byte[RECORD_BYTES]),
                        1));
    }

    private static void stopped(Victim victim, AtomicBoolean stop) throws IOException {
        for (var number = 0; !stop.get(); number++) {
            ask(victim, number);
        }
    }

    private static void drip(Victim victim, AtomicBoolean stop) throws IOException {
        var asking =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        stopped(victim, stop);
                                    } catch (IOException _) {
                                        // The connection has ended, which the reader sees too.
                                    }
                                });
        try {
            while (!stop.get()) {
                victim.skip(DRIP_BYTES);
                LockSupport.parkNanos(10_000_000);
            }
        } finally {
            asking.interrupt();
        }
    }

    /** As many large messages as can be open, all but their last piece, and again. */
    private static void hoard(Victim victim, AtomicBoolean stop) throws IOException {
        var piece = new byte[RECORD_BYTES];
        var first = PlainCodec.requestMsg(Ends.ECHO.number(), 7, 0, piece);
        for (var stream = 0; !stop.get(); stream++) {
            victim.send(record(PlainCodec.streamHeader(stream, 255, first), 1));
            for (var i = 1; i < PIECE_BYTES / RECORD_BYTES && !stop.get(); i++) {
                victim.send(record(PlainCodec.streamFragment(stream, i, piece), 1));
            }
        }
    }
}
