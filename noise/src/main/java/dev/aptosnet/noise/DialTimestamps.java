package dev.aptosnet.noise;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Timestamps for first messages that never repeat and never decrease, also when two dials fall into
 * one millisecond or the clock is set back: a mutual listener refuses those (wire.md section 4.4).
 * One object serves all dials of a node. Safe for any number of threads.
 */
public final class DialTimestamps {
    private final AtomicLong last = new AtomicLong();

    /** None given yet. */
    public DialTimestamps() {}

    /**
     * The timestamp to send.
     *
     * @param nowMillis Unix time in milliseconds
     * @return {@code nowMillis}, or one more than the last answer if that is greater
     */
    public long next(long nowMillis) {
        return last.updateAndGet(before -> Math.max(before + 1, nowMillis));
    }
}
