package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.model.MonoTime;

/**
 * How often a node dials, all its networks together (improvements.md I-07): a rate, and a burst
 * that may go ahead of it, so that any second sees at most the sum of both. Single owner.
 */
public final class DialLimiter {
    private final long intervalNanos;
    private final long aheadNanos;

    /** When the next dial would leave if dials were spaced evenly; runs ahead by the burst. */
    private long evenly = Long.MIN_VALUE;

    /**
     * @param perSecond {@code dials_per_second}, 1 to 1 000 000
     * @param burst {@code dial_burst}, 1 to 1 000 000
     */
    public DialLimiter(int perSecond, int burst) {
        ConnectivitySettings.expectWithin("dials_per_second", perSecond, 1, 1_000_000);
        ConnectivitySettings.expectWithin("dial_burst", burst, 1, 1_000_000);
        this.intervalNanos = 1_000_000_000L / perSecond;
        this.aheadNanos = (burst - 1) * intervalNanos;
    }

    /** Lets one dial go, or says that it must wait until {@link #nextAt}. */
    boolean take(MonoTime now) {
        if (now.isBefore(nextAt(now))) {
            return false;
        }
        evenly = Math.max(evenly, now.nanos()) + intervalNanos;
        return true;
    }

    /** When the next dial may go; not after {@code now} if it may go at once. */
    MonoTime nextAt(MonoTime now) {
        return evenly <= now.nanos() ? now : new MonoTime(evenly - aheadNanos);
    }
}
