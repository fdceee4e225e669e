package dev.aptosnet.benchmarks.datapath;

import dev.aptosnet.benchmarks.quic.Report;
import dev.aptosnet.benchmarks.quic.Samples;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.client.NetworkClient;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.settings.BatchDelays;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** I-18: many small messages, one small message, and what the peer reads of them. */
final class BatchWork {
    private static final int MESSAGES = 100_000;
    private static final int BYTES = 200;
    private static final int ROUNDS = 7;
    private static final int WRITE_ROUNDS = 3;

    /** Chooses the sockets of transports that are made from now on. */
    private static final String SOCKETS = "aptosnet.tcp.sockets";

    private static final int ROUND_TRIPS = 3000;

    private final Report<Side> report;

    BatchWork(Report<Side> report) {
        this.report = report;
    }

    /**
     * What a round came to.
     *
     * @param perSecond messages
     * @param writes a message, of the sending loop
     */
    private record Round(double perSecond, double writes) {}

    /** Leaves a message with the sender. */
    @FunctionalInterface
    private interface Sender {
        boolean send(Bytes message);
    }

    /**
     * What several rounds came to, messages a second.
     *
     * @param ratio median of ours to the baseline
     */
    @SuppressWarnings("ArrayRecordComponent") // made and read here
    private record Rounds(double[] theirs, double[] ours, double ratio) {}

    void throughput() throws Exception {
        var rounds = rounds(ROUNDS);
        report.row("batch", "100,000 messages of 200 B", "k/s")
                .put(Side.BASELINE, Ends.median(rounds.theirs) / 1e3)
                .put(Side.OURS, Ends.median(rounds.ours) / 1e3)
                .goal(">= 3 x", rounds.ratio >= 3);
        if (!SocketWrites.areCounted()) {
            report.note("batch", "no /proc/self/io, so nobody counts the writes");
            return;
        }
        // Linux does not count send(2), which the native sockets use; the JDK's write.
        var before = System.setProperty(SOCKETS, "nio");
        try {
            writes();
        } finally {
            if (before == null) {
                System.clearProperty(SOCKETS);
            } else {
                System.setProperty(SOCKETS, before);
            }
        }
    }

    private void writes() throws Exception {
        var counted = new double[2][WRITE_ROUNDS];
        rounds(WRITE_ROUNDS, counted);
        var row =
                report.row("batch", "  writes to the socket, a message", "")
                        .put(Side.BASELINE, Ends.median(counted[0]))
                        .put(Side.OURS, Ends.median(counted[1]));
        // If those of the baseline are not seen, then neither are ours.
        var seen = row.of(Side.BASELINE) > 0.5;
        row.goal("<= 0.1", seen && row.of(Side.OURS) <= 0.1);
    }

    private static Rounds rounds(int count) throws Exception {
        return rounds(count, new double[2][count]);
    }

    /**
     * @param writes takes those of the baseline, then ours
     */
    private static Rounds rounds(int count, double[][] writes) throws Exception {
        var ours = new double[count];
        var theirs = new double[count];
        var ratios = new double[count];
        var arrived = new Semaphore(0);
        try (var bare = new BareSends(false);
                var far =
                        Ends.builder()
                                .listen(Ends.LOOPBACK)
                                .receiveInline(Ends.TAKE, _ -> arrived.release())
                                .start();
                var near = Ends.connected(Ends.builder().protocols(Ends.TAKE), far)) {
            var client = near.client();
            for (var i = -2; i < count; i++) {
                var at = Math.max(0, i);
                var alone = round(bare::send, bare.arrived);
                var together =
                        round(
                                message ->
                                        client.sendToPeer(far.peerId(), Ends.TAKE, message)
                                                == SendResult.QUEUED,
                                arrived);
                theirs[at] = alone.perSecond();
                ours[at] = together.perSecond();
                ratios[at] = ours[at] / theirs[at];
                writes[0][at] = alone.writes();
                writes[1][at] = together.writes();
            }
        }
        return new Rounds(theirs, ours, Ends.median(ratios));
    }

    private static Round round(Sender sender, Semaphore arrived) throws InterruptedException {
        var message = Bytes.wrap(new byte[BYTES]);
        var before = SocketWrites.areCounted() ? SocketWrites.byLoop() : Map.<String, Long>of();
        var begun = System.nanoTime();
        for (var i = 0; i < MESSAGES; i++) {
            while (!sender.send(message)) {
                // With two cores, spinning would take one from the owner.
                LockSupport.parkNanos(20_000);
            }
        }
        arrived.acquire(MESSAGES);
        var nanos = System.nanoTime() - begun;
        // Of all loops, the receiver's too, which writes nothing here.
        long writes = 0;
        if (SocketWrites.areCounted()) {
            for (var after : SocketWrites.byLoop().entrySet()) {
                writes += after.getValue() - before.getOrDefault(after.getKey(), 0L);
            }
        }
        return new Round(MESSAGES * 1e9 / nanos, (double) writes / MESSAGES);
    }

