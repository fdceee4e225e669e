package dev.aptosnet.benchmarks.loopback;

import com.sun.management.ThreadMXBean;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.RpcCallback;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Two nodes, in this process or in two, over a loopback socket, for each suite: the round trip of a
 * small RPC, RPCs and direct sends at full speed, one large message, urgent calls beside bulk, and
 * what the sender allocates. Prints a table; ratios are against the plain socket of the same round.
 *
 * <p>Both ends share the machine's cores, so absolute figures say little.
 */
public final class Loopback {
    private static final ProtocolId RPC = FarEnd.RPC;
    private static final ProtocolId DIRECT = FarEnd.DIRECT;
    private static final ProtocolId URGENT = FarEnd.URGENT;
    private static final ProtocolId BULK = FarEnd.BULK;
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final CipherSuite suite;
    private final FarEnd far;
    private final AptosNode client;
    private final PeerId peer;
    private final Set<Long> senderThreads;

    private Loopback(CipherSuite suite, boolean apart) throws Exception {
        this.suite = suite;
        far = apart ? FarEnd.inAnotherJvm(suite) : FarEnd.here(suite);
        var before = threads();
        client =
                AptosNode.builder()
                        .suites(suite)
                        .transportLimits(FarEnd.ONE_OWNER)
                        .seed(far.address())
                        .protocols(RPC, DIRECT, URGENT, BULK, FarEnd.COUNT)
                        .start();
        peer = client.awaitPeer(far.peer(), Duration.ofSeconds(10));
        var added = new HashSet<>(threads());
        added.removeAll(before);
        senderThreads = added;
    }

