package dev.aptosnet.ports.settings;

import dev.aptosnet.ports.model.MessageClass;

import java.time.Duration;

/**
 * How long messages that are to be sent may wait for company, so that more of them share a record
 * and a write to the socket; {@code priorities.batch_delay_us}. What waits on a connection leaves
 * together: when the first of it has waited that long, when there are 64 messages or 64 KiB, or as
 * soon as something comes that does not wait. Critical messages never do.
 *
 * @param high {@code priorities.batch_delay_us.high}, 0 to 5 ms
 * @param normal {@code priorities.batch_delay_us.normal}, 0 to 5 ms
 * @param low {@code priorities.batch_delay_us.low}, 0 to 5 ms
 */
public record BatchDelays(Duration high, Duration normal, Duration low) {
    /** The longest that may be configured. */
    public static final Duration MOST = Duration.ofMillis(5);

    /** The default: messages share a write if they are there at the same time, and none waits. */
    public static final BatchDelays NONE =
            new BatchDelays(Duration.ZERO, Duration.ZERO, Duration.ZERO);

    /** Refuses what cannot work. */
    public BatchDelays {
        require("high", high);
        require("normal", normal);
        require("low", low);
    }

    private static void require(String name, Duration delay) {
        if (delay.isNegative() || delay.compareTo(MOST) > 0) {
            throw new IllegalArgumentException(
                    "priorities.batch_delay_us."
                            + name
                            + ": "
                            + delay
                            + " (expected: 0 to "
                            + MOST.toMillis() * 1000
                            + " us)");
        }
    }

    /** How long messages of a class may wait. */
    public Duration of(MessageClass messageClass) {
        return switch (messageClass) {
            case CRITICAL -> Duration.ZERO;
            case HIGH -> high;
            case NORMAL -> normal;
            case LOW -> low;
        };
    }
}
