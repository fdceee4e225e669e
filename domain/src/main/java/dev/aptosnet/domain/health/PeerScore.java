package dev.aptosnet.domain.health;

import dev.aptosnet.ports.client.RoundTrip;
import dev.aptosnet.ports.settings.ScoreSettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/**
 * How healthy a peer is, 0 to 100 (improvements.md I-19; docs/peer-health.md has a table of cases).
 *
 * <p>Each part is 0 to 1, or not a number where nothing is known, and then counts as a half; so a
 * peer that nothing is known of has 50.
 *
 * @param success the class-weighted mean success rate of calls
 * @param latency {@link #latency}
 * @param liveness {@link #liveness}
 * @param stability {@link #stability}
 */
public record PeerScore(double success, double latency, double liveness, double stability) {
    /** A peer as near as this is as good as one can be. */
    private static final double BEST_ROUND_TRIP_NANOS = Duration.ofMillis(50).toNanos();

    private static final double STABLE_NANOS = Duration.ofMinutes(30).toNanos();

    /** After so many intervals without a word a peer is as good as gone. */
    private static final double DEAD_INTERVALS = 5;

    /** Where nothing but the time of the connection is known, that says nothing either. */
    public PeerScore {
        if (Double.isNaN(success) && Double.isNaN(latency) && Double.isNaN(liveness)) {
            stability = Double.NaN;
        }
    }

    /** The score, 0 to 100. */
    public double of(ScoreSettings weights) {
        return weights.success() * known(success)
                + weights.latency() * known(latency)
                + weights.liveness() * known(liveness)
                + weights.stability() * known(stability);
    }

    private static double known(double part) {
        return Double.isNaN(part) ? 0.5 : part;
    }

    /** 1 up to a smoothed round trip of 50 ms, then falling as that rises. */
    public static double latency(@Nullable RoundTrip roundTrip) {
        return roundTrip == null
                ? Double.NaN
                : Math.min(1, BEST_ROUND_TRIP_NANOS / Math.max(1, roundTrip.smoothed().toNanos()));
    }

    /**
     * 1 up to one interval after the last word, 0 from five on, falling evenly in between.
     *
     * @param interval in which one is expected: that of pings
     */
    public static double liveness(@Nullable Duration sinceHeard, Duration interval) {
        if (sinceHeard == null) {
            return Double.NaN;
        }
        var intervals = (double) sinceHeard.toNanos() / interval.toNanos();
        return Math.clamp((DEAD_INTERVALS - intervals) / (DEAD_INTERVALS - 1), 0, 1);
    }

    /**
     * 1 after 30 minutes, rising evenly until then, and halved by each loss of the peer.
     *
     * @param disconnects in the last hour
     */
    public static double stability(Duration connectedFor, int disconnects) {
        return Math.clamp(connectedFor.toNanos() / STABLE_NANOS, 0, 1)
                / Math.scalb(1.0, Math.min(disconnects, 60));
    }
}
