package dev.aptosnet.domain.health;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The messages of one protocol on one connection, both ways. One owner writes, except where it says
 * otherwise; any thread reads, without a lock.
 */
final class TrafficStatistics {
    /** How many seconds of the past the rates are an average of, about. */
    private static final double AVERAGED_SECONDS = 15;

    private static final double KEPT_PER_SECOND = 1 - 1 / AVERAGED_SECONDS;
    private static final long SECOND_NANOS = 1_000_000_000;

    private static final int LAST_IN = 0;
    private static final int LAST_OUT = 1;

    /** The second that the two sums below belong to. */
    private static final int SECOND = 2;

    private static final int SUM_IN = 3;
    private static final int SUM_OUT = 4;

    /** Doubles: bytes a second before that. */
    private static final int RATE_IN = 5;

    private static final int RATE_OUT = 6;

    /** From the peer in the upper half, to the peer in the lower. */
    private static final int DROPS = 7;

    private static final int CELLS = 8;

    private final ProtocolId protocol;
    private final AtomicLongArray cells = new AtomicLongArray(CELLS);

    TrafficStatistics(ProtocolId protocol) {
        this.protocol = protocol;
        cells.setPlain(LAST_IN, Long.MIN_VALUE);
        cells.setPlain(LAST_OUT, Long.MIN_VALUE);
    }

    ProtocolId protocol() {
        return protocol;
    }

    void in(long nanos, long bytes) {
        cells.lazySet(LAST_IN, nanos);
        add(nanos / SECOND_NANOS, SUM_IN, bytes);
    }

    void out(long nanos, long bytes) {
        cells.lazySet(LAST_OUT, nanos);
        add(nanos / SECOND_NANOS, SUM_OUT, bytes);
    }

    /** Any thread. */
    void droppedIn() {
        cells.getAndAdd(DROPS, 1L << 32);
    }

    /** Any thread. */
    void droppedOut() {
        cells.getAndAdd(DROPS, 1);
    }

    private void add(long second, int sum, long bytes) {
        if (second != cells.getPlain(SECOND)) {
            var in = rate(SUM_IN, RATE_IN, second);
            var out = rate(SUM_OUT, RATE_OUT, second);
            cells.lazySet(RATE_IN, Double.doubleToRawLongBits(in));
            cells.lazySet(RATE_OUT, Double.doubleToRawLongBits(out));
            cells.lazySet(SUM_IN, 0);
            cells.lazySet(SUM_OUT, 0);
            cells.lazySet(SECOND, second);
        }
        cells.lazySet(sum, cells.getPlain(sum) + bytes);
    }

    /** The average up to the beginning of a second. */
    private double rate(int sum, int rate, long second) {
        var before = Double.longBitsToDouble(cells.get(rate));
        var gap = second - cells.get(SECOND);
        if (gap <= 0) {
            return before;
        }
        var upToNext = before * KEPT_PER_SECOND + (double) cells.get(sum) * (1 - KEPT_PER_SECOND);
        return gap == 1 ? upToNext : upToNext * Math.pow(KEPT_PER_SECOND, (double) (gap - 1));
    }

    double rateIn(MonoTime now) {
        return rate(SUM_IN, RATE_IN, now.nanos() / SECOND_NANOS);
    }

    double rateOut(MonoTime now) {
        return rate(SUM_OUT, RATE_OUT, now.nanos() / SECOND_NANOS);
    }

    @Nullable Duration sinceIn(MonoTime now) {
        return since(now, cells.get(LAST_IN));
    }

    @Nullable Duration sinceOut(MonoTime now) {
        return since(now, cells.get(LAST_OUT));
    }

    /** A reader's clock may be read before the owner's. */
    private static @Nullable Duration since(MonoTime now, long last) {
        return last == Long.MIN_VALUE ? null : Duration.ofNanos(Math.max(0, now.nanos() - last));
    }

    long dropsIn() {
        return cells.get(DROPS) >>> 32;
    }

    long dropsOut() {
        return cells.get(DROPS) & 0xffff_ffffL;
    }
}
