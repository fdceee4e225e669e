package dev.aptosnet.node.metrics;

import dev.aptosnet.domain.monitoring.MonitoringFailure;
import dev.aptosnet.domain.monitoring.RequestKind;
import dev.aptosnet.ports.monitoring.PeerMonitoring;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What peer monitoring counts, client and server (behaviour.md section 19.1). Seconds where a unit
 * is not said. Any thread.
 */
public final class MonitoringMetrics {
    private static final String CLIENT = "peer_monitoring_client_";
    private static final String SERVER = "aptos_peer_monitoring_service_server_";

    /** The label value under which all kinds are counted together. */
    private static final String TOTAL = "TOTAL_COUNT";

    // The registry takes no bound of 0.
    private static final double[] DISTANCES = {0.5, 1, 2, 3, 4, 5, 10, 99, 100};
    private static final double[] PEERS = {0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500};
    private static final double[] UPTIMES = {60, 600, 3600, 21_600, 86_400, 604_800, 2_592_000};

    private final NetworkMetrics network;
    private final Map<RequestKind, AtomicInteger> inFlight = new EnumMap<>(RequestKind.class);

    /**
     * @param network whose labels these have, and whose end is theirs
     */
    public MonitoringMetrics(NetworkMetrics network) {
        this.network = network;
        for (var kind : RequestKind.values()) {
            var count = new AtomicInteger();
            inFlight.put(kind, count);
            network.gauge(
                    CLIENT + "in_flight_requests",
                    count,
                    AtomicInteger::get,
                    "request_type",
                    kind.label());
        }
    }

    /** A request is on its way. */
    public void sent(RequestKind kind) {
        count(CLIENT + "sent_requests", "request_types", kind.label());
        underWay(kind, 1);
    }

    /** A request is over, one way or another. */
    public void ended(RequestKind kind) {
        underWay(kind, -1);
    }

    private void underWay(RequestKind kind, int more) {
        var count = inFlight.get(kind);
        if (count != null) {
            count.addAndGet(more);
        }
    }

    /** A good answer came; what is known of its peer now. */
    public void succeeded(RequestKind kind, Duration took, PeerMonitoring known) {
        count(CLIENT + "success_responses", "response_type", kind.label());
        network.summary(
                        CLIENT + "request_latencies",
                        NetworkMetrics.PING_BUCKETS,
                        "request_type",
                        kind.label())
                .record(seconds(took));
        switch (kind) {
            case LATENCY_PING ->
                    known.averageLatency()
                            .ifPresent(
                                    average ->
                                            network.summary(
                                                            CLIENT + "average_ping_latencies",
                                                            NetworkMetrics.PING_BUCKETS)
                                                    .record(seconds(average)));
            case NETWORK_INFORMATION ->
                    known.network()
                            .ifPresent(
                                    information -> {
                                        network.summary(
                                                        CLIENT + "distance_from_validators",
                                                        DISTANCES)
                                                .record(
                                                        (double)
                                                                information
                                                                        .distanceFromValidators());
                                        network.summary(CLIENT + "num_connected_peers", PEERS)
                                                .record(information.connectedPeers().size());
                                    });
            case NODE_INFORMATION ->
                    known.node()
                            .ifPresent(
                                    information ->
                                            network.summary(CLIENT + "node_uptime", UPTIMES)
                                                    .record(
                                                            (double)
                                                                    information
                                                                            .uptime()
                                                                            .toSeconds()));
        }
    }

    /** A request failed. */
    public void failed(RequestKind kind, MonitoringFailure why) {
        count(CLIENT + "error_responses", "response_type", kind.label());
        network.counter(
                        "aptosnet_monitoring_failures_total",
                        "request_type",
                        kind.label(),
                        "reason",
                        why.label())
                .increment();
    }

    private void count(String name, String label, String value) {
        network.counter(name, label, value).increment();
        network.counter(name, label, TOTAL).increment();
    }

    /** A peer asked. */
    public void received(String type) {
        network.counter(SERVER + "requests_received", "request_type", type).increment();
    }

    /** A peer was answered. */
    public void responded(String type, Duration took) {
        network.counter(SERVER + "responses_sent", "response_type", type).increment();
        network.summary(
                        SERVER + "request_latency",
                        NetworkMetrics.PING_BUCKETS,
                        "request_type",
                        type)
                .record(seconds(took));
    }

    /** A peer was answered with an error. */
    public void refused(String type) {
        network.counter(SERVER + "errors", "error_type", type).increment();
    }

    private static double seconds(Duration length) {
        return length.toNanos() / 1e9;
    }
}
