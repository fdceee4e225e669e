package dev.aptosnet.benchmarks.noise;

import com.sun.management.ThreadMXBean;

import dev.aptosnet.noise.RecordException;
import dev.aptosnet.ports.model.CipherSuite;

import java.lang.management.ManagementFactory;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Compares our records with the bare cipher in one run: short turns of each follow one another, and
 * the median over the rounds counts. Time is the thread's own processor time, so that other work on
 * the machine takes no share of it. The figure to reach is a ratio of 0.90 for records of 64 KiB.
 *
 * <p>Argument: the number of rounds, 15 if absent. A round takes about a second.
 */
public final class RecordRatio {
    private static final int[] SIZES = {256, 4096, 65_519};
    private static final long TURN_NANOS = 20_000_000;
    private static final int WARM_UP_TURNS = 15;

    private RecordRatio() {}

    @FunctionalInterface
    private interface Operation {
        int run() throws GeneralSecurityException, RecordException;
    }

    private record Turn(double recordsPerSecond, double allocatedPerRecord) {}

    /** Runs the comparison and prints a table. */
    public static void main(String[] args) throws GeneralSecurityException, RecordException {
        var rounds = args.length > 0 ? Integer.parseInt(args[0]) : 15;
        System.out.printf(
                Locale.ROOT,
                "%-10s %-20s %6s %14s %14s %12s %9s %9s %7s%n",
                "suite",
                "operation",
                "bytes",
                "bare MB/s",
                "ours MB/s",
                "ours rec/s",
                "bare B/op",
                "ours B/op",
                "ratio");
        for (var suite : CipherSuite.values()) {
            for (var size : SIZES) {
                var load = new RecordLoad(suite, size);
                compare(suite, "seal", size, rounds, load::bareSeal, load::seal);
                compare(suite, "open", size, rounds, load::bareOpen, load::open);
                if (size > 256) {
                    compare(
                            suite,
                            "seal header+slice",
                            size,
                            rounds,
                            load::bareSeal,
                            load::sealHeaderAndSlice);
                    compare(
                            suite,
                            "seal 256 B frames",
                            size,
                            rounds,
                            load::bareSeal,
                            () -> load.sealPacked(256));
                    compare(
                            suite,
                            "seal 1 KiB frames",
                            size,
                            rounds,
                            load::bareSeal,
                            () -> load.sealPacked(1024 + 9));
                }
            }
        }
    }

    private static void compare(
            CipherSuite suite, String name, int size, int rounds, Operation bare, Operation ours)
            throws GeneralSecurityException, RecordException {
        for (var i = 0; i < WARM_UP_TURNS; i++) {
            turn(bare);
            turn(ours);
        }
        var bareTurns = new Turn[rounds];
        var ourTurns = new Turn[rounds];
        var ratios = new double[rounds];
        for (var i = 0; i < rounds; i++) {
            // Who goes first changes, so that neither always inherits the other's caches.
            if (i % 2 == 0) {
                bareTurns[i] = turn(bare);
                ourTurns[i] = turn(ours);
            } else {
                ourTurns[i] = turn(ours);
                bareTurns[i] = turn(bare);
            }
            ratios[i] = ourTurns[i].recordsPerSecond() / bareTurns[i].recordsPerSecond();
        }
        var bareRate =
                median(Arrays.stream(bareTurns).mapToDouble(Turn::recordsPerSecond).toArray());
        var ourRate = median(Arrays.stream(ourTurns).mapToDouble(Turn::recordsPerSecond).toArray());
        System.out.printf(
                Locale.ROOT,
                "%-10s %-20s %6d %14.0f %14.0f %12.0f %9.0f %9.0f %7.3f%n",
                suite.configName(),
                name,
                size,
                bareRate * size / 1e6,
                ourRate * size / 1e6,
                ourRate,
                median(Arrays.stream(bareTurns).mapToDouble(Turn::allocatedPerRecord).toArray()),
                median(Arrays.stream(ourTurns).mapToDouble(Turn::allocatedPerRecord).toArray()),
                median(ratios));
    }

    private static Turn turn(Operation operation) throws GeneralSecurityException, RecordException {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var allocatedBefore = threads.getCurrentThreadAllocatedBytes();
        var start = threads.getCurrentThreadCpuTime();
        var spent = 0L;
        var records = 0L;
        var sum = 0;
        while (spent < TURN_NANOS) {
            for (var i = 0; i < 16; i++) {
                sum += operation.run();
            }
            records += 16;
            spent = threads.getCurrentThreadCpuTime() - start;
        }
        if (sum == 0) {
            throw new IllegalStateException("nothing was sealed or opened");
        }
        var allocated = threads.getCurrentThreadAllocatedBytes() - allocatedBefore;
        return new Turn(records * 1e9 / spent, (double) allocated / records);
    }

    private static double median(double[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        var middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
