package dev.aptosnet.node.discovery;

import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.ports.discovery.PeerSource;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceFailure;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.discovery.SourceReport;
import dev.aptosnet.ports.discovery.SourceStatus.Condition;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.Clock;

import java.util.Map;
import java.util.Set;

/** A source, and what can be seen of it from outside. The loop takes its views. */
final class WatchedSource {
    private static final Map<String, Class<? extends Condition>> STATES =
            Map.of(
                    "starting", Condition.Starting.class,
                    "working", Condition.Working.class,
                    "failing", Condition.Failing.class);

    private final PeerSource source;
    private final Clock clock;
    private volatile Set<PeerId> peers = Set.of();

    WatchedSource(PeerSource source, Clock clock) {
        this.source = source;
        this.clock = clock;
    }

    PeerSource source() {
        return source;
    }

    /** Registers its meters (behaviour.md section 19.1; {@code aptosnet_} are ours). */
    void show(NetworkMetrics metrics) {
        var label = source.kind().label();
        STATES.forEach(
                (state, condition) ->
                        metrics.gauge(
                                "aptosnet_discovery_source_state",
                                source,
                                asked -> condition.isInstance(asked.status().condition()) ? 1 : 0,
                                "source",
                                label,
                                "state",
                                state));
        metrics.gauge(
                "aptosnet_discovery_view_age_seconds",
                source,
                asked ->
                        asked.status()
                                .age(clock.now())
                                .map(age -> age.toNanos() / 1e9)
                                .orElse(Double.NaN),
                "source",
                label);
        metrics.gauge(
                "aptosnet_discovery_view_peers",
                this,
                watched -> watched.peers.size(),
                "source",
                label);
        metrics.total(
                "aptosnet_discovery_readings_total",
                source,
                asked -> asked.status().readings(),
                "source",
                label);
        for (var kind : SourceFailure.values()) {
            metrics.total(
                    "aptosnet_discovery_failures_total",
                    source,
                    asked -> asked.status().failures(kind),
                    "source",
                    label,
                    "reason",
                    kind.label());
        }
        if (source.kind() == SourceKind.ON_CHAIN_VALIDATOR_SET) {
            showAsAptosCore(metrics);
        }
    }

    /** What aptos-core counts of its own source, the chain. */
    private void showAsAptosCore(NetworkMetrics metrics) {
        metrics.gauge(
                "aptos_network_key_mismatch",
                source,
                asked -> asked.status().keyMismatch() ? 1 : 0);
        metrics.total(
                "aptos_simple_onchain_discovery_counts",
                source,
                asked -> asked.status().failures().values().stream().mapToLong(Long::valueOf).sum(),
                "metric",
                "read_failure");
        newNodes(metrics, 0);
        // Views wait in a slot, which is never full.
        metrics.counter("aptos_simple_onchain_discovery_counts", "metric", "send_failure");
    }

    private static void newNodes(NetworkMetrics metrics, long count) {
        metrics.counter("aptos_simple_onchain_discovery_counts", "metric", "new_nodes")
                .increment((double) count);
    }

    /** A view of it was applied. On the loop. */
    void taken(PeerView view, NetworkMetrics metrics) {
        source.status()
                .changedAt()
                .ifPresent(at -> metrics.discoveryApplied(source.kind(), clock.now().since(at)));
        if (source.kind() == SourceKind.ON_CHAIN_VALIDATOR_SET) {
            var before = peers;
            newNodes(
                    metrics,
                    view.peers().keySet().stream().filter(peer -> !before.contains(peer)).count());
        }
        peers = view.peers().keySet();
    }

    SourceReport report() {
        var status = source.status();
        return new SourceReport(
                source.kind(), source.place(), status, status.age(clock.now()), peers.size());
    }
}
