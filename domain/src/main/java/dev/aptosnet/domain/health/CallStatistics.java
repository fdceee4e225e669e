package dev.aptosnet.domain.health;

import dev.aptosnet.ports.client.CallFailureKind;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.CallSettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How our calls of one protocol on one connection ended. One owner writes; any thread reads,
 * without a lock.
 */
final class CallStatistics {
    /** How many of the last calls a rate is taken of. */
    static final int WINDOW = 100;

    /** CallStatistics of earlier minutes than these are not looked at. */
    static final int WINDOW_MINUTES = 5;

    /** A turn for the worse shows in the last calls before it shows in the window. */
    static final int RECENT = 20;

    /** By how much so few calls may differ from the window by mere counting: a little over one. */
    static final double RECENT_SLACK = 0.07;

    /** So many answers have to have come before we say how long one takes. */
    static final int ENOUGH_ANSWERS = 10;

    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

    private static final int ENDED = 0;

    /** Timed out in the upper half, refused in the lower. */
    private static final int FAILED = 1;

    /** Disconnected in the upper half, answered in the lower. */
    private static final int OTHERS = 2;

    /** Of the last 128 calls, the newest in the lowest bit; a failed one is 1. */
    private static final int LAST_64 = 3;

    private static final int LAST_128 = 4;

    /** The newest minute, and below it 7 bits for each with the number of its calls. */
    private static final int MINUTES = 5;

    /** Smoothed, microseconds, in the upper half; the mean distance from it in the lower. */
    private static final int LATENCY = 6;

    /** Smoothed size of answers, bytes. */
    private static final int SIZE = 7;

    private static final int CELLS = 8;

    private static final int BITS = 7;
    private static final long MINUTE_BITS = (1L << BITS) - 1;
    private static final long COUNTS = (1L << (BITS * WINDOW_MINUTES)) - 1;

    private final ProtocolId protocol;
    private final AtomicLongArray cells = new AtomicLongArray(CELLS);

    private static final int FEW_ANSWERS = 8;

    /**
     * The last answers' times in steps of an eighth of an octave, where {@link #step} says. It
     * grows with the first answers: most protocols have few.
     */
    private volatile byte[] times = new byte[FEW_ANSWERS];

    CallStatistics(ProtocolId protocol) {
        this.protocol = protocol;
    }

    ProtocolId protocol() {
        return protocol;
    }

    void answered(long nanos, long tookNanos, long bytes) {
        var took = micros(tookNanos);
        var answered = lower(cells.getPlain(OTHERS));
        keep((int) (answered % WINDOW), (byte) step(took));
        if (answered == 0) {
            cells.lazySet(SIZE, bytes);
        } else {
            var size = cells.getPlain(SIZE);
            cells.lazySet(SIZE, size + (bytes - size) / 8);
        }
        smooth(took, true);
        cells.lazySet(OTHERS, cells.getPlain(OTHERS) + 1);
        ended(nanos, 0);
    }

    private void keep(int at, byte step) {
        var kept = times;
        if (at >= kept.length) {
            kept = Arrays.copyOf(kept, Math.min(kept.length * 2, WINDOW));
            times = kept;
        }
        kept[at] = step;
    }

    void failed(long nanos, CallFailureKind kind, long waitedNanos) {
        switch (kind) {
            case TIMED_OUT -> {
                // Else a peer that has become slow would be given the same short time for ever.
                if (waitedNanos > 0) {
                    smooth(micros(waitedNanos), false);
                }
                cells.lazySet(FAILED, cells.getPlain(FAILED) + (1L << 32));
            }
            case REFUSED -> cells.lazySet(FAILED, cells.getPlain(FAILED) + 1);
            case DISCONNECTED -> cells.lazySet(OTHERS, cells.getPlain(OTHERS) + (1L << 32));
        }
        ended(nanos, 1);
    }

    private void ended(long nanos, long failed) {
        var minute = nanos / MINUTE_NANOS;
        var minutes = shifted(cells.getPlain(MINUTES), minute);
        if ((minutes & MINUTE_BITS) < WINDOW) {
            minutes++;
        }
        var last = cells.getPlain(LAST_64);
        cells.lazySet(LAST_128, (cells.getPlain(LAST_128) << 1) | (last >>> 63));
        cells.lazySet(LAST_64, (last << 1) | failed);
        cells.lazySet(MINUTES, minutes);
        cells.lazySet(ENDED, cells.getPlain(ENDED) + 1);
    }

    /** The counts with {@code minute} as the newest. */
    private static long shifted(long minutes, long minute) {
        var gap = minute - (minutes >>> (BITS * WINDOW_MINUTES));
        if (gap <= 0) {
            return minutes;
        }
        var counts = gap >= WINDOW_MINUTES ? 0 : (minutes << (BITS * gap)) & COUNTS;
        return (minute << (BITS * WINDOW_MINUTES)) | counts;
    }