    /** There and back, one at a time. */
    void idle() throws Exception {
        var ours = new double[ROUNDS];
        var theirs = new double[ROUNDS];
        var ratios = new double[ROUNDS];
        var back = new Semaphore(0);
        try (var bare = new BareSends(true);
                var far = echoing();
                var near =
                        Ends.connected(
                                Ends.builder().receiveInline(Ends.TAKE, _ -> back.release()),
                                far)) {
            var client = near.client();
            for (var i = -2; i < ROUNDS; i++) {
                var at = Math.max(0, i);
                theirs[at] = roundTrip(bare::send, bare.arrived);
                ours[at] =
                        roundTrip(
                                message ->
                                        client.sendToPeer(far.peerId(), Ends.TAKE, message)
                                                == SendResult.QUEUED,
                                back);
                ratios[at] = ours[at] / theirs[at];
            }
        }
        report.row("idle", "one message of 200 B there and back, p50", "us")
                .put(Side.BASELINE, 1e3 * Ends.median(theirs))
                .put(Side.OURS, 1e3 * Ends.median(ours))
                .goal("<= 1.05 x", Ends.median(ratios) <= 1.05);
    }

    private static AptosNode echoing() {
        var client = new AtomicReference<NetworkClient<Bytes>>();
        var node =
                Ends.builder()
                        .listen(Ends.LOOPBACK)
                        .receiveInline(
                                Ends.TAKE,
                                message ->
                                        Objects.requireNonNull(client.get())
                                                .sendToPeer(
                                                        message.from(),
                                                        Ends.TAKE,
                                                        message.message()))
                        .start();
        client.set(node.client());
        return node;
    }

    private static double roundTrip(Sender sender, Semaphore back) throws InterruptedException {
        var message = Bytes.wrap(new byte[BYTES]);
        var took = new Samples();
        for (var i = 0; i < ROUND_TRIPS; i++) {
            var begun = System.nanoTime();
            if (!sender.send(message)) {
                throw new IllegalStateException("the queue of one is full");
            }
            back.acquire();
            took.add(System.nanoTime() - begun);
        }
        return took.millis(0.5);
    }

    /** One message at a time, from its sending to its handler, with and without a delay of 1 ms. */
    void delay() throws Exception {
        var none = oneWay(BatchDelays.NONE);
        var one = oneWay(new BatchDelays(Duration.ZERO, Duration.ofMillis(1), Duration.ZERO));
        var p99 =
                report.row("delay", "batching delay of 1 ms: send to handler, p99", "ms")
                        .put(Side.BASELINE, none.millis(0.99))
                        .put(Side.OURS, one.millis(0.99));
        p99.goal("<= 1 ms + baseline", p99.of(Side.OURS) <= 1 + p99.of(Side.BASELINE));
        report.row("delay", "  p50", "ms")
                .put(Side.BASELINE, none.millis(0.5))
                .put(Side.OURS, one.millis(0.5));
    }

    private static Samples oneWay(BatchDelays delays) throws Exception {
        var took = new Samples();
        var arrived = new Semaphore(0);
        try (var far =
                        Ends.builder()
                                .listen(Ends.LOOPBACK)
                                .receiveInline(
                                        Ends.TAKE,
                                        message -> {
                                            var sent = message.message().asByteBuffer().getLong();
                                            took.add(System.nanoTime() - sent);
                                            arrived.release();
                                        })
                                .start();
                var near =
                        Ends.connected(
                                Ends.builder().batchDelays(delays).protocols(Ends.TAKE), far)) {
            for (var i = 0; i < ROUND_TRIPS; i++) {
                var message = ByteBuffer.allocate(BYTES).putLong(System.nanoTime()).array();
                near.client()
                        .sendToPeer(
                                far.peerId(), Ends.TAKE, Bytes.wrap(message), MessageClass.NORMAL);
                arrived.acquire();
            }
        }
        return took;
    }

    /** What a reader that knows nothing of batches makes of the stream. */
    void plainReader() throws Exception {
        try (var near = Ends.builder().listen(Ends.LOOPBACK).protocols(Ends.TAKE).start();
                var far = new PlainPeer(near.listenAddress(), ProtocolSet.of(Ends.TAKE))) {
            near.awaitPeer(far.id(), Ends.LONG);
            var sending =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        for (var i = 0; i < MESSAGES; i++) {
                                            var message =
                                                    Bytes.wrap(
                                                            ByteBuffer.allocate(BYTES)
                                                                    .putInt(i)
                                                                    .array());
                                            while (near.client()
                                                            .sendToPeer(
                                                                    far.id(), Ends.TAKE, message)
                                                    == SendResult.DROPPED_FULL) {
                                                LockSupport.parkNanos(20_000);
                                            }
                                        }
                                    });
            var wrong = 0;
            for (var i = 0; i < MESSAGES; i++) {
                var read = PlainCodec.readDirectSend(far.nextFrame());
                if (read.protocol() != Ends.TAKE.number()
                        || read.raw().length != BYTES
                        || ByteBuffer.wrap(read.raw()).getInt() != i) {
                    wrong++;
                }
            }
            sending.join();
            report.row("batch", "  out of order or wrong to a plain reader", "")
                    .put(Side.OURS, wrong)
                    .goal("= 0", wrong == 0);
        }
    }
}
