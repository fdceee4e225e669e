package dev.aptosnet.benchmarks.datapath;

import dev.aptosnet.benchmarks.quic.Report;
import dev.aptosnet.benchmarks.quic.Samples;
import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.PayloadEncoding;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.MessageLimits;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * I-17: one application's handler stands still while others go on. Windows in which it stands and
 * windows in which it does not take turns; its own traffic is the same in both.
 */
final class StallWork {
    private static final ProtocolId STALLED =
            ProtocolId.custom(234, "Stalled", PayloadEncoding.BCS, MessageClass.NORMAL);
    private static final int STALLED_BYTES = 1024;

    /** What the node counts for a message beside its payload. */
    private static final int OVERHEAD_BYTES = 64;

    private static final long STALLED_EVERY_NANOS = 1_000_000;
    private static final int CALLERS = 4;
    private static final int CALL_BYTES = 256;
    private static final int PAIRS = 3;

    private final Report<Side> report;
    private final Duration window;
    private volatile CountDownLatch gate = new CountDownLatch(0);

    StallWork(Report<Side> report, Duration window) {
        this.report = report;
        this.window = window;
    }

    /**
     * What the others reached in one window.
     *
     * @param perSecond calls
     * @param p99 of a call, milliseconds
     */
    private record Window(double perSecond, double p99) {}

    void run() throws Exception {
        var free = new Window[PAIRS];
        var stalled = new Window[PAIRS];
        var held = 0.0;
        var registry = new SimpleMeterRegistry();
        Metrics.addRegistry(registry);
        try (var far =
                        Ends.builder()
                                .listen(Ends.LOOPBACK)
                                .receive(STALLED, _ -> gate.await())
                                .serve(Ends.ECHO, request -> request.respond(request.payload()))
                                .start();
                var near = Ends.connected(Ends.builder().protocols(STALLED, Ends.ECHO), far)) {
            window(near, far, window.dividedBy(2)); // warm-up
            for (var i = 0; i < PAIRS; i++) {
                free[i] = window(near, far, window);
                gate = new CountDownLatch(1);
                stalled[i] = window(near, far, window);
                held = Math.max(held, used(registry, far));
                gate.countDown();
                Thread.sleep(200);
            }
        } finally {
            Metrics.removeRegistry(registry);
            registry.close();
        }
        report(free, stalled, held);
    }

    /** What the node holds of messages, in bytes; by now of the stalled one alone. */
    private static double used(SimpleMeterRegistry registry, AptosNode node) {
        return registry.get("aptosnet_budget_used_bytes")
                .tag("peer_id", node.peerId().shortText())
                .gauge()
                .value();
    }

    private void report(Window[] free, Window[] stalled, double held) {
        var rates = new double[PAIRS];
        var tails = new double[PAIRS];
        var shares = new double[PAIRS];
        var growths = new double[PAIRS];
        var freeRates = new double[PAIRS];
        var freeTails = new double[PAIRS];
        for (var i = 0; i < PAIRS; i++) {
            freeRates[i] = free[i].perSecond();
            freeTails[i] = free[i].p99();
            rates[i] = stalled[i].perSecond();
            tails[i] = stalled[i].p99();
            shares[i] = rates[i] / freeRates[i];
            growths[i] = tails[i] / freeTails[i];
        }
        report.row("stall", "one handler stands still: calls of the others", "k/s")
                .put(Side.BASELINE, Ends.median(freeRates) / 1e3)
                .put(Side.OURS, Ends.median(rates) / 1e3)
                .goal(">= 0.95 x", Ends.median(shares) >= 0.95);
        report.row("stall", "  p99 of these", "ms")
                .put(Side.BASELINE, Ends.median(freeTails))
                .put(Side.OURS, Ends.median(tails))
                .goal("<= 1.10 x", Ends.median(growths) <= 1.1);
        // Its queue, and the message that it has in hand.
        var bound =
                (MessageLimits.DEFAULT.inboundQueueMessages() + 1)
                        * (STALLED_BYTES + OVERHEAD_BYTES);
        var sent = window.toNanos() / STALLED_EVERY_NANOS * (STALLED_BYTES + OVERHEAD_BYTES);
        report.row("stall", "  held for it, of " + sent / 1024 + " KiB sent", "KiB")
                .put(Side.OURS, held / 1024)
                .goal("<= " + bound / 1024, held <= bound);
    }

    private static Window window(AptosNode near, AptosNode far, Duration during)
            throws InterruptedException {
        var took = new Samples();
        var failures = new AtomicInteger();
        var end = System.nanoTime() + during.toNanos();
        var threads = new ArrayList<Thread>();
        for (var i = 0; i < CALLERS; i++) {
            threads.add(Thread.startVirtualThread(() -> call(near, far, end, took, failures)));
        }
        var begun = System.nanoTime();
        var due = begun;
        var message = Bytes.wrap(ByteBuffer.allocate(STALLED_BYTES).array());
        while (System.nanoTime() - end < 0) {
            near.client().sendToPeer(far.peerId(), STALLED, message);
            due += STALLED_EVERY_NANOS;
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
        }
        for (var thread : threads) {
            thread.join();
        }
        if (failures.get() > 0) {
            throw new IllegalStateException(failures.get() + " calls failed");
        }
        return new Window(took.count() * 1e9 / during.toNanos(), took.millis(0.99));
    }

    private static void call(
            AptosNode near, AptosNode far, long end, Samples took, AtomicInteger failures) {
        var request = Bytes.wrap(new byte[CALL_BYTES]);
        while (System.nanoTime() - end < 0) {
            var begun = System.nanoTime();
            try {
                near.client().sendToPeerRpc(far.peerId(), Ends.ECHO, request, Ends.LONG);
            } catch (NetworkException _) {
                failures.incrementAndGet();
            } catch (InterruptedException _) {
                return;
            }
            took.add(System.nanoTime() - begun);
        }
    }
}