    /** RFC 6298; time-outs move the mean and not the distance, which is how answers scatter. */
    private void smooth(long took, boolean answer) {
        var latency = cells.getPlain(LATENCY);
        var mean = latency >>> 32;
        var distance = lower(latency);
        if (latency == 0) {
            mean = took;
            distance = answer ? took / 2 : 0;
        } else {
            if (answer) {
                distance += (Math.abs(took - mean) - distance) / 4;
            }
            mean += (took - mean) / 8;
        }
        cells.lazySet(LATENCY, (Math.max(1, mean) << 32) | distance);
    }

    private static long micros(long nanos) {
        return Math.clamp(nanos / 1000, 1, 0xffff_ffffL);
    }

    private static long lower(long cell) {
        return cell & 0xffff_ffffL;
    }

    /** Steps of an eighth of an octave, 0 to 255, for 1 to 2^32 - 1 microseconds. */
    private static int step(long micros) {
        var octave = 63 - Long.numberOfLeadingZeros(micros);
        return octave < 3 ? (int) micros : (octave << 3) | (int) ((micros >>> (octave - 3)) & 7);
    }

    /** The middle of a step, in microseconds. */
    private static long ofStep(int step) {
        var octave = step >>> 3;
        return octave < 3 ? step : ((2L * (8 + (step & 7)) + 1) << (octave - 3)) >>> 1;
    }

    // Any thread.

    long count() {
        return cells.get(ENDED);
    }

    long answers() {
        return lower(cells.get(OTHERS));
    }

    long timedOut() {
        return cells.get(FAILED) >>> 32;
    }

    long refused() {
        return lower(cells.get(FAILED));
    }

    long disconnected() {
        return cells.get(OTHERS) >>> 32;
    }

    /** How many of the last calls count as recent enough. */
    private int window(MonoTime now) {
        var minutes = shifted(cells.get(MINUTES), now.nanos() / MINUTE_NANOS);
        var size = 0;
        for (var i = 0; i < WINDOW_MINUTES; i++) {
            size += (int) ((minutes >>> (BITS * i)) & MINUTE_BITS);
        }
        return Math.min(size, WINDOW);
    }

    private double successRate(int window) {
        if (window == 0) {
            return Double.NaN;
        }
        var failed =
                window <= 64
                        ? Long.bitCount(cells.get(LAST_64) << (64 - window))
                        : Long.bitCount(cells.get(LAST_64))
                                + Long.bitCount(cells.get(LAST_128) << (128 - window));
        return 1 - (double) failed / window;
    }

    /** 0 to 1, of the window; not a number without calls. */
    double successRate(MonoTime now) {
        return successRate(window(now));
    }

    /** The same, of the last few calls where these are clearly worse. */
    double standing(MonoTime now) {
        var window = window(now);
        var recent = successRate(Math.min(window, RECENT)) + RECENT_SLACK;
        return Math.min(successRate(window), recent);
    }

    /** Whether at least half of the last few calls failed, and there were some. */
    boolean isFailing(MonoTime now) {
        var recent = Math.min(window(now), RECENT);
        return recent >= RECENT / 2 && successRate(recent) <= 0.5;
    }

    @Nullable Duration latency() {
        var latency = cells.get(LATENCY);
        return latency == 0 ? null : Duration.ofNanos((latency >>> 32) * 1000);
    }

    /** Of the last answers; not exact while one comes. */
    @Nullable Duration p99() {
        var answers = answers();
        var kept = times;
        var size = (int) Math.min(answers, kept.length);
        if (size == 0) {
            return null;
        }
        var steps = new int[size];
        for (var i = 0; i < size; i++) {
            steps[i] = kept[i] & 0xff;
        }
        Arrays.sort(steps);
        return Duration.ofNanos(ofStep(steps[(size * 99 + 99) / 100 - 1]) * 1000);
    }

    /**
     * How long an answer to a small request is worth waiting for: twice what one takes, and more
     * where they scatter.
     *
     * @return nanoseconds; {@link Long#MAX_VALUE} if we cannot tell
     */
    long patienceNanos(CallSettings settings) {
        if (answers() < ENOUGH_ANSWERS || cells.get(SIZE) > settings.smallBytes()) {
            return Long.MAX_VALUE;
        }
        var latency = cells.get(LATENCY);
        var usual = (2 * (latency >>> 32) + 4 * lower(latency)) * 1000;
        return Math.clamp(usual, settings.shortest().toNanos(), settings.longest().toNanos());
    }
}
