package dev.aptosnet.benchmarks.quic;

import dev.aptosnet.benchmarks.mesh.Usage;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.testkit.relay.LineSettings;

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

    /** What the machine itself starts now and then, and what stays once it was used. */
    private static final int FEW_DESCRIPTORS = 2;

    private static final int FEW_THREADS = 4;

    private static final Duration STEADY = Duration.ofSeconds(3);

    private final Report<Contestant> report;
    private final long seed;

    SetupWork(Report<Contestant> report, long seed) {
        this.report = report;
        this.seed = seed;
    }

    /**
     * Set-ups.
     *
     * @param fresh by dialers that did not know the listener
     * @param again by the same dialers
     * @param connects of the former, until there was a TCP or QUIC connection
     */
    private record SetUps(Samples fresh, Samples again, Samples connects) {}

    /**
     * I-16: round trips from the dial until the first byte of an application may leave. What the
     * work itself takes is measured over the same link without delay; the quickest of either, so
     * that it is not the machine's other work that counts.
     */
    void roundTrips() throws Exception {
        var work = "first-byte";
        var first = report.row(work, "50 ms one way: dial to first application byte", "RTT");
        var connected = report.row(work, "  of that until TCP or QUIC is connected", "RTT");
        var again = report.row(work, "  again, by the same dialer", "RTT");
        var trips = report.row(work, "  round trips, without the work itself", "RTT");
        var later = report.row(work, "  again, without the work itself", "RTT");
        for (var contestant : new Contestant[] {Contestant.TCP, Contestant.QUIC}) {
            var near = setUps(contestant, 0);
            var apart = setUps(contestant, DELAY_MILLIS);
            first.put(contestant, roundTrips(apart.fresh().millis(0.5)));
            connected.put(contestant, roundTrips(apart.connects().millis(0.5)));
            again.put(contestant, roundTrips(apart.again().millis(0.5)));
            trips.put(contestant, roundTrips(apart.fresh().millis(0) - near.fresh().millis(0)));
            later.put(contestant, roundTrips(apart.again().millis(0) - near.again().millis(0)));
        }
        // A tenth for what even the quickest waits for.
        trips.goal("<= 2", trips.of(Contestant.QUIC) <= 2.1);
        later.goal("<= 1", later.of(Contestant.QUIC) <= 1.1);
    }

    private static double roundTrips(double millis) {
        return millis / (2 * DELAY_MILLIS);
    }

    private SetUps setUps(Contestant contestant, int delayMillis) throws Exception {
        var line = LineSettings.PERFECT.delayed(Duration.ofMillis(delayMillis), Duration.ZERO);
        var found = new SetUps(new Samples(), new Samples(), new Samples());
        try (var link = new PacketLink(line, contestant.congestion(), seed);
                var far = new BareEnd(contestant)) {
            var address =
                    NetworkAddress.parse(
                            far.listen(contestant, PacketLink.FAR)
                                    .toString()
                                    .replace(PacketLink.FAR, PacketLink.FAR_SEEN));
            for (var round = -1; round < ROUNDS; round++) {
                try (var near = new BareEnd(contestant)) {
                    var fresh = near.connect(far.peer(), address);
                    Thread.sleep(3 * DELAY_MILLIS);
                    var again = near.connect(far.peer(), address);
                    if (round >= 0) {
                        found.fresh().add(fresh.all());
                        found.connects().add(fresh.connect());
                        found.again().add(again.all());
                    }
                }
            }
            System.err.printf(
                    Locale.ROOT,
                    "first-byte %s, %d ms: %d packets there, %d back%n",
                    contestant.title(),
                    delayMillis,
                    link.forth().packets(),
                    link.back().packets());
        }
        return found;
    }

    /** I-16: connections and dials that were given up, and what is left of them. */
    void leaks(int count) throws Exception {
        var work = "leaks";
        var descriptors =
                report.row(work, count + " connects and canceled dials: descriptors", "left");
        var threads = report.row(work, "  threads", "left");
        var direct = report.row(work, "  direct memory", "KiB");
        var gone = report.row(work, "  seconds until no more than before are left", "s");
        var random = new SplittableRandom(seed);
        var clean = true;
        for (var contestant : new Contestant[] {Contestant.TCP, Contestant.QUIC}) {
            try (var far = new BareEnd(contestant);
                    var near = new BareEnd(contestant)) {
                var address = far.listen(contestant, NodePair.LOOPBACK);
                var idle = Usage.afterCollection();
                for (var i = 0; i < WARM_UP; i++) {
                    near.connect(far.peer(), address);
                    near.dialAndCancel(far.peer(), address, random.nextLong(LONGEST_WAIT_NANOS));
                }
                // What warming up leaves for a while must not hide what is left for good.
                var before = settledTo(idle, FEW_DESCRIPTORS, FEW_THREADS).usage();
                var begun = System.nanoTime();
                for (var i = 0; i < count; i++) {
                    if (i % 2 == 0) {
                        near.connect(far.peer(), address);
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
                var settled = settledTo(before, 0, 0);
                var after = settled.usage();
                gone.put(contestant, settled.seconds());
                var moreDescriptors = after.descriptors() - before.descriptors();
                var moreThreads = after.threads() - before.threads();
                var moreDirect = (after.directBytes() - before.directBytes()) / 1024.0;
                descriptors.put(contestant, (double) moreDescriptors);
                threads.put(contestant, moreThreads);
                direct.put(contestant, moreDirect);
                // A buffer of Java's own for a thread that wrote is no leak of ours; a pool's chunk
                // is 4 MiB.
                clean &=
                        moreDescriptors <= FEW_DESCRIPTORS
                                && moreThreads <= FEW_THREADS
                                && moreDirect <= 4096;
            }
        }
        descriptors.goal("none (2, 4, 4 MiB)", clean);
    }

    private record Settled(Usage usage, double seconds) {}

    /**
     * What is in use once that is not more than before, or at the end of our patience: QUIC's
     * library lets its threads go up to half a minute after a connection.
     */
    private static Settled settledTo(Usage before, int descriptors, int threads)
            throws InterruptedException {
        var begun = System.nanoTime();
        var until = begun + Duration.ofSeconds(SETTLING_SECONDS).toNanos();
        while (true) {
            var now = Usage.afterCollection();
            var settled =
                    now.descriptors() <= before.descriptors() + descriptors
                            && now.threads() <= before.threads() + threads;
            if (settled || System.nanoTime() - until >= 0) {
                var seconds = (System.nanoTime() - begun) / 1e9;
                System.err.printf(Locale.ROOT, "  settled in %.1f s%n", seconds);
                return new Settled(now, seconds);
            }
            Thread.sleep(STEADY);
        }
    }
}
