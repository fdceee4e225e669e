package dev.aptosnet.bootstrap.config;

import dev.aptosnet.ports.settings.MonitoringSettings;
import dev.aptosnet.ports.settings.MonitoringSettings.Asking;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads {@code peer_monitoring_service}: aptos-core's keys (behaviour.md section 19.3) and one of
 * ours.
 */
final class MonitoringSection {
    private static final int MAX = Integer.MAX_VALUE;
    private static final long MAX_MILLIS = Duration.ofDays(1).toMillis();

    /** Keys of aptos-core that nothing in this version asks for. */
    private static final List<String> UNUSED = List.of("num_threads", "max_network_channel_size");

    private final Section section;

    MonitoringSection(Section section) {
        this.section = section;
    }

    /**
     * @param unused takes the keys that are known and have no effect
     */
    MonitoringSettings read(Set<String> unused) {
        var usually = MonitoringSettings.DEFAULT;
        for (var key : UNUSED) {
            if (section.number(key, 0, Long.MAX_VALUE).isPresent()) {
                unused.add("peer_monitoring_service." + key);
            }
        }
        var latency = section.section("latency_monitoring");
        var network = section.section("network_monitoring");
        var node = section.section("node_monitoring");
        var settings =
                new MonitoringSettings(
                        section.bool("enable_peer_monitoring_client").orElse(usually.client()),
                        section.bool("enable_peer_monitoring_server").orElse(usually.server()),
                        section.bool("enable_metadata_sanitization").orElse(usually.sanitize()),
                        section.integer("max_concurrent_requests", 1, MAX)
                                .orElse(usually.maxConcurrentRequests()),
                        section.integer("max_num_response_bytes", 1, MAX)
                                .orElse(usually.maxResponseBytes()),
                        section.millis("max_request_jitter_ms", 0).orElse(usually.maxJitter()),
                        section.millis("metadata_update_interval_ms", 1)
                                .orElse(usually.updateInterval()),
                        micros("peer_monitor_interval_usec", usually.checkInterval()),
                        asking(latency, "latency_ping", usually.latency()),
                        latency.map(inner -> inner.integer("max_latency_ping_failures", 1, MAX))
                                .orElseGet(OptionalInt::empty)
                                .orElse(usually.maxLatencyFailures()),
                        latency.map(
                                        inner ->
                                                inner.integer(
                                                        "max_num_latency_pings_to_retain", 1, 1000))
                                .orElseGet(OptionalInt::empty)
                                .orElse(usually.retainedLatencies()),
                        latency.flatMap(inner -> inner.bool("disconnect_from_peers_on_failures"))
                                .orElse(usually.disconnect()),
                        asking(network, "network_info_request", usually.network()),
                        asking(node, "node_info_request", usually.node()));
        latency.ifPresent(Section::refuseUnknown);
        network.ifPresent(Section::refuseUnknown);
        node.ifPresent(Section::refuseUnknown);
        section.refuseUnknown();
        return settings;
    }

    private static Asking asking(Optional<Section> found, String prefix, Asking usually) {
        return found.map(
                        inner ->
                                new Asking(
                                        inner.millis(prefix + "_interval_ms", 1)
                                                .orElse(usually.interval()),
                                        inner.millis(prefix + "_timeout_ms", 1)
                                                .orElse(usually.timeout())))
                .orElse(usually);
    }

    private Duration micros(String key, Duration usually) {
        return Duration.ofNanos(
                1000
                        * section.number(key, 1000, 1000 * MAX_MILLIS)
                                .orElse(usually.toNanos() / 1000));
    }
}
