package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.settings.ConnectivitySettings;

/**
 * How often somebody dials (improvements.md I-07): a rate, and a burst that may go ahead of it, so
 * that any second sees at most the sum of both. How many dials are under way does not matter to it.
 * Single owner.
 */
public final class DialLimiter implements DialAllowance {
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

    @Override
    public boolean take(MonoTime now) {
        if (now.isBefore(nextAt(now))) {
            return false;
        }
        evenly = Math.max(evenly, now.nanos()) + intervalNanos;
        return true;
    }

    @Override
    public MonoTime nextAt(MonoTime now) {
        return nextAt(now, 0);
    }

    /**
     * The same for a dial that leaves a part of the burst to those that matter more, and so waits
     * for as long as they use the rate up.
     *
     * @param spared how many dials of the burst
     */
    public MonoTime nextAt(MonoTime now, int spared) {
        return evenly <= now.nanos()
                ? now
                : new MonoTime(evenly - Math.max(0, aheadNanos - spared * intervalNanos));
    }

    @Override
    public void ended() {
        // Only the beginning of a dial counts.
    }
}
