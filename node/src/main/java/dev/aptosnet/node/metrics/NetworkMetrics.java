package dev.aptosnet.node.metrics;

import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.SetupFailure;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.ToDoubleFunction;

/**
 * The meters of one network of one node, each with the labels {@code role_type}, {@code network_id}
 * and {@code peer_id}, which is our own id in short form. No label ever holds what a peer chose.
 */
public final class NetworkMetrics implements AutoCloseable {
    /** Upper bounds in seconds, from neighbours in one rack to the longest time-out. */
    static final double[] PING_BUCKETS = {
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20
    };

    /** Upper bounds in seconds, from a webhook's to those of a file that is polled. */
    private static final double[] APPLY_BUCKETS = {
        0.001, 0.005, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60
    };

    /** Upper bounds in seconds, from an idle link's to those behind megabytes on a slow one. */
    private static final double[] WAIT_BUCKETS = {
        0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
        1, 5
    };

    private final ThreadLocal<ConnectionMetrics.Gathered> gathered =
            ThreadLocal.withInitial(ConnectionMetrics.Gathered::new);

    private final MeterRegistry registry;
    private final Tags common;
    private final Queue<Meter> meters = new ConcurrentLinkedQueue<>();
    private final ConcurrentHashMap<List<String>, Counter> counters = new ConcurrentHashMap<>();
    private final AtomicReferenceArray<Timer> callLatencies =
            new AtomicReferenceArray<>(ProtocolId.MAX_NUMBER + 1);
    private final AtomicReferenceArray<Timer> handlerLatencies =
            new AtomicReferenceArray<>(ProtocolId.MAX_NUMBER + 1);
    private final ConcurrentHashMap<List<String>, Timer> upgrades = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<List<String>, DistributionSummary> summaries =
            new ConcurrentHashMap<>();
    private final ObservationCounters observations;
    private final DistributionSummary[] waits = new DistributionSummary[MessageClass.COUNT];
    private final Counter[][] refusals =
            new Counter[MessageClass.COUNT][SendResult.values().length];

    /**
     * @param registry where the meters live until {@link #close}
     * @param validator the node's role, for the label
     */
    public NetworkMetrics(
            MeterRegistry registry, NetworkId network, PeerId self, boolean validator) {
        this.registry = registry;
        this.common =
                Tags.of(
                        "role_type",
                        validator ? "validator" : "full_node",
                        "network_id",
                        network.configName(),
                        "peer_id",
                        self.shortText());
        this.observations = new ObservationCounters(this);
        for (var i = 0; i < MessageClass.COUNT; i++) {
            var label = MessageClass.ofIndex(i).name().toLowerCase(Locale.ROOT);
            waits[i] = summary("aptosnet_send_wait_seconds", WAIT_BUCKETS, "class", label);
            for (var result : SendResult.values()) {
                refusals[i][result.ordinal()] =
                        counter(
                                "aptosnet_send_refused_total",
                                "class",
                                label,
                                "reason",
                                result.name().toLowerCase(Locale.ROOT));
            }
        }
    }

    /** What the calling thread, an owner of connections, has not added up yet. */
    ConnectionMetrics.Gathered gatheredHere() {
        return gathered.get();
    }

    void add(int observation, long count, long size) {
        observations.add(observation, count, size);
    }

    Counter refused(MessageClass messageClass, SendResult why) {
        return refusals[messageClass.index()][why.ordinal()];
    }

    /**
     * Registers a value that is read when somebody looks.
     *
     * @return takes it away again
     */
    public <T> Runnable gauge(String name, T source, ToDoubleFunction<T> value, String... labels) {
        var gauge = Gauge.builder(name, source, value).tags(common.and(labels)).register(registry);
        meters.add(gauge);
        return () -> {
            meters.remove(gauge);
            registry.remove(gauge);
        };
    }

    /** Registers a count that somebody else keeps, read when somebody looks; it never falls. */
    public <T> void total(String name, T source, ToDoubleFunction<T> value, String... labels) {
        meters.add(
                FunctionCounter.builder(name, source, value)
                        .tags(common.and(labels))
                        .register(registry));
    }

    /**
     * The counter with this name and these labels; the same object every time.
     *
     * @param labels names and values in turn
     */
    public Counter counter(String name, String... labels) {
        return counters.computeIfAbsent(
                key(name, labels),
                _ -> {
                    var counter = Counter.builder(name).tags(common.and(labels)).register(registry);
                    meters.add(counter);
                    return counter;
                });
    }

