package dev.aptosnet.node.metrics;

import dev.aptosnet.domain.connection.Observation;
import dev.aptosnet.domain.rate.RateLimitKind;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/**
 * What happens on one connection, gathered in plain fields by its owner and added to the network's
 * counters once a wake-up. Single owner, except for {@link #refused}.
 */
public final class ConnectionMetrics {
    private final NetworkMetrics network;

    /** Where the owner's thread notes what happens, on this connection and its others. */
    private @Nullable Gathered gathered;

    ConnectionMetrics(NetworkMetrics network) {
        this.network = network;
    }

    /** Notes what a connection observed. */
    public void observe(Observation what, @Nullable ProtocolId protocol, long size) {
        var notes = gathered;
        if (notes == null) {
            notes = network.gatheredHere();
            gathered = notes;
        }
        notes.note(what, size);
    }

    /** Counts a peer's mistake by its rule. */
    public void mistake(Observation what, Enum<?> error) {
        network.counter(
                        "aptosnet_peer_mistakes_total",
                        "kind",
                        what.name().toLowerCase(Locale.ROOT),
                        "error",
                        error.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    /** The time from a call to its answer. Any thread. */
    public void answered(ProtocolId protocol, long nanos) {
        network.answered(protocol, nanos);
    }

    /** The time from a request's arrival to its handler's answer. Any thread. */
    public void served(ProtocolId protocol, long nanos) {
        network.served(protocol, nanos);
    }

    /** The time from queueing a message until the system had taken its last byte. */
    public void waited(MessageClass messageClass, long nanos) {
        network.waited(messageClass, nanos);
    }

    /** Counts a message that was not queued. Any thread. */
    public void refused(MessageClass messageClass, SendResult why) {
        network.refused(messageClass, why).increment();
    }

    /** Counts a direct send that its handler's queue gave up. Any thread. */
    public void droppedDirectSend(ProtocolId protocol, int size) {
        network.counter("aptosnet_inbound_dropped_total", "protocol_id", protocol.name())
                .increment();
        declinedDirectSend(size);
    }

    /** Counts a direct send that no handler will see. Any thread. */
    public void declinedDirectSend(int size) {
        network.counter("aptos_network_direct_send_messages", "state", "declined").increment();
        network.counter("aptos_network_direct_send_bytes", "state", "declined").increment(size);
    }

    /** Counts a handler or callback that threw. Any thread. */
    public void handlerFailed(ProtocolId protocol) {
        network.counter("aptosnet_handler_failures_total", "protocol_id", protocol.name())
                .increment();
    }

    /** Counts a payload of the peer that did not decode. Any thread. */
    public void malformedPayload(ProtocolId protocol) {
        network.counter("aptosnet_malformed_payloads_total", "protocol_id", protocol.name())
                .increment();
    }

    /** Counts code that held up a connection's owner for long. */
    public void slowInline(ProtocolId protocol) {
        network.counter("aptosnet_slow_inline_total", "protocol_id", protocol.name()).increment();
    }

    /** Counts that reading stopped because a bucket was empty. */
    public void throttled(RateLimitKind bucket) {
        network.counter(
                        "aptos_network_inbound_rate_limiter_throttled_count",
                        "bucket",
                        bucket.label())
                .increment();
    }

    /** Counts a message that a bucket could never let pass. */
    public void capacityExceeded(RateLimitKind bucket) {
        network.counter(
                        "aptos_network_inbound_rate_limiter_capacity_exceeded_count",
                        "bucket",
                        bucket.label())
                .increment();
    }

    /** Adds what was noted to the network's counters. Owner only. */
    public void flush() {
        var notes = gathered;
        if (notes != null) {
            gathered = null;
            notes.flush(network);
        }
    }

    /**
     * What one thread has noted since it last added to the network's counters. A connection needs
     * none of its own, since its owner adds it up before the thread turns to something else.
     */
    static final class Gathered {
        private final long[] counts = new long[ObservationCounters.COUNT];
        private final long[] bytes = new long[ObservationCounters.COUNT];

        private void note(Observation what, long size) {
            var index = what.ordinal();
            counts[index]++;
            bytes[index] += size;
        }

        private void flush(NetworkMetrics network) {
            for (var index = 0; index < counts.length; index++) {
                if (counts[index] > 0) {
                    network.add(index, counts[index], bytes[index]);
                    counts[index] = 0;
                    bytes[index] = 0;
                }
            }
        }
    }
}
