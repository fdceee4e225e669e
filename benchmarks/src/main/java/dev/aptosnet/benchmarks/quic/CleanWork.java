package dev.aptosnet.benchmarks.quic;

import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.model.Bytes;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Both transports over plain loopback. */
final class CleanWork {
    private static final int LARGE = 64 << 20;
    private static final int IN_FLIGHT = 16;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Report<Contestant> report;
    private final Duration during;

    CleanWork(Report<Contestant> report, Duration during) {
        this.report = report;
        this.during = during;
    }

    void run() throws Exception {
        var work = "clean";
        var bulk = report.row(work, "loopback: 64 MiB messages", "MB/s");
        var one = report.row(work, "  RPC 256 B, one in flight", "k/s");
        var many = report.row(work, "  RPC 256 B, " + IN_FLIGHT + " in flight", "k/s");
        for (var contestant : new Contestant[] {Contestant.TCP, Contestant.QUIC}) {
            try (var pair = new NodePair(contestant, NodePair.LOOPBACK, NodePair.LOOPBACK)) {
                calls(pair, IN_FLIGHT); // warm-up
                one.put(contestant, calls(pair, 1) / 1e3);
                many.put(contestant, calls(pair, IN_FLIGHT) / 1e3);
                large(pair, 1);
                try {
                    bulk.put(contestant, large(pair, 4));
                } catch (NetworkException e) {
                    report.note(work, contestant.title() + ": " + e.getMessage());
                }
            }
        }
        bulk.goal(">= 0.60 x TCP", bulk.ratio() >= 0.6);
    }

    /** Calls a second. */
    private double calls(NodePair pair, int inFlight) throws InterruptedException {
        var done = new AtomicLong();
        var message = Bytes.wrap(new byte[256]);
        var end = System.nanoTime() + during.toNanos();
        var threads = new Thread[inFlight];
        var failures = new AtomicLong();
        for (var i = 0; i < inFlight; i++) {
            threads[i] =
                    Thread.startVirtualThread(
                            () -> {
                                while (System.nanoTime() - end < 0) {
                                    try {
                                        pair.near()
                                                .client()
                                                .sendToPeerRpc(
                                                        pair.far().peerId(),
                                                        NodePair.ECHO,
                                                        message,
                                                        LIMIT);
                                        done.incrementAndGet();
                                    } catch (NetworkException _) {
                                        failures.incrementAndGet();
                                    } catch (InterruptedException _) {
                                        return;
                                    }
                                }
                            });
        }
        for (var thread : threads) {
            thread.join();
        }
        if (failures.get() > 0) {
            report.note("clean", failures + " calls of 256 B failed");
        }
        return done.get() / (during.toNanos() / 1e9);
    }

    /** Megabytes a second. */
    private static double large(NodePair pair, int count) throws InterruptedException {
        var message = Bytes.wrap(new byte[LARGE]);
        var begun = System.nanoTime();
        for (var i = 0; i < count; i++) {
            pair.near().client().sendToPeerRpc(pair.far().peerId(), NodePair.BULK, message, LIMIT);
        }
        return count * (double) LARGE * 1e3 / (System.nanoTime() - begun);
    }
}
