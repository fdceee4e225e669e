package dev.aptosnet.benchmarks.quic;

import dev.aptosnet.testkit.relay.LineSettings;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What bulk does to urgent messages, and they to it, over a {@link PacketLink}. */
final class LinkWork {
    private static final int LARGE = 64 << 20;
    private static final int MIDDLING = 16 << 20;
    private static final long MS = 1_000_000;
    private static final Duration WARM_UP = Duration.ofSeconds(3);

    /** What both upgraded nodes cut large messages into. */
    private static final double PIECE_BYTES = 256 << 10;

    private final Report<Contestant> report;
    private final long seed;
    private final Duration during;

    /**
     * @param during how long each figure is measured
     */
    LinkWork(Report<Contestant> report, long seed, Duration during) {
        this.report = report;
        this.seed = seed;
        this.during = during;
    }

    /** One round of a transport: nodes over a link, and what is done between them. */
    @FunctionalInterface
    private interface Round {
        void run(NodePair pair, PacketLink link) throws Exception;
    }

    private void round(String work, Contestant contestant, LineSettings line, Round round)
            throws Exception {
        try (var link = new PacketLink(line, contestant.congestion(), seed);
                var pair = new NodePair(contestant, PacketLink.FAR, PacketLink.FAR_SEEN)) {
            var connection = pair.connectionNumber();
            round.run(pair, link);
            if (!pair.isOnFirstConnection(connection)) {
                report.note(work, contestant.title() + " lost its connection meanwhile");
            }
            var lost = link.forth().lost();
            var dropped = link.forth().overflowed();
            System.err.printf(
                    Locale.ROOT,
                    "%s %s: forth %d packets, %d lost, %d dropped by the queue%n",
                    work,
                    contestant.title(),
                    link.forth().packets(),
                    lost,
                    dropped);
        }
    }

    private static LineSettings line(long bytesPerSecond, int delayMillis, double loss) {
        var roundTripBytes = bytesPerSecond * 2 * delayMillis / 1000;
        return LineSettings.PERFECT
                .delayed(Duration.ofMillis(delayMillis), Duration.ZERO)
                .losing(loss)
                .limitedTo(bytesPerSecond, (int) Math.max(64 << 10, roundTripBytes));
    }

    private void remark(
            String work, Contestant contestant, NodePair.Paced paced, NodePair.Bulk bulk) {
        if (paced.missing() > 0 || paced.refused() > 0) {
            report.note(
                    work,
                    contestant.title()
                            + ": "
                            + paced.missing()
                            + " urgent messages not there in time, "
                            + paced.refused()
                            + " refused");
        }
        var failure = bulk.failure();
        if (failure != null) {
            report.note(work, contestant.title() + ": " + failure);
        }
    }

    /** I-16: 1 KiB Critical messages beside bulk over a link that loses packets. */
    void lossy(List<Contestant> contestants) throws Exception {
        var work = "lossy";
        var p50 = report.row(work, "5 MB/s 50 ms 2 % loss: 1 KiB Critical, p50", "ms");
        var p99 = report.row(work, "  p99", "ms");
        var rate = report.row(work, "  bulk beside", "MB/s");
        for (var contestant : contestants) {
            round(
                    work,
                    contestant,
                    line(5_000_000, 50, 0.02),
                    (pair, link) -> {
                        try (var bulk = new NodePair.Bulk(pair.near(), pair.far(), MIDDLING)) {
                            Thread.sleep(WARM_UP);
                            var before = link.forth().bytes();
                            var begun = System.nanoTime();
                            var paced = pair.paced(1024, 50 * MS, during);
                            p50.put(contestant, paced.took().millis(0.5));
                            p99.put(contestant, paced.took().millis(0.99));
                            rate.put(contestant, megabytes(link, before, begun));
                            remark(work, contestant, paced, bulk);
                        }
                    });
        }
        p99.goal("<= 0.50 x TCP", p99.ratio() <= 0.5);
    }

    private static double megabytes(PacketLink link, long bytesBefore, long begun) {
        return (link.forth().bytes() - bytesBefore) * 1e3 / (System.nanoTime() - begun);
    }

