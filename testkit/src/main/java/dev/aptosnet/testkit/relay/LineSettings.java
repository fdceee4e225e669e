package dev.aptosnet.testkit.relay;

import java.time.Duration;

/**
 * What one direction of a link is like. A packet first waits for those before it, at the link's
 * rate and in a queue that drops what does not fit, as a router's does; then it may be lost; then
 * it travels.
 *
 * @param delay how long it travels, one way
 * @param jitter at most so much more or less than that, evenly spread; order is kept
 * @param loss share of packets that never arrive, 0 to 1
 * @param bytesPerSecond the rate, 0 for no limit
 * @param queueBytes how much may wait for its turn where there is a rate; a packet that finds more
 *     before it is dropped
 * @param reorder share of packets, 0 to 1, that travel half as long again (at least a millisecond
 *     longer) and so are overtaken
 * @param duplicate share of packets that arrive twice, 0 to 1
 */
public record LineSettings(
        Duration delay,
        Duration jitter,
        double loss,
        long bytesPerSecond,
        int queueBytes,
        double reorder,
        double duplicate) {
    /** The queue unless said otherwise, 256 KiB. */
    public static final int USUAL_QUEUE_BYTES = 256 << 10;

    /** Adds nothing to what loopback does. */
    public static final LineSettings PERFECT =
            new LineSettings(Duration.ZERO, Duration.ZERO, 0, 0, USUAL_QUEUE_BYTES, 0, 0);

    /** Refuses what cannot be. */
    public LineSettings {
        require(!delay.isNegative(), "delay", delay, ">= 0");
        require(!jitter.isNegative(), "jitter", jitter, ">= 0");
        requireShare("loss", loss);
        require(bytesPerSecond >= 0, "bytesPerSecond", bytesPerSecond, ">= 0");
        require(queueBytes > 0, "queueBytes", queueBytes, "> 0");
        requireShare("reorder", reorder);
        requireShare("duplicate", duplicate);
    }

    private static void requireShare(String name, double value) {
        require(value >= 0 && value <= 1, name, value, "0 to 1");
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    name + ": " + value + " (expected: " + expected + ")");
        }
    }

    /** The same with another delay and jitter. */
    public LineSettings delayed(Duration by, Duration give) {
        return new LineSettings(by, give, loss, bytesPerSecond, queueBytes, reorder, duplicate);
    }

    /** The same with another share of lost packets. */
    public LineSettings losing(double share) {
        return new LineSettings(
                delay, jitter, share, bytesPerSecond, queueBytes, reorder, duplicate);
    }

    /** The same with another rate and queue. */
    public LineSettings limitedTo(long rate, int queue) {
        return new LineSettings(delay, jitter, loss, rate, queue, reorder, duplicate);
    }

    /** The same with other shares of overtaken and of doubled packets. */
    public LineSettings disordered(double late, double twice) {
        return new LineSettings(delay, jitter, loss, bytesPerSecond, queueBytes, late, twice);
    }
}
