package dev.aptosnet.node.metrics;

import dev.aptosnet.domain.connection.Observation;

import io.micrometer.core.instrument.Counter;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/** Which counters an observation of a connection adds to, found once and not for each message. */
final class ObservationCounters {
    private static final Observation[] ALL = Observation.values();

    /** How many observations there are. */
    static final int COUNT = ALL.length;

    private final Counter[] counts = new Counter[COUNT];
    private final @Nullable Counter[] bytes = new Counter[COUNT];

    ObservationCounters(NetworkMetrics network) {
        for (var what : ALL) {
            var index = what.ordinal();
            var state = stateOf(what);
            var flushed = flushReason(what);
            if (flushed != null) {
                counts[index] = network.counter("aptosnet_flushes_total", "reason", flushed);
                bytes[index] = network.counter("aptosnet_flushed_frames_total", "reason", flushed);
            } else if (state == null) {
                counts[index] =
                        network.counter(
                                "aptosnet_connection_events_total",
                                "event",
                                what.name().toLowerCase(Locale.ROOT));
            } else {
                counts[index] = network.counter(state.family + "_messages", state.labels);
                bytes[index] = network.counter(state.family + "_bytes", state.labels);
            }
        }
    }

    void add(int observation, long count, long size) {
        counts[observation].increment((double) count);
        var sizes = bytes[observation];
        if (sizes != null) {
            sizes.increment((double) size);
        }
    }

    /** A pair of aptos-core's counters, and the labels of one state. */
    private static final class State {
        private final String family;
        private final String[] labels;

        State(String family, String... labels) {
            this.family = family;
            this.labels = labels;
        }
    }

    /** Of those, the second figure is not bytes but frames. */
    private static @Nullable String flushReason(Observation what) {
        return switch (what) {
            case FLUSHED_AT_ONCE -> "at_once";
            case FLUSHED_WHEN_DUE -> "due";
            case FLUSHED_WHEN_FULL -> "full";
            default -> null;
        };
    }

    private static @Nullable State stateOf(Observation what) {
        return switch (what) {
            case REQUEST_OUT_SENT -> rpc("request", "outbound", "sent");
            case REQUEST_OUT_DECLINED -> rpc("request", "outbound", "declined");
            case REQUEST_OUT_CANCELED -> rpc("request", "outbound", "canceled");
            case REQUEST_OUT_EXPIRED, REQUEST_OUT_REFUSED, REQUEST_OUT_FAILED ->
                    rpc("request", "outbound", "failed");
            case REQUEST_IN_RECEIVED -> rpc("request", "inbound", "received");
            case REQUEST_IN_DECLINED -> rpc("request", "inbound", "declined");
            case REQUEST_IN_UNKNOWN -> rpc("request", "inbound", "unknown");
            case RESPONSE_OUT_SENT -> rpc("response", "outbound", "sent");
            case RESPONSE_OUT_FAILED, RESPONSE_OUT_EXPIRED -> rpc("response", "outbound", "failed");
            case RESPONSE_IN_RECEIVED -> rpc("response", "inbound", "received");
            case RESPONSE_IN_EXPIRED -> rpc("response", "inbound", "expired");
            case DIRECT_SEND_SENT -> direct("sent");
            case DIRECT_SEND_FAILED -> direct("failed");
            case DIRECT_SEND_RECEIVED -> direct("received");
            case DIRECT_SEND_UNKNOWN -> direct("unknown");
            default -> null;
        };
    }

    private static State rpc(String type, String direction, String state) {
        return new State(
                "aptos_network_rpc",
                "message_type",
                type,
                "message_direction",
                direction,
                "state",
                state);
    }

    private static State direct(String state) {
        return new State("aptos_network_direct_send", "state", state);
    }
}
