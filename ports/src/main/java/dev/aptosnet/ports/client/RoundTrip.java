package dev.aptosnet.ports.client;

import java.time.Duration;

/**
 * How long pings of one connection take, there and back, through both nodes' queues.
 *
 * @param latest the last one
 * @param smoothed the mean, in which each new one counts an eighth
 * @param deviation the mean distance from {@code smoothed}, in which each new one counts a quarter
 */
public record RoundTrip(Duration latest, Duration smoothed, Duration deviation) {
    /** After a first measurement (RFC 6298, section 2.2). */
    public static RoundTrip first(Duration measured) {
        return new RoundTrip(measured, measured, Duration.ofNanos(measured.toNanos() / 2));
    }

    /** After one more (RFC 6298, section 2.3). */
    public RoundTrip and(Duration measured) {
        // Division of a Duration goes by way of BigDecimal.
        var mean = smoothed.toNanos();
        var last = measured.toNanos();
        return new RoundTrip(
                measured,
                Duration.ofNanos((7 * mean + last) / 8),
                Duration.ofNanos((3 * deviation.toNanos() + Math.abs(mean - last)) / 4));
    }
}
