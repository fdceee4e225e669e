package dev.aptosnet.node.network;

import dev.aptosnet.domain.health.OpenBreakerLimit;
import dev.aptosnet.node.connection.ConnectionHealth;
import dev.aptosnet.node.connection.PeerConnection;
import dev.aptosnet.node.metrics.HealthMetrics;
import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.ports.client.BreakerState;
import dev.aptosnet.ports.client.PeerHealth;
import dev.aptosnet.ports.client.PeerHealth.Condition;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.settings.PeerHealthSettings;
import dev.aptosnet.ports.transport.Clock;

import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** How the connected peers of a network are. Any thread. */
final class PeerHealths {
    private final PeerHealthSettings settings;
    private final Duration interval;
    private final Clock clock;
    private final HealthMetrics metrics;
    private final ConnectedPeers connected;
    private final HealthProtocol checks;
    private final OpenBreakerLimit openPeers;

    /**
     * @param interval of pings
     */
    PeerHealths(
            PeerHealthSettings settings,
            Duration interval,
            Clock clock,
            NetworkMetrics network,
            ConnectedPeers connected,
            HealthProtocol checks) {
        this.settings = settings;
        this.interval = interval;
        this.clock = clock;
        this.metrics = new HealthMetrics(network);
        this.connected = connected;
        this.checks = checks;
        this.openPeers =
                new OpenBreakerLimit(settings.breaker(), () -> connected.connections().size());
    }

    /** For a new connection. */
    ConnectionHealth forConnection() {
        return new ConnectionHealth(settings, openPeers, metrics, clock.now());
    }

    HealthMetrics metrics() {
        return metrics;
    }

    /** How a peer is; empty if it is not connected. */
    Optional<PeerHealth> find(PeerId peer) {
        return Optional.ofNullable(connected.find(peer)).map(this::read);
    }

    /** How all are, by peer id. */
    List<PeerHealth> all() {
        return connected.connections().stream()
                .map(this::read)
                .sorted(Comparator.comparing(PeerHealth::peer))
                .toList();
    }

    private PeerHealth read(PeerConnection connection) {
        var peer = connection.peer();
        return connection
                .health()
                .read(
                        clock.now(),
                        peer,
                        checks.roundTrip(peer).orElse(null),
                        checks.isSuspected(peer),
                        interval);
    }

    /** Registers what is read when somebody looks; no label names a peer. */
    void register(NetworkMetrics network) {
        score(network, "min", scores -> scores[0]);
        score(network, "median", scores -> scores[scores.length / 2]);
        score(network, "mean", scores -> Arrays.stream(scores).average().orElse(Double.NaN));
        score(network, "max", scores -> scores[scores.length - 1]);
        for (var condition : Condition.values()) {
            network.gauge(
                    "aptosnet_peers_by_condition",
                    this,
                    all -> all.count(condition),
                    "condition",
                    condition.name().toLowerCase(Locale.ROOT));
        }
        for (var state : List.of(BreakerState.OPEN, BreakerState.HALF_OPEN)) {
            network.gauge(
                    "aptosnet_circuit_breakers",
                    this,
                    all -> all.breakers(state),
                    "state",
                    HealthMetrics.label(state));
        }
        network.gauge("aptosnet_circuit_breaker_open_peers", openPeers, OpenBreakerLimit::size);
    }

    private void score(NetworkMetrics network, String stat, ToDoubleFunction<double[]> of) {
        network.gauge(
                "aptosnet_peer_health_score",
                this,
                all -> {
                    var scores = all.scores();
                    return scores.length == 0 ? Double.NaN : of.applyAsDouble(scores);
                },
                "stat",
                stat);
    }

    private double[] scores() {
        var now = clock.now();
        return connected.connections().stream()
                .mapToDouble(
                        c ->
                                c.health()
                                        .score(
                                                now,
                                                checks.roundTrip(c.peer()).orElse(null),
                                                interval))
                .sorted()
                .toArray();
    }

    private double count(Condition condition) {
        var now = clock.now();
        return connected.connections().stream()
                .filter(c -> condition == c.health().condition(now, checks.isSuspected(c.peer())))
                .count();
    }

    private double breakers(BreakerState state) {
        return connected.connections().stream().mapToLong(c -> c.health().breakers(state)).sum();
    }
}
