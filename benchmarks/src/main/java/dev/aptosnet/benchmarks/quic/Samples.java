package dev.aptosnet.benchmarks.quic;

import java.util.Arrays;

/** Durations that were measured, in nanoseconds. */
public final class Samples {
    private long[] values = new long[1024];
    private int count;

    /** None yet. */
    public Samples() {}

    /** One more. */
    public synchronized void add(long nanos) {
        if (count == values.length) {
            values = Arrays.copyOf(values, 2 * count);
        }
        values[count++] = nanos;
    }

    /** How many. */
    public synchronized int count() {
        return count;
    }

    /** Milliseconds that so large a share of the samples stays within; for 0 the least. */
    public synchronized double millis(double share) {
        if (count == 0) {
            return Double.NaN;
        }
        var sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        return sorted[Math.max(1, (int) Math.ceil(share * count)) - 1] / 1e6;
    }
}
