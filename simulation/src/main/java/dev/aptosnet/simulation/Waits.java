package dev.aptosnet.simulation;

import java.util.Arrays;

/** How long something took, many times. */
final class Waits {
    private long[] nanos = new long[64];
    private int count;

    void add(long wait) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = wait;
    }

    void clear() {
        count = 0;
    }

    int count() {
        return count;
    }

    /** The smallest that 99 of 100 do not exceed, in ms; -1 if there are none. */
    double p99Millis() {
        if (count == 0) {
            return -1;
        }
        var sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(count * 0.99) - 1] / 1e6;
    }
}