    private static Set<Long> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("aptosnet"))
                .map(Thread::threadId)
                .collect(Collectors.toSet());
    }

    /**
     * Runs the rounds; the first is warm-up and not shown. Arguments: rounds, seconds, then any of
     * {@code apart} (the other end in a JVM of its own), {@code direct} or {@code urgent} (that
     * part only), and a suite.
     */
    public static void main(String[] args) throws Exception {
        var rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        var seconds = args.length > 1 ? Double.parseDouble(args[1]) : 1.0;
        var options = List.of(args).subList(Math.min(2, args.length), args.length);
        System.out.println(
                "medians of " + rounds + " rounds of " + seconds + " s each, turn by turn");
        for (var suite : CipherSuite.values()) {
            if (Arrays.stream(CipherSuite.values())
                            .anyMatch(other -> options.contains(other.configName()))
                    && !options.contains(suite.configName())) {
                continue;
            }
            var bench = new Loopback(suite, options.contains("apart"));
            try {
                if (options.contains("direct")) {
                    bench.measureDirect(rounds, seconds);
                } else if (options.contains("urgent")) {
                    bench.urgent(rounds, seconds);
                } else {
                    bench.measure(rounds, seconds);
                }
            } finally {
                bench.client.close();
                bench.far.close();
            }
        }
    }

    private void measure(int rounds, double seconds) throws Exception {
        var socket = new double[rounds];
        var blocking = new double[rounds];
        var inline = new double[rounds];
        var many = new double[rounds];
        var direct = new double[rounds];
        var allocated = new double[rounds];
        var bulk = new double[rounds];
        for (var round = -1; round < rounds; round++) {
            var at = Math.max(round, 0);
            socket[at] = socketMicros(seconds / 2);
            blocking[at] = blockingMicros(seconds);
            inline[at] = callbackMicros(seconds);
            many[at] = callsPerSecond(seconds);
            direct[at] = directPerSecond(seconds, allocated, at);
            bulk[at] = bulkMegabytesPerSecond(seconds);
        }
        urgent(rounds, seconds);
        print("plain socket, 128 B round trip", median(socket), "us", 0);
        print("RPC 128 B, callback, round trip", median(inline), "us", ratio(inline, socket));
        print("RPC 128 B, blocking, round trip", median(blocking), "us", ratio(blocking, socket));
        print("RPC 128 B, 100 in flight", median(many) / 1000, "k/s", 0);
        print("direct send 256 B", median(direct) / 1000, "k/s", 0);
        print("  allocated at the sender", median(allocated), "B/message", 0);
        print("RPC with 64 MiB each way", median(bulk), "MB/s", 0);
    }

    /** Urgent calls at 500 a second, alone and beside answers of 64 MiB one after the other. */
    private void urgent(int rounds, double seconds) throws Exception {
        var idle50 = new double[rounds];
        var idle99 = new double[rounds];
        var loaded50 = new double[rounds];
        var loaded99 = new double[rounds];
        var alone = new double[rounds];
        var beside = new double[rounds];
        for (var round = -1; round < rounds; round++) {
            var at = Math.max(round, 0);
            paced(seconds, idle50, idle99, at);
            try (var bulk = new BulkLoad()) {
                Thread.sleep((long) (seconds * 1000));
                alone[at] = bulk.megabytesPerSecond();
            }
            try (var bulk = new BulkLoad()) {
                paced(seconds, loaded50, loaded99, at);
                beside[at] = bulk.megabytesPerSecond();
            }
        }
        print("urgent RPC 500/s, alone, p50", median(idle50), "us", 0);
        print("urgent RPC 500/s, alone, p99", median(idle99), "us", 0);
        print("  beside 64 MiB answers, p50", median(loaded50), "us", 0);
        print("  beside 64 MiB answers, p99", median(loaded99), "us", 0);
        print("64 MiB answers alone", median(alone), "MB/s", 0);
        print("  beside the urgent RPCs", median(beside), "MB/s", 0);
    }

    private void paced(double seconds, double[] p50, double[] p99, int at) throws Exception {
        var request = Bytes.wrap(new byte[128]);
        var calls = client.client();
        var done = new Semaphore(0);
        var callback = new Release(done);
        var samples = new long[(int) (seconds * 500) + 1];
        var start = System.nanoTime();
        for (var i = 0; i < samples.length; i++) {
            var due = start + i * 2_000_000L;
            while (due - System.nanoTime() > 0) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            var before = System.nanoTime();
            calls.sendToPeerRpc(peer, URGENT, request, LONG, callback);
            done.acquire();
            samples[i] = System.nanoTime() - before;
        }
        Arrays.sort(samples);
        p50[at] = samples[samples.length / 2] / 1000.0;
        p99[at] = samples[samples.length * 99 / 100] / 1000.0;
    }

    /** Asks for 64 MiB again and again until closed. */
    private final class BulkLoad implements AutoCloseable {
        private final AtomicLong bytes = new AtomicLong();
        private final long start = System.nanoTime();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private volatile boolean stopped;

        BulkLoad() {
            Thread.startVirtualThread(this::run);
        }

        private void run() {
            try {
                while (!stopped) {
                    var answer = client.client().sendToPeerRpc(peer, BULK, Bytes.EMPTY, LONG);
                    bytes.addAndGet(answer.size());
                }
                ended.complete(null);
            } catch (InterruptedException | RuntimeException e) {
                ended.completeExceptionally(e);
            }
        }

        double megabytesPerSecond() {
            return bytes.get() / 1e6 / ((System.nanoTime() - start) / 1e9);
        }

        @Override
        public void close() {
            stopped = true;
            ended.join();
        }
    }

    private void measureDirect(int rounds, double seconds) throws Exception {
        var direct = new double[rounds];
        var allocated = new double[rounds];
        for (var round = -1; round < rounds; round++) {
            var at = Math.max(round, 0);
            direct[at] = directPerSecond(seconds, allocated, at);
        }
        print("direct send 256 B", median(direct) / 1000, "k/s", 0);
        print("  allocated at the sender", median(allocated), "B/message", 0);
    }

    private void print(String what, double value, String unit, double ratio) {
        System.out.printf(
                Locale.ROOT,
                "%-11s %-34s %10.1f %-10s%s%n",
                suite.configName(),
                what,
                value,
                unit,
                ratio > 0 ? String.format(Locale.ROOT, "%6.2f x socket", ratio) : "");
    }

    private static double median(double[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double ratio(double[] ours, double[] baseline) {
        var ratios = new double[ours.length];
        Arrays.setAll(ratios, i -> ours[i] / baseline[i]);
        return median(ratios);
    }

    private interface Operation {
        void run() throws Exception;
    }

    /** Median of the time that an operation takes, in microseconds. */
    private static double micros(double seconds, Operation operation) throws Exception {
        var samples = new long[1 << 20];
        var count = 0;
        var end = System.nanoTime() + (long) (seconds * 1e9);
        while (count < samples.length) {
            var start = System.nanoTime();
            if (start > end) {
                break;
            }
            operation.run();
            samples[count++] = System.nanoTime() - start;
        }
        Arrays.sort(samples, 0, count);
        return samples[count / 2] / 1000.0;
    }

    private static double socketMicros(double seconds) throws Exception {
        try (var echo = new SocketEcho(128)) {
            return micros(seconds, echo::roundTrip);
        }
    }

    private double blockingMicros(double seconds) throws Exception {
        var request = Bytes.wrap(new byte[128]);
        var calls = client.client();
        return micros(seconds, () -> calls.sendToPeerRpc(peer, RPC, request, LONG));
    }

    private double callbackMicros(double seconds) throws Exception {
        var request = Bytes.wrap(new byte[128]);
        var calls = client.client();
        var done = new Semaphore(0);
        var callback = new Release(done);
        return micros(
                seconds,
                () -> {
                    calls.sendToPeerRpc(peer, RPC, request, LONG, callback);
                    done.acquire();
                });
    }

    private record Release(Semaphore permits) implements RpcCallback<Bytes> {
        @Override
        public void onAnswer(Bytes answer) {
            permits.release();
        }

        @Override
        public void onFailure(NetworkException failure) {
            throw failure;
        }
    }

    private double callsPerSecond(double seconds) throws Exception {
        var request = Bytes.wrap(new byte[128]);
        var calls = client.client();
        var inFlight = new Semaphore(100);
        var callback = new Release(inFlight);
        var start = System.nanoTime();
        var end = start + (long) (seconds * 1e9);
        long count = 0;
        while (System.nanoTime() < end) {
            inFlight.acquire();
            calls.sendToPeerRpc(peer, RPC, request, LONG, callback);
            count++;
        }
        inFlight.acquire(100);
        return count / ((System.nanoTime() - start) / 1e9);
    }

    private double directPerSecond(double seconds, double[] allocated, int round) throws Exception {
        var message = Bytes.wrap(new byte[256]);
        var sends = client.client();
        var arrivedBefore = arrived();
        var bytesBefore = allocatedBySender();
        var start = System.nanoTime();
        var end = start + (long) (seconds * 1e9);
        long sent = 0;
        while (System.nanoTime() < end) {
            for (var i = 0; i < 64; i++) {
                if (sends.sendToPeer(peer, DIRECT, message) == SendResult.QUEUED) {
                    sent++;
                } else {
                    // The queue is full: with two cores, spinning would take one from the owner.
                    LockSupport.parkNanos(20_000);
                }
            }
        }
        while (arrived() - arrivedBefore < sent) {
            Thread.sleep(1);
        }
        var took = (System.nanoTime() - start) / 1e9;
        allocated[round] = (double) (allocatedBySender() - bytesBefore) / sent;
        return sent / took;
    }

    /** How many direct sends the other end has had. */
    private long arrived() throws Exception {
        var answer = client.client().sendToPeerRpc(peer, FarEnd.COUNT, Bytes.EMPTY, LONG);
        return ByteBuffer.wrap(answer.toByteArray()).getLong();
    }

    /** What the calling thread and the sending node's own threads have allocated so far. */
    private long allocatedBySender() {
        var sum = THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId());
        for (var thread : senderThreads) {
            sum += THREADS.getThreadAllocatedBytes(thread);
        }
        return sum;
    }

    private double bulkMegabytesPerSecond(double seconds) throws Exception {
        var request = Bytes.wrap(new byte[64 << 20]);
        var calls = client.client();
        var start = System.nanoTime();
        var end = start + (long) (seconds * 1e9);
        long bytes = 0;
        do {
            var answer = calls.sendToPeerRpc(peer, RPC, request, LONG);
            bytes += request.size() + answer.size();
        } while (System.nanoTime() < end);
        return bytes / 1e6 / ((System.nanoTime() - start) / 1e9);
    }
}