    /** R15: urgent messages beside 64 MiB messages in both directions. */
    void headOfLine(List<Contestant> contestants) throws Exception {
        var work = "r15";
        var line = line(1_250_000, 25, 0);
        var limit = 3 * 50 + PIECE_BYTES / 1250;
        var p50 = report.row(work, "R15 10 Mbit/s, RTT 50 ms: 1 KiB Critical, p50", "ms");
        var p99 = report.row(work, "  p99", "ms");
        var alone = report.row(work, "  64 MiB both ways, alone", "MB/s");
        var beside = report.row(work, "  beside 50 Critical/s", "MB/s");
        var share = report.row(work, "  that against alone", "x own");
        for (var contestant : contestants) {
            round(
                    work,
                    contestant,
                    line,
                    (pair, link) -> {
                        try (var there = new NodePair.Bulk(pair.near(), pair.far(), LARGE);
                                var here = new NodePair.Bulk(pair.far(), pair.near(), LARGE)) {
                            Thread.sleep(WARM_UP);
                            var before = link.forth().bytes();
                            var begun = System.nanoTime();
                            Thread.sleep(during.dividedBy(2));
                            alone.put(contestant, megabytes(link, before, begun));
                            before = link.forth().bytes();
                            begun = System.nanoTime();
                            var paced = pair.paced(1024, 20 * MS, during);
                            beside.put(contestant, megabytes(link, before, begun));
                            p50.put(contestant, paced.took().millis(0.5));
                            p99.put(contestant, paced.took().millis(0.99));
                            share.put(contestant, beside.of(contestant) / alone.of(contestant));
                            remark(work, contestant, paced, there);
                            remark(work, contestant, paced, here);
                        }
                    });
        }
        p99.goal(
                String.format(Locale.ROOT, "<= %.0f ms (TCP)", limit),
                p99.of(Contestant.TCP) <= limit);
        share.goal(">= 0.90 (TCP)", share.of(Contestant.TCP) >= 0.9);
    }

    /** R22: what is left for Low when Critical wants half of the link. */
    void starvation(List<Contestant> contestants) throws Exception {
        var work = "r22";
        var limit = 3 * 50 + PIECE_BYTES / 1250;
        var p99 = report.row(work, "R22 Critical at half of 10 Mbit/s: p99", "ms");
        var share = report.row(work, "  share of the link that Low keeps", "%");
        for (var contestant : contestants) {
            round(
                    work,
                    contestant,
                    line(1_250_000, 25, 0),
                    (pair, link) -> {
                        try (var bulk = new NodePair.Bulk(pair.near(), pair.far(), LARGE)) {
                            Thread.sleep(WARM_UP);
                            var before = link.forth().bytes();
                            var begun = System.nanoTime();
                            // 1,024 bytes every 1.6 ms are 640 kB/s, before any header.
                            var paced = pair.paced(1024, 1_600_000, during);
                            var all = megabytes(link, before, begun);
                            var urgent =
                                    paced.took().count() * 1024e3 / (System.nanoTime() - begun);
                            p99.put(contestant, paced.took().millis(0.99));
                            share.put(contestant, 100 * (all - urgent) / 1.25);
                            remark(work, contestant, paced, bulk);
                        }
                    });
        }
        p99.goal(
                String.format(Locale.ROOT, "<= %.0f ms (TCP)", limit),
                p99.of(Contestant.TCP) <= limit);
        share.goal(">= 5 % (TCP)", share.of(Contestant.TCP) >= 5);
    }

    /** I-01: what an urgent message waits behind endless 64 MiB. */
    void priority(List<Contestant> contestants) throws Exception {
        var work = "i01";
        var limit = PIECE_BYTES / 10_000 + 5;
        var wait = report.row(work, "I-01 10 MB/s 50 ms: 200 B Critical beyond delay, p99", "ms");
        var p50 = report.row(work, "  p50", "ms");
        var queue = report.row(work, "  mean wait in the link's own queue", "ms");
        var rate = report.row(work, "  bulk beside", "MB/s");
        for (var contestant : contestants) {
            round(
                    work,
                    contestant,
                    line(10_000_000, 50, 0),
                    (pair, link) -> {
                        try (var bulk = new NodePair.Bulk(pair.near(), pair.far(), LARGE)) {
                            Thread.sleep(WARM_UP);
                            var before = link.forth();
                            var begun = System.nanoTime();
                            var paced = pair.paced(200, 10 * MS, during);
                            rate.put(contestant, megabytes(link, before.bytes(), begun));
                            var after = link.forth();
                            wait.put(contestant, paced.took().millis(0.99) - 50);
                            p50.put(contestant, paced.took().millis(0.5) - 50);
                            queue.put(
                                    contestant,
                                    (after.waitedNanos() - before.waitedNanos())
                                            / 1e6
                                            / Math.max(1, after.packets() - before.packets()));
                            remark(work, contestant, paced, bulk);
                        }
                    });
        }
        wait.goal(
                String.format(Locale.ROOT, "<= %.0f ms (TCP)", limit),
                wait.of(Contestant.TCP) <= limit);
    }
}
