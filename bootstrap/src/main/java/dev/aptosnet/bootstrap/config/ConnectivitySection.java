package dev.aptosnet.bootstrap.config;

import dev.aptosnet.ports.settings.ConnectivitySettings;
import dev.aptosnet.ports.settings.ConnectivitySettings.Jitter;

import java.util.Locale;

/**
 * Reads how a network keeps itself connected (behaviour.md section 19.2, and our keys beside it).
 */
final class ConnectivitySection {
    private static final int MAX = Integer.MAX_VALUE;

    private final Section section;

    ConnectivitySection(Section section) {
        this.section = section;
    }

    ConnectivitySettings read() {
        var settings = ConnectivitySettings.builder();
        section.millis("connectivity_check_interval_ms", 1).ifPresent(settings::checkInterval);
        section.bool("connectivity_check_on_change").ifPresent(settings::checkOnChange);
        section.integer("max_outbound_connections", 0, MAX)
                .ifPresent(settings::maxOutboundConnections);
        section.integer("connection_backoff_base", 1, 1_000_000).ifPresent(settings::base);
        section.parsed(
                        "connection_backoff_jitter",
                        "full or added",
                        name -> Jitter.valueOf(name.toUpperCase(Locale.ROOT)))
                .ifPresent(settings::jitter);
        section.millis("max_connection_delay_ms", 0).ifPresent(settings::maxDelay);
        section.integer("dials_per_second", 1, 1_000_000).ifPresent(settings::dialsPerSecond);
        section.integer("dial_burst", 1, 1_000_000).ifPresent(settings::dialBurst);
        section.integer("max_pending_outbound", 1, MAX).ifPresent(settings::maxPending);
        section.millis("max_dial_spread_ms", 0).ifPresent(settings::maxSpread);
        section.millis("dial_tie_delay_ms", 0).ifPresent(settings::tieDelay);
        section.millis("connection_stable_after_ms", 0).ifPresent(settings::stableAfter);
        section.bool("enable_latency_aware_dialing").ifPresent(settings::latencyAware);
        section.millis("dial_retry_window_ms", 0).ifPresent(settings::retryWindow);
        section.integer("num_dials_before_backoff", 1, MAX).ifPresent(settings::dialsBeforeBackoff);
        section.integer("max_latency_probes", 0, 1_000).ifPresent(settings::maxProbes);
        section.integer("max_parallel_peer_latency_pings", 1, 1_000)
                .ifPresent(settings::probesOfOnePeer);
        section.integer("latency_probes_per_second", 1, 1_000_000)
                .ifPresent(settings::probesPerSecond);
        section.millis("latency_probe_timeout_ms", 1).ifPresent(settings::probeLimit);
        section.millis("latency_probe_interval_ms", 1).ifPresent(settings::probeInterval);
        section.millis("max_latency_probe_interval_ms", 1)
                .ifPresent(settings::longestProbeInterval);
        section.millis("epoch_preconnect_ms", 0).ifPresent(settings::preConnect);
        section.millis("epoch_overdue_ms", 0).ifPresent(settings::overdue);
        section.millis("connection_drain_ms", 0).ifPresent(settings::drain);
        return settings.build();
    }
}
