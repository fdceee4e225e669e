package dev.aptosnet.adapter.discovery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.random.RandomGenerator;

/**
 * How long to wait after a failure (improvements.md I-15): anything between 1 s and a cap that
 * doubles with each failure up to 5 min. Full jitter alone allows a lucky row of short waits, so
 * that no 10 min see more than {@value #MAX_IN_WINDOW} failures besides. Pure; one owner.
 */
final class Backoff {
    static final Duration SHORTEST = Duration.ofSeconds(1);
    static final Duration LONGEST = Duration.ofMinutes(5);
    static final Duration WINDOW = Duration.ofMinutes(10);
    static final int MAX_IN_WINDOW = 15;

    private final RandomGenerator random;

    /** When the last failures were, in nanoseconds, the oldest first. */
    private final ArrayDeque<Long> recent = new ArrayDeque<>();

    private int inARow;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    void succeeded() {
        inARow = 0;
    }

    /**
     * How long to wait after a failure.
     *
     * @param startedNanos when the failed attempt began
     * @param nowNanos when it had failed, on the same clock
     */
    Duration failed(long startedNanos, long nowNanos) {
        inARow++;
        recent.addLast(startedNanos);
        if (recent.size() > MAX_IN_WINDOW) {
            recent.removeFirst();
        }
        // Doubling 30 times passes any cap.
        var cap = SHORTEST.toNanos() << Math.min(inARow, 30);
        var longest = Math.min(cap, LONGEST.toNanos());
        var wait = random.nextLong(SHORTEST.toNanos(), longest + 1);
        if (recent.size() == MAX_IN_WINDOW) {
            var allowedAt = recent.getFirst() + WINDOW.toNanos();
            wait = Math.max(wait, allowedAt - nowNanos);
        }
        return Duration.ofNanos(wait);
    }
}
