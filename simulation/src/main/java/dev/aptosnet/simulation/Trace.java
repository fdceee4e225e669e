package dev.aptosnet.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What has happened, as one number and as its last lines. Every delivered event goes into the
 * number, in order, with its time; two runs with the same number did the same.
 */
final class Trace {
    /** How many events a failing run can show. */
    private static final int KEPT = 64;

    private final EventKind[] kinds = new EventKind[KEPT];
    private final long[] times = new long[KEPT];
    private final int[] hosts = new int[KEPT];
    private final long[] subjects = new long[KEPT];
    private long hash;
    private long events;

    Trace(long seed) {
        hash = mix(seed);
    }

    void add(long time, EventKind kind, int host, long subject) {
        var slot = (int) (events++ % KEPT);
        kinds[slot] = kind;
        times[slot] = time;
        hosts[slot] = host;
        subjects[slot] = subject;
        hash = mix(hash ^ mix(time));
        hash = mix(hash ^ kind.code() ^ ((long) host << 32));
        hash = mix(hash ^ subject);
    }

    long hash() {
        return hash;
    }

    long events() {
        return events;
    }

    /** The last events, oldest first. */
    List<String> lastLines() {
        var lines = new ArrayList<String>();
        for (var i = Math.max(0, events - KEPT); i < events; i++) {
            var slot = (int) (i % KEPT);
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%14.6f ms  %-8s host %-4d %d",
                            times[slot] / 1e6,
                            kinds[slot],
                            hosts[slot],
                            subjects[slot]));
        }
        return lines;
    }

    /** Every bit of the input decides about every bit of the output (MurmurHash3's last step). */
    private static long mix(long value) {
        var x = value + 0x9e3779b97f4a7c15L;
        x = (x ^ (x >>> 33)) * 0xff51afd7ed558ccdL;
        x = (x ^ (x >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return x ^ (x >>> 33);
    }
}
