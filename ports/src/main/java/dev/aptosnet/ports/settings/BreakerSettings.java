package dev.aptosnet.ports.settings;

import java.time.Duration;

/**
 * When calls of one protocol to one peer are no longer made, because they fail anyway
 * (improvements.md I-06). Each names its configuration key.
 *
 * @param enabled whether that is ever so; {@code circuit_breaker.enabled}
 * @param window how many of the last calls are looked at, 1 to 64; {@code circuit_breaker.window}
 * @param minimumCalls how many there must be, 1 to {@code window}; {@code
 *     circuit_breaker.minimum_calls}
 * @param failurePercent of these that must have failed, 1 to 100; {@code
 *     circuit_breaker.failure_percent}
 * @param open for how long no call is made, the first time; doubles each time that a probe fails;
 *     {@code circuit_breaker.open_ms}
 * @param longestOpen for how long at most; {@code circuit_breaker.max_open_ms}
 * @param probes how many calls must then succeed, 1 to 100; {@code circuit_breaker.probes}
 * @param openPeersOneIn one peer in so many may be kept from calls at once, but always one, so that
 *     trouble of our own does not isolate us; {@code circuit_breaker.open_peers_one_in}
 * @param critical whether protocols of class {@code CRITICAL} are treated so as well, pings never;
 *     {@code circuit_breaker.critical}
 */
public record BreakerSettings(
        boolean enabled,
        int window,
        int minimumCalls,
        int failurePercent,
        Duration open,
        Duration longestOpen,
        int probes,
        int openPeersOneIn,
        boolean critical) {
    /** Half of the last 20 calls failed: open for 5 s, doubling to 60 s, then 3 probes. */
    public static final BreakerSettings DEFAULT =
            new BreakerSettings(
                    true, 20, 10, 50, Duration.ofSeconds(5), Duration.ofSeconds(60), 3, 3, false);

    /** Every call is made, as aptos-core does. */
    public static final BreakerSettings OFF = DEFAULT.withEnabled(false);

    /** Refuses what cannot work. */
    public BreakerSettings {
        require("window", window, 1, 64);
        require("minimum_calls", minimumCalls, 1, window);
        require("failure_percent", failurePercent, 1, 100);
        require("open_ms", open.toMillis(), 1, Duration.ofDays(1).toMillis());
        require(
                "max_open_ms",
                longestOpen.toMillis(),
                open.toMillis(),
                Duration.ofDays(1).toMillis());
        require("probes", probes, 1, 100);
        require("open_peers_one_in", openPeersOneIn, 1, 1_000_000);
    }

    private static void require(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "circuit_breaker."
                            + key
                            + ": "
                            + value
                            + " (expected: "
                            + least
                            + " to "
                            + most
                            + ")");
        }
    }

    /** Like these, switched on or off. */
    public BreakerSettings withEnabled(boolean enabled) {
        return with(enabled, open, longestOpen, critical);
    }

    /** Like these, open for other times. */
    public BreakerSettings withOpen(Duration open, Duration longestOpen) {
        return with(enabled, open, longestOpen, critical);
    }

    /** Like these, with {@code circuit_breaker.critical} on or off. */
    public BreakerSettings withCritical(boolean critical) {
        return with(enabled, open, longestOpen, critical);
    }

    private BreakerSettings with(
            boolean enabled, Duration open, Duration longestOpen, boolean critical) {
        return new BreakerSettings(
                enabled,
                window,
                minimumCalls,
                failurePercent,
                open,
                longestOpen,
                probes,
                openPeersOneIn,
                critical);
    }
}
