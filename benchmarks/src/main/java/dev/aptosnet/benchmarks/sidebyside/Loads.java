package dev.aptosnet.benchmarks.sidebyside;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Does one round of one work at the near end, and says what came of it. */
final class Loads<P> {
    private static final int SMALL_BYTES = 128;
    private static final int SEND_BYTES = 256;
    private static final int PEERS_BYTES = 1024;
    private static final int LARGE_BYTES = 4096;
    private static final int BULK_BYTES = 64 << 20;
    private static final int MANY = 100;
    private static final int URGENT_PER_SECOND = 500;

    private final NearEnd<P> near;
    private final P nothing;
    private final P small;
    private final P sent;
    private final P toPeers;
    private final P large;
    private final P bulk;

    Loads(NearEnd<P> near) {
        this.near = near;
        nothing = near.payload(0);
        small = near.payload(SMALL_BYTES);
        sent = near.payload(SEND_BYTES);
        toPeers = near.payload(PEERS_BYTES);
        large = near.payload(LARGE_BYTES);
        bulk = near.payload(BULK_BYTES);
    }

    /**
     * One round.
     *
     * @param addresses where the far ends are; connected already, but for {@link Work#CONNECT} and
     *     {@link Work#IDLE_HEAP}
     * @return figures by name; {@code ops} is what processor time and allocation are divided by
     */
    Map<String, Double> run(Work work, double seconds, List<String> addresses) throws Exception {
        return switch (work) {
            case RPC_ONE -> callsOneByOne(seconds);
            case RPC_MANY -> rate(seconds, small, SMALL_BYTES);
            case RPC_4K -> rate(seconds, large, LARGE_BYTES);
            case SEND -> sends(1, sent, seconds);
            case BULK -> bulk(seconds);
            case URGENT -> urgent(seconds);
            case CONNECT -> connections(addresses.getFirst(), seconds);
            case PEERS_RPC -> rounds(seconds);
            case PEERS_SEND -> sends(Work.PEERS, toPeers, seconds);
            case IDLE_HEAP -> idleHeap(addresses);
        };
    }

    private Map<String, Double> callsOneByOne(double seconds) throws Exception {
        var latencies = new Histogram(3);
        var figures = timed(near.loop(0, Question.ECHO, small, SMALL_BYTES, 1, latencies), seconds);
        percentiles(figures, "", latencies);
        return figures;
    }

    private static void percentiles(Map<String, Double> into, String prefix, Histogram nanos) {
        into.put(prefix + "p50_us", nanos.getValueAtPercentile(50) / 1e3);
        into.put(prefix + "p99_us", nanos.getValueAtPercentile(99) / 1e3);
    }

    private Map<String, Double> rate(double seconds, P payload, int bytes) throws Exception {
        return timed(near.loop(0, Question.ECHO, payload, bytes, MANY, null), seconds);
    }

    private static Map<String, Double> timed(NearEnd.Loop loop, double seconds) throws Exception {
        var start = System.nanoTime();
        Thread.sleep((long) (seconds * 1000));
        return perSecond(loop.stop(), System.nanoTime() - start);
    }

    private static Map<String, Double> perSecond(long ops, long nanos) {
        var figures = new LinkedHashMap<String, Double>();
        figures.put("ops", (double) ops);
        figures.put("per_s", ops / (nanos / 1e9));
        return figures;
    }

    /**
     * Counted until the last one has arrived. A receiver may drop what its handler is too slow for,
     * which is its right: what has not come a second after the last is lost.
     */
    private Map<String, Double> sends(int links, P payload, double seconds) throws Exception {
        var before = ask(Question.COUNT, nothing);
        var start = System.nanoTime();
        var handedOver = near.flood(links, payload, (long) (seconds * 1e9));
        var arrived = ask(Question.COUNT, nothing) - before;
        var last = System.nanoTime();
        while (arrived < handedOver && System.nanoTime() - last < 1e9) {
            Thread.sleep(1);
            var now = ask(Question.COUNT, nothing) - before;
            if (now > arrived) {
                arrived = now;
                last = System.nanoTime();
            }
        }
        var figures = perSecond(arrived / links, last - start);
        figures.put("lost", (double) (handedOver - arrived) / handedOver);
        return figures;
    }

    /** One call on the first link, waited for. */
    private long ask(Question question, P payload) throws Exception {
        var answer = new CompletableFuture<Long>();
        near.call(
                0,
                question,
                payload,
                new Answer() {
                    @Override
                    public void answered(int bytes, long number) {
                        answer.complete(number);
                    }

                    @Override
                    public void failed(Throwable why) {
                        answer.completeExceptionally(why);
                    }
                });
        return answer.get(60, TimeUnit.SECONDS);
    }