    /** The time from a call to its answer. Any thread. */
    public void answered(ProtocolId protocol, long nanos) {
        latency(callLatencies, "aptos_network_outbound_rpc_request_latency_seconds", protocol)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /** The time from a request's arrival to its handler's answer. Any thread. */
    public void served(ProtocolId protocol, long nanos) {
        latency(handlerLatencies, "aptos_network_inbound_rpc_handler_latency_seconds", protocol)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer latency(AtomicReferenceArray<Timer> byNumber, String name, ProtocolId protocol) {
        var known = byNumber.get(protocol.number());
        if (known != null) {
            return known;
        }
        // Two threads may get here at once: the registry gives both the same timer.
        var timer =
                Timer.builder(name)
                        .tags(common.and("protocol_id", protocol.name()))
                        .register(registry);
        meters.add(timer);
        byNumber.set(protocol.number(), timer);
        return timer;
    }

    /** The time from queueing a message until the system had taken its last byte. Any thread. */
    void waited(MessageClass messageClass, long nanos) {
        waits[messageClass.index()].record(nanos / 1e9);
    }

    /** A set-up ended, well or not. */
    public void upgraded(Origin origin, boolean succeeded, Duration took) {
        upgrades.computeIfAbsent(
                        List.of(label(origin), succeeded ? "succeeded" : "failed"), this::upgrades)
                .record(took);
    }

    private Timer upgrades(List<String> directionAndState) {
        var timer =
                Timer.builder("aptos_network_connection_upgrade_time_seconds")
                        .tags(
                                common.and(
                                        "direction",
                                        directionAndState.get(0),
                                        "state",
                                        directionAndState.get(1)))
                        .register(registry);
        meters.add(timer);
        return timer;
    }

    /**
     * A connection was proven.
     *
     * @param took from the dial, or from accept
     */
    public void setUp(String transport, Origin origin, Duration took) {
        summary(
                        "aptosnet_setup_seconds",
                        PING_BUCKETS,
                        "transport",
                        transport,
                        "direction",
                        label(origin))
                .record(took.toNanos() / 1e9);
    }

    /**
     * A dial that could go over QUIC and TCP has ended.
     *
     * @param winner {@code quic}, {@code tcp} or {@code none}
     */
    public void raceEnded(String winner) {
        counter("aptosnet_dial_races_total", "winner", winner).increment();
    }

    /**
     * A connection came to be over TCP although QUIC was tried.
     *
     * @param reason a set-up failure's, or {@code overtaken}
     */
    public void fellBack(String reason) {
        counter("aptosnet_quic_fallbacks_total", "reason", reason).increment();
    }

    /**
     * A ping was answered.
     *
     * @param label {@code connected}, or {@code pre_dial} for one before a connection
     */
    public void pinged(String label, Duration roundTrip) {
        summary("aptos_network_peer_ping_times", PING_BUCKETS, "label", label)
                .record(roundTrip.toNanos() / 1e9);
    }

    /**
     * The histogram with this name and these labels; the same object every time. Not a timer even
     * for seconds, since a timer's name would end in its unit.
     *
     * @param buckets their upper bounds, rising
     * @param labels names and values in turn
     */
    DistributionSummary summary(String name, double[] buckets, String... labels) {
        return summaries.computeIfAbsent(
                key(name, labels),
                _ -> {
                    var summary =
                            DistributionSummary.builder(name)
                                    .serviceLevelObjectives(buckets)
                                    .tags(common.and(labels))
                                    .register(registry);
                    meters.add(summary);
                    return summary;
                });
    }

    private static List<String> key(String name, String... labels) {
        var key = new ArrayList<String>(labels.length + 1);
        key.add(name);
        key.addAll(List.of(labels));
        return key;
    }

    /**
     * A view of a source was applied.
     *
     * @param since what happened in the source
     */
    public void discoveryApplied(SourceKind source, Duration since) {
        summary("aptosnet_discovery_apply_seconds", APPLY_BUCKETS, "source", source.label())
                .record(since.toNanos() / 1e9);
    }

    /** A connection was refused in its set-up. */
    public void setupRefused(Origin origin, SetupFailure.Reason reason) {
        counter(
                        "aptosnet_setup_failures_total",
                        "direction",
                        label(origin),
                        "reason",
                        reason.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    /** A connection had to make room for a priority peer. */
    public void priorityPeerEviction() {
        counter("aptos_priority_peer_evictions").increment();
    }

    /** A proven connection was refused by admission. */
    public void connectionRejected(Origin origin) {
        counter("aptos_connections_rejected", "direction", label(origin)).increment();
    }

    /** A dial was started. */
    public void dialed() {
        counter("aptos_network_connection_operations", "operation", "dial", "label", "dial_peer")
                .increment();
    }

    /** A connection ended. */
    public void disconnected(DisconnectReason reason) {
        counter(
                        "aptos_network_connection_operations",
                        "operation",
                        "disconnect",
                        "label",
                        reason.label())
                .increment();
    }

    /**
     * An announced epoch has begun.
     *
     * @param joined how many peers are new
     * @param preConnected how many of them were connected already
     */
    public void epochChanged(int joined, int preConnected) {
        counter("aptosnet_epoch_joined_peers_total", "connected", "before").increment(preConnected);
        counter("aptosnet_epoch_joined_peers_total", "connected", "not_yet")
                .increment(joined - preConnected);
    }

    /** So many calls of ours were open when a peer that has left had to be gone. */
    public void handOffCutOff(int calls) {
        if (calls > 0) {
            counter("aptosnet_handoff_failed_calls_total").increment(calls);
        }
    }

    /** Counters for one connection, which share the network's meters. */
    public ConnectionMetrics forConnection() {
        return new ConnectionMetrics(this);
    }

    /** The value of the label {@code direction}. */
    public static String label(Origin origin) {
        return origin == Origin.INBOUND ? "inbound" : "outbound";
    }

    /** Takes every meter out of the registry. */
    @Override
    public void close() {
        for (var meter = meters.poll(); meter != null; meter = meters.poll()) {
            registry.remove(meter);
        }
    }
}
