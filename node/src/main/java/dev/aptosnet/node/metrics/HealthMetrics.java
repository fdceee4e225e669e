package dev.aptosnet.node.metrics;

import dev.aptosnet.domain.wire.RefusalCode;
import dev.aptosnet.ports.client.BreakerState;
import dev.aptosnet.ports.model.ProtocolId;

import java.util.Locale;

/**
 * How calls fail and what circuit breakers do about it (docs/peer-health.md). Any thread. Nothing
 * here is on the path of a call that succeeds.
 */
public final class HealthMetrics {
    private final NetworkMetrics network;

    /** Among those of a network. */
    public HealthMetrics(NetworkMetrics network) {
        this.network = network;
    }

    /** A call failed, in our words. */
    public void failed(String kind) {
        network.counter("aptosnet_rpc_failures_total", "kind", kind).increment();
    }

    /** A call was refused by the peer. */
    public void refused(RefusalCode code) {
        failed("refused_" + code.name().toLowerCase(Locale.ROOT));
    }

    /** A call was given up this long before its caller would have. */
    public void saved(long nanos) {
        if (nanos > 0) {
            network.counter("aptosnet_rpc_time_saved_seconds_total").increment(nanos / 1e9);
        }
    }

    /** A second peer was asked as well, and one of them answered first, or none. */
    public void hedged(String answeredBy) {
        network.counter("aptosnet_rpc_hedges_total", "answered_by", answeredBy).increment();
    }

    /** A call was not made. */
    public void shortCircuited(ProtocolId protocol) {
        network.counter(
                        "aptosnet_circuit_breaker_short_circuited_total",
                        "protocol_id",
                        protocol.name())
                .increment();
        failed("circuit_open");
    }

    /** A breaker has another state. */
    public void breakerChanged(ProtocolId protocol, BreakerState to) {
        network.counter(
                        "aptosnet_circuit_breaker_transitions_total",
                        "protocol_id",
                        protocol.name(),
                        "to",
                        label(to))
                .increment();
    }

    /** A breaker stayed closed because too many peers are open. */
    public void breakerWithheld() {
        network.counter("aptosnet_circuit_breaker_withheld_total").increment();
    }

    /** A state in labels. */
    public static String label(BreakerState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
