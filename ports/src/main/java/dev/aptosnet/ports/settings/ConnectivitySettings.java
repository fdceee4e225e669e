package dev.aptosnet.ports.settings;

import java.time.Duration;

/**
 * How a network keeps itself connected. Keys and defaults are those of behaviour.md section 19.2
 * where it has them, the others of improvements.md I-07. Made with {@link #builder}.
 *
 * @param checkInterval {@code connectivity_check_interval_ms}: from one full check to the next
 * @param checkOnChange {@code connectivity_check_on_change}: whether a lost peer, a failed dial or
 *     news from discovery are acted on at once, and not only at the next check
 * @param maxOutboundConnections {@code max_outbound_connections}: outbound connections and dials
 *     together, on any network but the validators'
 */
public record ConnectivitySettings(
        Duration checkInterval,
        boolean checkOnChange,
        int maxOutboundConnections,
        Pacing pacing,
        Selection selection,
        HandOff handOff,
        Probing probing) {
    /** What aptos-core adds to each delay, at most. */
    public static final Duration ADDED_JITTER = Duration.ofMillis(100);

    /** All defaults. */
    public static final ConnectivitySettings DEFAULTS = builder().build();

    /** Checks; a message names the configuration key, the value and what was expected. */
    public ConnectivitySettings {
        expectPositive("connectivity_check_interval_ms", checkInterval);
        expectWithin("max_outbound_connections", maxOutboundConnections, 0, Integer.MAX_VALUE);
    }

    /** How chance enters the delays. */
    public enum Jitter {
        /** The delay is uniform between nothing and the full one; the first is a short spread. */
        FULL,
        /** aptos-core's: the full delay and up to 100 ms more, already before the first dial. */
        ADDED
    }

    /**
     * When dials leave. The rate, the burst and the number under way bound the network; the node
     * keeps to the largest of its networks, all of them together.
     *
     * @param base {@code connection_backoff_base}: the delay after n failed dials is at most this
     *     to the power of n, in seconds
     * @param maxDelay {@code max_connection_delay_ms}: caps that delay
     * @param jitter {@code connection_backoff_jitter}
     * @param dialsPerSecond {@code dials_per_second}
     * @param dialBurst {@code dial_burst}: dials that may leave at once
     * @param maxPending {@code max_pending_outbound}: dials under way at once
     * @param maxSpread {@code max_dial_spread_ms}: over how long the first dials of a batch are
     *     spread, at most
     * @param tieDelay {@code dial_tie_delay_ms}: what the end with the lower id waits beyond its
     *     delay, at most, where both may dial at the same moment; with first dials of a batch it
     *     waits for the batch's spread besides, unless this is 0
     * @param stableAfter {@code connection_stable_after_ms}: a connection that ends earlier has not
     *     ended the series of failures
     */
    public record Pacing(
            int base,
            Duration maxDelay,
            Jitter jitter,
            int dialsPerSecond,
            int dialBurst,
            int maxPending,
            Duration maxSpread,
            Duration tieDelay,
            Duration stableAfter) {
        /** Checks. */
        public Pacing {
            expectWithin("connection_backoff_base", base, 1, 1_000_000);
            expectNotNegative("max_connection_delay_ms", maxDelay);
            expectWithin("dials_per_second", dialsPerSecond, 1, 1_000_000);
            expectWithin("dial_burst", dialBurst, 1, 1_000_000);
            expectWithin("max_pending_outbound", maxPending, 1, Integer.MAX_VALUE);
            expectNotNegative("max_dial_spread_ms", maxSpread);
            expectNotNegative("dial_tie_delay_ms", tieDelay);
            expectNotNegative("connection_stable_after_ms", stableAfter);
        }
    }

    /**
     * Whom to dial when not all may be.
     *
     * @param latencyAware {@code enable_latency_aware_dialing}: on the public network, prefer peers
     *     with a short round trip
     * @param retryWindow {@code dial_retry_window_ms}: a peer dialed so recently comes after others
     * @param dialsBeforeBackoff {@code num_dials_before_backoff}: but only once it was dialed so
     *     often, so that a peer with two addresses gets both tried
     */
    public record Selection(boolean latencyAware, Duration retryWindow, int dialsBeforeBackoff) {
        /** Checks. */
        public Selection {
            expectNotNegative("dial_retry_window_ms", retryWindow);
            expectWithin("num_dials_before_backoff", dialsBeforeBackoff, 1, Integer.MAX_VALUE);
        }
    }

    /**
     * What a change of epoch does to connections (improvements.md I-08).
     *
     * @param preConnect {@code epoch_preconnect_ms}: how long before the expected change peers of
     *     the announced set are dialed that are not in the present one; 0 for not before it
     * @param drain {@code connection_drain_ms}: how long a connection whose peer has left the
     *     trusted set may finish what it is at; 0 to close it at the next check
     * @param overdue {@code epoch_overdue_ms}: how long after the expected moment an announced set
     *     is forgotten if the change has not come
     */
    public record HandOff(Duration preConnect, Duration drain, Duration overdue) {
        /** Checks. */
        public HandOff {
            expectNotNegative("epoch_preconnect_ms", preConnect);
            expectNotNegative("connection_drain_ms", drain);
            expectNotNegative("epoch_overdue_ms", overdue);
        }
    }

    /**
     * How the distance of peers is measured that are not connected (improvements.md I-04), where
     * dialing is aware of it.
     *
     * @param maxInFlight {@code max_latency_probes}: probes at once; 0 for none ever
     * @param maxOfOnePeer {@code max_parallel_peer_latency_pings}: probes at once of the addresses
     *     of one peer
     * @param perSecond {@code latency_probes_per_second}
     * @param limit {@code latency_probe_timeout_ms}: how long a probe waits for an answer
     * @param interval {@code latency_probe_interval_ms}: from one round to a peer to the next
     * @param longestInterval {@code max_latency_probe_interval_ms}: the same for a peer that does
     *     not answer, which grows up to this
     */
    public record Probing(
            int maxInFlight,
            int maxOfOnePeer,
            int perSecond,
            Duration limit,
            Duration interval,
            Duration longestInterval) {
        /** Checks. */
        public Probing {
            expectWithin("max_latency_probes", maxInFlight, 0, 1_000);
            expectWithin("max_parallel_peer_latency_pings", maxOfOnePeer, 1, 1_000);
            expectWithin("latency_probes_per_second", perSecond, 1, 1_000_000);
            expectPositive("latency_probe_timeout_ms", limit);
            expectPositive("latency_probe_interval_ms", interval);
            expectPositive("max_latency_probe_interval_ms", longestInterval);
        }
    }

    /** Refuses a value outside the bounds, and names the key. */
    public static void expectWithin(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    key + ": " + value + " (expected: " + least + " to " + most + ")");
        }
    }

    private static void expectPositive(String key, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException(key + ": " + value.toMillis() + " (expected: > 0)");
        }
    }

    private static void expectNotNegative(String key, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(key + ": " + value.toMillis() + " (expected: >= 0)");
        }
    }

    /** Our defaults, to be changed in places. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The values of aptos-core, to be changed in places: everything waits for the next check, the
     * first dial waits too, nothing limits the rate, a single dial within five minutes puts a peer
     * behind others, nobody is probed, and an epoch takes everybody by surprise.
     */
    public static Builder aptosCore() {
        return new Builder()
                .checkOnChange(false)
                .jitter(Jitter.ADDED)
                .dialsPerSecond(1_000_000)
                .dialBurst(1_000_000)
                .maxPending(Integer.MAX_VALUE)
                .tieDelay(Duration.ZERO)
                .stableAfter(Duration.ZERO)
                .preConnect(Duration.ZERO)
                .drain(Duration.ZERO)
                .maxProbes(0)
                .retryWindow(Duration.ofMinutes(5))
                .dialsBeforeBackoff(1);
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {
        private Duration checkInterval = Duration.ofSeconds(5);
        private boolean checkOnChange = true;
        private int maxOutboundConnections = 5;
        private int base = 2;
        private Duration maxDelay = Duration.ofSeconds(60);
        private Jitter jitter = Jitter.FULL;
        private int dialsPerSecond = 50;
        private int dialBurst = 20;
        private int maxPending = 64;
        private Duration maxSpread = Duration.ofSeconds(10);
        private Duration tieDelay = Duration.ofMillis(500);
        private Duration stableAfter = Duration.ofSeconds(10);
        private boolean latencyAware = true;
        private Duration retryWindow = Duration.ofMinutes(3);
        private int dialsBeforeBackoff = 2;
        private int maxProbes = 8;
        private int probesOfOnePeer = 3;
        private int probesPerSecond = 20;
        private Duration probeLimit = Duration.ofSeconds(2);
        private Duration probeInterval = Duration.ofSeconds(60);
        private Duration longestProbeInterval = Duration.ofMinutes(10);
        private Duration preConnect = Duration.ofSeconds(60);
        private Duration drain = Duration.ofSeconds(30);
        private Duration overdue = Duration.ofMinutes(5);

        private Builder() {}

        /** {@code connectivity_check_interval_ms}; 5 s. */
        public Builder checkInterval(Duration value) {
            checkInterval = value;
            return this;
        }

        /** {@code connectivity_check_on_change}; true. */
        public Builder checkOnChange(boolean value) {
            checkOnChange = value;
            return this;
        }

        /** {@code max_outbound_connections}; 5. */
        public Builder maxOutboundConnections(int value) {
            maxOutboundConnections = value;
            return this;
        }

        /** {@code connection_backoff_base}; 2. */
        public Builder base(int value) {
            base = value;
            return this;
        }

        /** {@code max_connection_delay_ms}; 60 s. */
        public Builder maxDelay(Duration value) {
            maxDelay = value;
            return this;
        }

        /** {@code connection_backoff_jitter}; full. */
        public Builder jitter(Jitter value) {
            jitter = value;
            return this;
        }

        /** {@code dials_per_second}; 50. */
        public Builder dialsPerSecond(int value) {
            dialsPerSecond = value;
            return this;
        }

        /** {@code dial_burst}; 20. */
        public Builder dialBurst(int value) {
            dialBurst = value;
            return this;
        }

        /** {@code max_pending_outbound}; 64. */
        public Builder maxPending(int value) {
            maxPending = value;
            return this;
        }

        /** {@code max_dial_spread_ms}; 10 s. */
        public Builder maxSpread(Duration value) {
            maxSpread = value;
            return this;
        }

        /** {@code dial_tie_delay_ms}; 500 ms. */
        public Builder tieDelay(Duration value) {
            tieDelay = value;
            return this;
        }

        /** {@code connection_stable_after_ms}; 10 s. */
        public Builder stableAfter(Duration value) {
            stableAfter = value;
            return this;
        }

        /** {@code enable_latency_aware_dialing}; true. */
        public Builder latencyAware(boolean value) {
            latencyAware = value;
            return this;
        }

        /** {@code dial_retry_window_ms}; 3 min. */
        public Builder retryWindow(Duration value) {
            retryWindow = value;
            return this;
        }

        /** {@code num_dials_before_backoff}; 2. */
        public Builder dialsBeforeBackoff(int value) {
            dialsBeforeBackoff = value;
            return this;
        }

        /** {@code max_latency_probes}; 8. */
        public Builder maxProbes(int value) {
            maxProbes = value;
            return this;
        }

        /** {@code max_parallel_peer_latency_pings}; 3. */
        public Builder probesOfOnePeer(int value) {
            probesOfOnePeer = value;
            return this;
        }

        /** {@code latency_probes_per_second}; 20. */
        public Builder probesPerSecond(int value) {
            probesPerSecond = value;
            return this;
        }

        /** {@code latency_probe_timeout_ms}; 2 s. */
        public Builder probeLimit(Duration value) {
            probeLimit = value;
            return this;
        }

        /** {@code latency_probe_interval_ms}; 60 s. */
        public Builder probeInterval(Duration value) {
            probeInterval = value;
            return this;
        }

        /** {@code max_latency_probe_interval_ms}; 10 min. */
        public Builder longestProbeInterval(Duration value) {
            longestProbeInterval = value;
            return this;
        }

        /** {@code epoch_preconnect_ms}; 60 s. */
        public Builder preConnect(Duration value) {
            preConnect = value;
            return this;
        }

        /** {@code connection_drain_ms}; 30 s. */
        public Builder drain(Duration value) {
            drain = value;
            return this;
        }

        /** {@code epoch_overdue_ms}; 5 min. */
        public Builder overdue(Duration value) {
            overdue = value;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException if one cannot work; names its configuration key
         */
        public ConnectivitySettings build() {
            return new ConnectivitySettings(
                    checkInterval,
                    checkOnChange,
                    maxOutboundConnections,
                    new Pacing(
                            base,
                            maxDelay,
                            jitter,
                            dialsPerSecond,
                            dialBurst,
                            maxPending,
                            maxSpread,
                            tieDelay,
                            stableAfter),
                    new Selection(latencyAware, retryWindow, dialsBeforeBackoff),
                    new HandOff(preConnect, drain, overdue),
                    new Probing(
                            maxProbes,
                            probesOfOnePeer,
                            probesPerSecond,
                            probeLimit,
                            probeInterval,
                            longestProbeInterval));
        }
    }
}
