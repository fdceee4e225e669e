package dev.aptosnet.bootstrap.config;

import dev.aptosnet.domain.connectivity.ConnectivitySettings;
import dev.aptosnet.domain.connectivity.ConnectivitySettings.Jitter;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Reads how a network keeps itself connected (behaviour.md section 19.2, and our keys beside it).
 */
final class ConnectivitySection {
    private static final int MAX = Integer.MAX_VALUE;
    private static final long MAX_MILLIS = Duration.ofDays(1).toMillis();

    private final Section section;

    ConnectivitySection(Section section) {
        this.section = section;
    }

    ConnectivitySettings read() {
        var settings = ConnectivitySettings.builder();
        millis("connectivity_check_interval_ms", 1, settings::checkInterval);
        section.bool("connectivity_check_on_change").ifPresent(settings::checkOnChange);
        integer("max_outbound_connections", 0, MAX, settings::maxOutboundConnections);
        integer("connection_backoff_base", 1, 1_000_000, settings::base);
        section.parsed(
                        "connection_backoff_jitter",
                        "full or added",
                        name -> Jitter.valueOf(name.toUpperCase(Locale.ROOT)))
                .ifPresent(settings::jitter);
        millis("max_connection_delay_ms", 0, settings::maxDelay);
        integer("dials_per_second", 1, 1_000_000, settings::dialsPerSecond);
        integer("dial_burst", 1, 1_000_000, settings::dialBurst);
        integer("max_pending_outbound", 1, MAX, settings::maxPending);
        millis("max_dial_spread_ms", 0, settings::maxSpread);
        millis("dial_tie_delay_ms", 0, settings::tieDelay);
        millis("connection_stable_after_ms", 0, settings::stableAfter);
        section.bool("enable_latency_aware_dialing").ifPresent(settings::latencyAware);
        millis("dial_retry_window_ms", 0, settings::retryWindow);
        integer("num_dials_before_backoff", 1, MAX, settings::dialsBeforeBackoff);
        integer("max_latency_probes", 0, 1_000, settings::maxProbes);
        integer("max_parallel_peer_latency_pings", 1, 1_000, settings::probesOfOnePeer);
        integer("latency_probes_per_second", 1, 1_000_000, settings::probesPerSecond);
        millis("latency_probe_timeout_ms", 1, settings::probeLimit);
        millis("latency_probe_interval_ms", 1, settings::probeInterval);
        millis("max_latency_probe_interval_ms", 1, settings::longestProbeInterval);
        millis("epoch_preconnect_ms", 0, settings::preConnect);
        millis("epoch_overdue_ms", 0, settings::overdue);
        millis("connection_drain_ms", 0, settings::drain);
        return settings.build();
    }

    private void integer(String key, int least, int most, IntConsumer to) {
        section.integer(key, least, most).ifPresent(to);
    }

    private void millis(String key, long least, Consumer<Duration> to) {
        section.number(key, least, MAX_MILLIS)
                .ifPresent(millis -> to.accept(Duration.ofMillis(millis)));
    }
}
