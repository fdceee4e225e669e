package dev.aptosnet.cli.demo;

import java.util.Arrays;

/**
 * Delays in nanoseconds. Keeps at most 16 384 of them: when full, every second one is forgotten and
 * from then on only every second one kept, and so on; the worst is never forgotten. Any thread.
 */
public final class Delays {
    private static final int MAX = 1 << 14;

    private final long[] kept = new long[MAX];
    private int size;
    private long seen;
    private long stride = 1;
    private long worst;
    private long recentWorst;
    private long latest;

    /** Takes one more. */
    public synchronized void add(long nanos) {
        latest = nanos;
        worst = Math.max(worst, nanos);
        recentWorst = Math.max(recentWorst, nanos);
        if (seen++ % stride != 0) {
            return;
        }
        if (size == MAX) {
            for (var i = 0; i < MAX / 2; i++) {
                kept[i] = kept[2 * i];
            }
            size = MAX / 2;
            stride *= 2;
        }
        kept[size++] = nanos;
    }

    synchronized long latest() {
        return latest;
    }

    synchronized long worst() {
        return worst;
    }

    /** The worst since this was last asked; 0 if there was none. */
    synchronized long takeRecentWorst() {
        var result = recentWorst;
        recentWorst = 0;
        return result;
    }

    /**
     * The delay that this share of all does not exceed; 0 if there are none.
     *
     * @param share above 0, at most 1
     */
    public static long percentile(double share, Iterable<Delays> all) {
        var joined = new long[0];
        for (var delays : all) {
            synchronized (delays) {
                var from = joined.length;
                joined = Arrays.copyOf(joined, from + delays.size);
                System.arraycopy(delays.kept, 0, joined, from, delays.size);
            }
        }
        if (joined.length == 0) {
            return 0;
        }
        Arrays.sort(joined);
        return joined[
                Math.clamp((long) Math.ceil(share * joined.length) - 1, 0, joined.length - 1)];
    }
}
