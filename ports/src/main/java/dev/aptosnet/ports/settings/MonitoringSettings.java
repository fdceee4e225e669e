package dev.aptosnet.ports.settings;

import java.time.Duration;

/**
 * How a node asks its peers how they are, and answers the same question (behaviour.md sections 16
 * and 19.3). Each names its configuration key, all of them under {@code peer_monitoring_service}.
 *
 * @param client whether to ask; {@code enable_peer_monitoring_client}
 * @param server whether to answer; {@code enable_peer_monitoring_server}, which is ours. Unmodified
 *     nodes disconnect a peer that does not
 * @param sanitize whether to keep to ourselves who our peers are and what we were built from;
 *     {@code enable_metadata_sanitization}
 * @param maxConcurrentRequests how many requests of peers are worked on at once, further ones wait;
 *     {@code max_concurrent_requests}
 * @param maxResponseBytes answers above this count as failures; {@code max_num_response_bytes}
 * @param maxJitter each request is delayed by up to this, so that peers are not asked all at once;
 *     {@code max_request_jitter_ms}
 * @param updateInterval how often the peers' metadata is renewed for applications; {@code
 *     metadata_update_interval_ms}
 * @param checkInterval how often it is looked what is due; {@code peer_monitor_interval_usec}
 * @param latency pings
 * @param maxLatencyFailures failed pings in a row with which a peer is disconnected; {@code
 *     latency_monitoring.max_latency_ping_failures}
 * @param retainedLatencies how many round trips the average is made from; {@code
 *     latency_monitoring.max_num_latency_pings_to_retain}
 * @param disconnect whether a peer with so many failures is disconnected, not only reported; {@code
 *     latency_monitoring.disconnect_from_peers_on_failures}
 * @param network asking for the network information
 * @param node asking for the node information
 */
public record MonitoringSettings(
        boolean client,
        boolean server,
        boolean sanitize,
        int maxConcurrentRequests,
        int maxResponseBytes,
        Duration maxJitter,
        Duration updateInterval,
        Duration checkInterval,
        Asking latency,
        int maxLatencyFailures,
        int retainedLatencies,
        boolean disconnect,
        Asking network,
        Asking node) {
    private static final Duration LONGEST = Duration.ofDays(1);

    /** What an unmodified node does. */
    public static final MonitoringSettings DEFAULT =
            new MonitoringSettings(
                    true,
                    true,
                    true,
                    1000,
                    100 * 1024,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(1),
                    new Asking(Duration.ofSeconds(20), Duration.ofSeconds(20)),
                    3,
                    10,
                    true,
                    new Asking(Duration.ofSeconds(60), Duration.ofSeconds(10)),
                    new Asking(Duration.ofSeconds(15), Duration.ofSeconds(10)));

    /** Neither asks nor answers. */
    public static final MonitoringSettings OFF = DEFAULT.withClient(false).withServer(false);

    /**
     * One kind of request.
     *
     * @param interval more than this passes between the starts of two requests
     * @param timeout for the answer
     */
    public record Asking(Duration interval, Duration timeout) {}

    /** Refuses what cannot work. */
    public MonitoringSettings {
        atLeastOne("max_concurrent_requests", maxConcurrentRequests);
        atLeastOne("max_num_response_bytes", maxResponseBytes);
        atLeastOne("max_latency_ping_failures", maxLatencyFailures);
        atLeastOne("max_num_latency_pings_to_retain", retainedLatencies);
        require("max_request_jitter_ms", maxJitter, Duration.ZERO);
        var shortest = Duration.ofMillis(1);
        require("metadata_update_interval_ms", updateInterval, shortest);
        require("peer_monitor_interval_usec", checkInterval, shortest);
        require("latency_ping_interval_ms", latency.interval, shortest);
        require("latency_ping_timeout_ms", latency.timeout, shortest);
        require("network_info_request_interval_ms", network.interval, shortest);
        require("network_info_request_timeout_ms", network.timeout, shortest);
        require("node_info_request_interval_ms", node.interval, shortest);
        require("node_info_request_timeout_ms", node.timeout, shortest);
    }

    private static void atLeastOne(String key, int value) {
        if (value < 1) {
            throw refused(key, String.valueOf(value), "> 0");
        }
    }

    private static void require(String key, Duration value, Duration shortest) {
        if (value.compareTo(shortest) < 0 || value.compareTo(LONGEST) > 0) {
            throw refused(key, value.toString(), shortest + " to " + LONGEST);
        }
    }

    private static IllegalArgumentException refused(String key, String value, String expected) {
        return new IllegalArgumentException(key + ": " + value + " (expected: " + expected + ")");
    }

    /** Like these, asking or not. */
    public MonitoringSettings withClient(boolean client) {
        return with(client, server, sanitize, disconnect, latency, network, node);
    }

    /** Like these, answering or not. */
    public MonitoringSettings withServer(boolean server) {
        return with(client, server, sanitize, disconnect, latency, network, node);
    }

    /** Like these, with {@code enable_metadata_sanitization} on or off. */
    public MonitoringSettings withSanitize(boolean sanitize) {
        return with(client, server, sanitize, disconnect, latency, network, node);
    }

    /** Like these, with {@code disconnect_from_peers_on_failures} on or off. */
    public MonitoringSettings withDisconnect(boolean disconnect) {
        return with(client, server, sanitize, disconnect, latency, network, node);
    }

    /** Like these, with other intervals and time-outs. */
    public MonitoringSettings withAsking(Asking latency, Asking network, Asking node) {
        return with(client, server, sanitize, disconnect, latency, network, node);
    }

    private MonitoringSettings with(
            boolean client,
            boolean server,
            boolean sanitize,
            boolean disconnect,
            Asking latency,
            Asking network,
            Asking node) {
        return new MonitoringSettings(
                client,
                server,
                sanitize,
                maxConcurrentRequests,
                maxResponseBytes,
                maxJitter,
                updateInterval,
                checkInterval,
                latency,
                maxLatencyFailures,
                retainedLatencies,
                disconnect,
                network,
                node);
    }

    /** Like these, with another delay of requests, and another look at what is due. */
    public MonitoringSettings withPace(
            Duration maxJitter, Duration checkInterval, Duration updateInterval) {
        return new MonitoringSettings(
                client,
                server,
                sanitize,
                maxConcurrentRequests,
                maxResponseBytes,
                maxJitter,
                updateInterval,
                checkInterval,
                latency,
                maxLatencyFailures,
                retainedLatencies,
                disconnect,
                network,
                node);
    }
}
