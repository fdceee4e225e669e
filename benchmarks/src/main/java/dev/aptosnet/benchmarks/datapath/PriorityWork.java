package dev.aptosnet.benchmarks.datapath;

import dev.aptosnet.benchmarks.quic.PacketLink;
import dev.aptosnet.benchmarks.quic.Report;
import dev.aptosnet.benchmarks.quic.Samples;
import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.settings.MessageLimits;
import dev.aptosnet.testkit.relay.LineSettings;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.cumulative.CumulativeDistributionSummary;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * I-01: how long an urgent message waits at its sender, from being queued until the socket has
 * taken its last byte, beside endless messages of 64 MiB. The figure is the node's own metric, of
 * which this catches each sample. The baseline is the same node as first in, first out: all
 * messages in one class, and pieces of 4 MiB.
 */
final class PriorityWork {
    private static final int LARGE = 64 << 20;
    private static final int SMALL = 200;

    /**
     * The receiver's buffer. Twice what the line holds, so that TCP fills the line, and less than
     * the system lets a sender have under way (4 MiB, {@code net.ipv4.tcp_wmem}): at that bound
     * Linux takes nothing more until a third of it has been acknowledged, 133 ms at this rate.
     */
    private static final int WINDOW_BYTES = 2 << 20;

    private static final long EVERY_NANOS = 10_000_000;
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final double LIMIT_MILLIS = 31;

    private final Report<Side> report;
    private final LineSettings line;
    private final long seed;
    private final Duration during;

    PriorityWork(Report<Side> report, LineSettings line, long seed, Duration during) {
        this.report = report;
        this.line = line;
        this.seed = seed;
        this.during = during;
    }

    /** Where a node that listens at the far end is seen from the near one. */
    static NetworkAddress seen(AptosNode far) {
        return NetworkAddress.parse(
                far.listenAddress().toString().replace(PacketLink.FAR, PacketLink.FAR_SEEN));
    }

    void run() throws Exception {
        var fifo = waits(4 << 20, MessageClass.LOW);
        var ours = waits(MessageLimits.ONE_RECORD_PIECE_BYTES, MessageClass.CRITICAL);
        var p99 =
                report.row("priority", "10 MB/s 50 ms: 200 B beside 64 MiB, wait p99", "ms")
                        .put(Side.BASELINE, fifo.millis(0.99))
                        .put(Side.OURS, ours.millis(0.99));
        p99.goal("<= 31 ms, 0.1 x", p99.of(Side.OURS) <= LIMIT_MILLIS && p99.ratio() <= 0.1);
        report.row("priority", "  p50", "ms")
                .put(Side.BASELINE, fifo.millis(0.5))
                .put(Side.OURS, ours.millis(0.5));
        report.row("priority", "  samples", "")
                .put(Side.BASELINE, fifo.count())
                .put(Side.OURS, ours.count());
    }

    @SuppressWarnings("try") // the link is there to be gone through
    private Samples waits(int minPieceBytes, MessageClass messageClass) throws Exception {
        var catching = new Catching(messageClass);
        Metrics.addRegistry(catching);
        try (var link = new PacketLink(line, "cubic", seed);
                var far =
                        Ends.builder()
                                .transportLimits(Ends.oneLoop(WINDOW_BYTES))
                                .listen(Ends.LOOPBACK.replace("127.0.0.1", PacketLink.FAR))
                                .receiveInline(Ends.URGENT, _ -> {})
                                .serveInline(Ends.BULK, request -> request.respond(Bytes.EMPTY))
                                .start();
                var near =
                        Ends.connected(
                                Ends.builder(minPieceBytes).protocols(Ends.URGENT, Ends.BULK),
                                far,
                                seen(far))) {
            var bulk = Thread.startVirtualThread(() -> bulk(near, far));
            Thread.sleep(WARM_UP);
            catching.begin(near.peerId().shortText());
            var message = Bytes.wrap(new byte[SMALL]);
            var due = System.nanoTime();
            var end = due + during.toNanos();
            while (System.nanoTime() - end < 0) {
                near.client().sendToPeer(far.peerId(), Ends.URGENT, message, messageClass);
                due += EVERY_NANOS;
                TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            }
            var samples = catching.end();
            bulk.interrupt();
            bulk.join();
            return samples;
        } finally {
            Metrics.removeRegistry(catching);
            catching.close();
        }
    }

    private static void bulk(AptosNode near, AptosNode far) {
        var message = Bytes.wrap(new byte[LARGE]);
        try {
            while (true) {
                try {
                    near.client().sendToPeerRpc(far.peerId(), Ends.BULK, message, Ends.LONG);
                } catch (NetworkException e) {
                    System.err.println("bulk: " + e.getMessage());
                    Thread.sleep(100);
                }
            }
        } catch (InterruptedException _) {
            // Measured.
        }
    }

    /** Keeps each sample of the wait of one class. */
    private static final class Catching extends SimpleMeterRegistry {
        private final String messageClass;
        private volatile Samples samples = new Samples();
        private volatile String peer = "";

        Catching(MessageClass messageClass) {
            super(SimpleConfig.DEFAULT, Clock.SYSTEM);
            this.messageClass = messageClass.name().toLowerCase(Locale.ROOT);
        }

        /** What is noted from now on, by this node. */
        void begin(String self) {
            peer = self;
            samples = new Samples();
        }

        Samples end() {
            peer = "";
            return samples;
        }

        @Override
        protected DistributionSummary newDistributionSummary(
                Meter.Id id, DistributionStatisticConfig config, double scale) {
            if (!id.getName().equals("aptosnet_send_wait_seconds")
                    || !messageClass.equals(id.getTag("class"))) {
                return super.newDistributionSummary(id, config, scale);
            }
            var self = String.valueOf(id.getTag("peer_id"));
            return new CumulativeDistributionSummary(id, clock, config, scale, false) {
                @Override
                protected void recordNonNegative(double seconds) {
                    super.recordNonNegative(seconds);
                    if (self.equals(peer)) {
                        samples.add((long) (seconds * 1e9));
                    }
                }
            };
        }
    }
}
