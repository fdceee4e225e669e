package dev.aptosnet.ports.settings;

import java.time.Duration;

/**
 * How a node finds out that a connected peer has fallen silent (behaviour.md section 13,
 * improvements.md I-06). Each names its configuration key.
 *
 * @param interval between two pings of one peer; {@code ping_interval_ms}
 * @param timeout for the answer, at most; {@code ping_timeout_ms}
 * @param failuresTolerated unanswered pings in a row that are borne, so that the next one is one
 *     too many; {@code ping_failures_tolerated}
 * @param adaptive whether a peer that has always answered quickly gets less than {@code timeout},
 *     down to half of it, and whether failures that fall into a pause of our own are forgiven;
 *     {@code ping_adaptive}
 * @param disconnect whether a peer with too many failures is disconnected, not only reported;
 *     {@code disconnect_on_health_check_failure}
 */
public record HealthSettings(
        Duration interval,
        Duration timeout,
        int failuresTolerated,
        boolean adaptive,
        boolean disconnect) {
    private static final Duration LONGEST = Duration.ofDays(1);

    /** A silent peer is disconnected 15 seconds after its last answer at the latest. */
    public static final HealthSettings DEFAULT =
            new HealthSettings(Duration.ofSeconds(5), Duration.ofSeconds(5), 1, true, true);

    /** What an unmodified aptos-core node does: 50 seconds, and then only a report. */
    public static final HealthSettings APTOS_CORE =
            new HealthSettings(Duration.ofSeconds(10), Duration.ofSeconds(20), 3, false, false);

    /** Refuses what cannot work. */
    public HealthSettings {
        require("ping_interval_ms", interval);
        require("ping_timeout_ms", timeout);
        if (failuresTolerated < 0) {
            throw new IllegalArgumentException(
                    "ping_failures_tolerated: " + failuresTolerated + " (expected: >= 0)");
        }
    }

    private static void require(String key, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    key + ": " + value.toMillis() + " (expected: 1 to " + LONGEST.toMillis() + ")");
        }
    }

    /** Like these, with another {@code ping_interval_ms}. */
    public HealthSettings withInterval(Duration interval) {
        return new HealthSettings(interval, timeout, failuresTolerated, adaptive, disconnect);
    }

    /** Like these, with another {@code ping_timeout_ms}. */
    public HealthSettings withTimeout(Duration timeout) {
        return new HealthSettings(interval, timeout, failuresTolerated, adaptive, disconnect);
    }

    /** Like these, with another {@code ping_failures_tolerated}. */
    public HealthSettings withFailuresTolerated(int failuresTolerated) {
        return new HealthSettings(interval, timeout, failuresTolerated, adaptive, disconnect);
    }

    /** Like these, with {@code ping_adaptive} on or off. */
    public HealthSettings withAdaptive(boolean adaptive) {
        return new HealthSettings(interval, timeout, failuresTolerated, adaptive, disconnect);
    }

    /** Like these, with {@code disconnect_on_health_check_failure} on or off. */
    public HealthSettings withDisconnect(boolean disconnect) {
        return new HealthSettings(interval, timeout, failuresTolerated, adaptive, disconnect);
    }
}
