package dev.aptosnet.benchmarks.quic;

import dev.aptosnet.benchmarks.mesh.Usage;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.relay.LineSettings;

import java.time.Duration;
import java.util.Locale;
import java.util.SplittableRandom;

/** How long a connection takes, and what it leaves behind. */
final class SetupWork {
    private static final int WARM_UP = 20;
    private static final int ROUNDS = 5;
    private static final int DELAY_MILLIS = 50;
    private static final long LONGEST_WAIT_NANOS = 8_000_000;
    private static final int SETTLING_SECONDS = 60;
    private static final Duration STEADY = Duration.ofSeconds(3);

    private final Report report;
    private final long seed;

    SetupWork(Report report, long seed) {
        this.report = report;
        this.seed = seed;
    }

    /** I-16: round trips from the dial until the first byte of an application may leave. */
    void roundTrips() throws Exception {
        var work = "first-byte";
        var first = report.row(work, "50 ms one way: dial to first application byte", "RTT");
        var best = report.row(work, "  the quickest of " + ROUNDS, "RTT");
        var again = report.row(work, "  again, by the same dialler", "RTT");
        var line = LineSettings.PERFECT.delayed(Duration.ofMillis(DELAY_MILLIS), Duration.ZERO);
        for (var contestant : new Contestant[] {Contestant.TCP, Contestant.QUIC}) {
            try (var link = new PacketLink(line, contestant.congestion(), seed);
                    var far = new BareEnd(contestant)) {
                var address =
                        NetworkAddress.parse(
                                far.listen(contestant, PacketLink.FAR)
                                        .toString()
                                        .replace(PacketLink.FAR, PacketLink.FAR_SEEN));
                var fresh = new Samples();
                var known = new Samples();
                for (var round = -1; round < ROUNDS; round++) {
                    try (var near = new BareEnd(contestant)) {
                        var took = near.connectNanos(far.peer(), address);
                        Thread.sleep(3 * DELAY_MILLIS);
                        var later = near.connectNanos(far.peer(), address);
                        if (round >= 0) {
                            fresh.add(took);
                            known.add(later);
                        }
                    }
                }
                first.put(contestant, fresh.millis(0.5) / (2 * DELAY_MILLIS));
                best.put(contestant, fresh.millis(0) / (2 * DELAY_MILLIS));
                again.put(contestant, known.millis(0.5) / (2 * DELAY_MILLIS));
                System.err.printf(
                        Locale.ROOT,
                        "%s %s: %d packets there, %d back%n",
                        work,
                        contestant.title(),
                        link.forth().packets(),
                        link.back().packets());
            }
        }
        // A twentieth for the work itself.
        first.goal("<= 2 RTT", first.of(Contestant.QUIC) <= 2.1);
        again.goal("<= 1 RTT", again.of(Contestant.QUIC) <= 1.1);
    }

    /** I-16: connections and dials that were given up, and what is left of them. */
    void leaks(int count) throws Exception {
        var work = "leaks";
        var descriptors =
                report.row(work, count + " connects and cancelled dials: descriptors", "left");
        var threads = report.row(work, "  threads", "left");
        var direct = report.row(work, "  direct memory", "KiB");
        var random = new SplittableRandom(seed);
        var clean = true;
        for (var contestant : new Contestant[] {Contestant.TCP, Contestant.QUIC}) {
            try (var far = new BareEnd(contestant);
                    var near = new BareEnd(contestant)) {
                var address = far.listen(contestant, NodePair.LOOPBACK);
                for (var i = 0; i < WARM_UP; i++) {
                    near.connectNanos(far.peer(), address);
                    near.dialAndCancel(far.peer(), address, random.nextLong(LONGEST_WAIT_NANOS));
                }
                var before = settled();
                var begun = System.nanoTime();
                for (var i = 0; i < count; i++) {
                    if (i % 2 == 0) {
                        near.connectNanos(far.peer(), address);
                    } else {
                        near.dialAndCancel(
                                far.peer(), address, random.nextLong(LONGEST_WAIT_NANOS));
                    }
                }
                System.err.printf(
                        Locale.ROOT,
                        "%s %s: %d in %.1f s%n",
                        work,
                        contestant.title(),
                        count,
                        (System.nanoTime() - begun) / 1e9);
                var after = settled();
                var moreDescriptors = after.descriptors() - before.descriptors();
                var moreThreads = after.threads() - before.threads();
                var moreDirect = (after.directBytes() - before.directBytes()) / 1024.0;
                descriptors.put(contestant, (double) moreDescriptors);
                threads.put(contestant, moreThreads);
                direct.put(contestant, moreDirect);
                // A buffer of Java's own for a thread that wrote is no leak of ours; a pool's chunk
                // is 4 MiB.
                clean &= moreDescriptors <= 2 && moreThreads <= 4 && moreDirect <= 4096;
            }
        }
        descriptors.goal("none (2, 4, 4 MiB)", clean);
    }

    /** What is in use once that does not fall any more. */
    private static Usage settled() throws InterruptedException {
        var until = System.nanoTime() + Duration.ofSeconds(SETTLING_SECONDS).toNanos();
        var now = Usage.afterCollection();
        while (true) {
            Thread.sleep(STEADY);
            var next = Usage.afterCollection();
            if ((next.descriptors() >= now.descriptors() && next.threads() >= now.threads())
                    || System.nanoTime() - until >= 0) {
                return next;
            }
            now = next;
        }
    }
}
