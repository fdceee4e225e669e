package dev.aptosnet.bootstrap.metrics;

import dev.aptosnet.domain.connection.Observation;
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
    private static final Observation[] OBSERVATIONS = Observation.values();

    private final NetworkMetrics network;
    private final long[] counts = new long[OBSERVATIONS.length];
    private final long[] bytes = new long[OBSERVATIONS.length];
    private boolean dirty;

    ConnectionMetrics(NetworkMetrics network) {
        this.network = network;
    }

    /** Notes what a connection observed. */
    public void observe(Observation what, @Nullable ProtocolId protocol, long size) {
        var index = what.ordinal();
        counts[index]++;
        bytes[index] += size;
        dirty = true;
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

    /** Counts a message that was not queued. Any thread. */
    public void refused(MessageClass messageClass, SendResult why) {
        network.counter(
                        "aptosnet_send_refused_total",
                        "class",
                        messageClass.name().toLowerCase(Locale.ROOT),
                        "reason",
                        why.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    /** Counts a direct send for which its handler's queue had no room. */
    public void declinedDirectSend(int size) {
        network.counter("aptos_network_direct_send_messages", "state", "declined").increment();
        network.counter("aptos_network_direct_send_bytes", "state", "declined")
                .increment((double) size);
    }

    /** Adds what was noted to the network's counters. Owner only. */
    public void flush() {
        if (!dirty) {
            return;
        }
        dirty = false;
        for (var what : OBSERVATIONS) {
            var index = what.ordinal();
            if (counts[index] > 0) {
                add(what, counts[index], bytes[index]);
                counts[index] = 0;
                bytes[index] = 0;
            }
        }
    }

    private void add(Observation what, long count, long size) {
        switch (what) {
            case REQUEST_OUT_SENT -> rpc("request", "outbound", "sent", count, size);
            case REQUEST_OUT_DECLINED -> rpc("request", "outbound", "declined", count, size);
            case REQUEST_OUT_CANCELED -> rpc("request", "outbound", "canceled", count, size);
            case REQUEST_OUT_EXPIRED, REQUEST_OUT_REFUSED, REQUEST_OUT_FAILED ->
                    rpc("request", "outbound", "failed", count, size);
            case REQUEST_IN_RECEIVED -> rpc("request", "inbound", "received", count, size);
            case REQUEST_IN_DECLINED -> rpc("request", "inbound", "declined", count, size);
            case REQUEST_IN_UNKNOWN -> rpc("request", "inbound", "unknown", count, size);
            case RESPONSE_OUT_SENT -> rpc("response", "outbound", "sent", count, size);
            case RESPONSE_OUT_FAILED, RESPONSE_OUT_EXPIRED ->
                    rpc("response", "outbound", "failed", count, size);
            case RESPONSE_IN_RECEIVED -> rpc("response", "inbound", "received", count, size);
            case RESPONSE_IN_EXPIRED -> rpc("response", "inbound", "expired", count, size);
            case DIRECT_SEND_SENT -> direct("sent", count, size);
            case DIRECT_SEND_FAILED -> direct("failed", count, size);
            case DIRECT_SEND_RECEIVED -> direct("received", count, size);
            case DIRECT_SEND_UNKNOWN -> direct("unknown", count, size);
            default ->
                    network.counter(
                                    "aptosnet_connection_events_total",
                                    "event",
                                    what.name().toLowerCase(Locale.ROOT))
                            .increment((double) count);
        }
    }

    private void rpc(String type, String direction, String state, long count, long size) {
        String[] labels = {"message_type", type, "message_direction", direction, "state", state};
        network.counter("aptos_network_rpc_messages", labels).increment((double) count);
        network.counter("aptos_network_rpc_bytes", labels).increment((double) size);
    }

    private void direct(String state, long count, long size) {
        network.counter("aptos_network_direct_send_messages", "state", state)
                .increment((double) count);
        network.counter("aptos_network_direct_send_bytes", "state", state).increment((double) size);
    }
}
