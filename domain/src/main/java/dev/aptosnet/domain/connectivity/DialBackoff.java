package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.settings.ConnectivitySettings;

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
        return earlier > 0 ? grown(earlier) : spread(waiting);
    }

    /** Over how long the first dials of a batch are spread. */
    private Duration spread(int waiting) {
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

    /**
     * What the end with the lower id waits beyond that, where both ends may dial at once. In a
     * batch it lets the other end's whole batch go first: a set-up takes two and a half round
     * trips, so that within one spread half of all pairs would meet.
     *
     * @param earlier as for {@link #delay}
     * @param waiting as for {@link #delay}
     */
    Duration tieDelay(int earlier, int waiting) {
        var most = pacing.tieDelay();
        if (most.isZero()) {
            return most;
        }
        var first = pacing.jitter() == ConnectivitySettings.Jitter.FULL && earlier == 0;
        return Duration.ofNanos(below(most.toNanos()))
                .plus(first ? spread(waiting) : Duration.ZERO);
    }

    private long below(long bound) {
        return bound <= 0 ? 0 : random.nextLong(bound);
    }
}