    private NearEnd.Loop bulkLoop() {
        return near.loop(0, Question.TAKE, bulk, 0, 1, null);
    }

    private Map<String, Double> bulk(double seconds) throws Exception {
        var figures = timed(bulkLoop(), seconds);
        figures.put("mb_per_s", megabytes(figures));
        return figures;
    }

    private static double megabytes(Map<String, Double> figures) {
        return figures.getOrDefault("per_s", 0.0) * BULK_BYTES / 1e6;
    }

    private Map<String, Double> urgent(double seconds) throws Exception {
        var idle = paced(seconds);
        var alone = megabytes(timed(bulkLoop(), seconds));
        var load = bulkLoop();
        var start = System.nanoTime();
        Histogram loaded;
        long messages;
        try {
            loaded = paced(seconds);
        } finally {
            messages = load.stop();
        }
        var beside = messages * (BULK_BYTES / 1e6) / ((System.nanoTime() - start) / 1e9);
        var figures = new LinkedHashMap<String, Double>();
        figures.put("ops", (double) (idle.getTotalCount() + loaded.getTotalCount()));
        percentiles(figures, "idle_", idle);
        percentiles(figures, "", loaded);
        figures.put("p50_x_idle", ratio(loaded, idle, 50));
        figures.put("p99_x_idle", ratio(loaded, idle, 99));
        figures.put("alone_mb_per_s", alone);
        figures.put("mb_per_s", beside);
        figures.put("mb_x_alone", beside / alone);
        return figures;
    }

    private static double ratio(Histogram loaded, Histogram idle, double percentile) {
        return (double) loaded.getValueAtPercentile(percentile)
                / idle.getValueAtPercentile(percentile);
    }

    /**
     * Urgent calls at a steady rate, whether or not those before have been answered, from a thread
     * of the application. Counted from the call and not from when it was due: that this thread
     * shares its core with the load is not the contestant's doing.
     */
    private Histogram paced(double seconds) throws Exception {
        var answered = new ConcurrentLinkedQueue<Long>();
        var failure = new AtomicReference<@Nullable Throwable>();
        var calls = Math.max(1, (int) (seconds * URGENT_PER_SECOND));
        var start = System.nanoTime();
        for (var i = 0; i < calls; i++) {
            var due = start + i * (1_000_000_000L / URGENT_PER_SECOND);
            for (var left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            near.call(0, Question.URGENT, small, new Timed(System.nanoTime(), answered, failure));
        }
        var until = System.nanoTime() + 60_000_000_000L;
        while (answered.size() < calls && failure.get() == null && System.nanoTime() < until) {
            Thread.sleep(1);
        }
        if (answered.size() < calls) {
            throw new IllegalStateException("an urgent call failed", failure.get());
        }
        var latencies = new Histogram(3);
        answered.forEach(latencies::recordValue);
        return latencies;
    }

    private record Timed(
            long sentAt,
            ConcurrentLinkedQueue<Long> answered,
            AtomicReference<@Nullable Throwable> failure)
            implements Answer {
        @Override
        public void answered(int bytes, long number) {
            answered.add(System.nanoTime() - sentAt);
        }

        @Override
        public void failed(Throwable why) {
            failure.set(why);
        }
    }

    private Map<String, Double> connections(String address, double seconds) throws Exception {
        var where = List.of(address);
        var start = System.nanoTime();
        var count = 0;
        while (System.nanoTime() - start < seconds * 1e9) {
            near.connect(where);
            near.disconnect();
            count++;
        }
        return perSecond(count, System.nanoTime() - start);
    }

    private Map<String, Double> rounds(double seconds) throws Exception {
        var loop = new RoundLoop<>(near, Work.PEERS, toPeers, PEERS_BYTES);
        loop.start();
        return timed(loop, seconds);
    }

    /** In a process that has never closed a connection: some of what is closed lingers. */
    private Map<String, Double> idleHeap(List<String> addresses) throws Exception {
        near.connect(addresses.subList(0, 1)); // loads and makes what all of them share
        var one = liveHeap();
        near.connect(addresses.subList(1, addresses.size()));
        var all = liveHeap();
        near.disconnect();
        var figures = new LinkedHashMap<String, Double>();
        figures.put("ops", 1.0);
        figures.put("kib", (all - one) / 1024.0 / (addresses.size() - 1));
        return figures;
    }

    private static long liveHeap() throws InterruptedException {
        Thread.sleep(3000); // an idle connection is one whose set-up is over
        // The serial collector leaves some garbage where it is, but in one collection of four.
        for (var i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(50);
        }
        // What threads have allocated since counts by the buffers that each was given, megabytes.
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                .sum();
    }
}
