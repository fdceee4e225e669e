package dev.aptosnet.domain.connectivity;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long a dial waits (behaviour.md section 12.6, improvements.md I-07). */
final class DialBackoff {
    private final ConnectivitySettings.Pacing pacing;
    private final RandomGenerator random;

    DialBackoff(ConnectivitySettings.Pacing pacing, RandomGenerator random) {
        this.pacing = pacing;
        this.random = random;
    }

    /**
     * The delay before a dial.
     *
     * @param earlier dials to the peer since it was last well connected
     * @param waiting how many dials wait, this one included
     */
    Duration delay(int earlier, int waiting) {
        return switch (pacing.jitter()) {
            case ADDED ->
                    grown(earlier + 1)
                            .plusNanos(below(ConnectivitySettings.ADDED_JITTER.toNanos()));
            case FULL -> Duration.ofNanos(below(longest(earlier, waiting).toNanos()));
        };
    }

    private Duration longest(int earlier, int waiting) {
        if (earlier > 0) {
            return grown(earlier);
        }
        var spread = Duration.ofNanos(waiting * 1_000_000_000L / pacing.dialsPerSecond());
        return spread.compareTo(pacing.maxSpread()) < 0 ? spread : pacing.maxSpread();
    }

    /** base^exponent seconds, or the cap where that is less. */
    private Duration grown(int exponent) {
        var cap = pacing.maxDelay();
        var seconds = 1L;
        for (var i = 0; i < exponent && pacing.base() > 1; i++) {
            seconds *= pacing.base();
            if (seconds >= cap.toSeconds() + 1) {
                return cap;
            }
        }
        var delay = Duration.ofSeconds(seconds);
        return delay.compareTo(cap) < 0 ? delay : cap;
    }

    /** What the end with the lower id waits beyond that, where both ends may dial at once. */
    Duration tieDelay() {
        return Duration.ofNanos(below(pacing.tieDelay().toNanos()));
    }

    private long below(long bound) {
        return bound <= 0 ? 0 : random.nextLong(bound);
    }
}
