package dev.aptosnet.domain.monitoring;

import dev.aptosnet.ports.monitoring.NetworkInformation;
import dev.aptosnet.ports.monitoring.NodeInformation;

/** What a peer answers. */
public sealed interface MonitoringResponse {
    /**
     * It is there.
     *
     * @param counter of the ping; unsigned
     */
    record LatencyPing(long counter) implements MonitoringResponse {}

    /** Where it stands in the network. */
    record Network(NetworkInformation information) implements MonitoringResponse {}

    /** What it is and how far its ledger reaches. */
    record Node(NodeInformation information) implements MonitoringResponse {}

    /**
     * Which version of the service it runs.
     *
     * @param version unsigned
     */
    record ServerProtocolVersion(long version) implements MonitoringResponse {}

    /** It could not answer, by its own fault. */
    record Internal(String detail) implements MonitoringResponse {}

    /** It did not understand. */
    record Invalid(String detail) implements MonitoringResponse {}

    /** The name in metric labels. */
    default String label() {
        return switch (this) {
            case LatencyPing _ -> "latency_ping";
            case Network _ -> "network_information";
            case Node _ -> "node_information";
            case ServerProtocolVersion _ -> "server_protocol_version";
            case Internal _ -> "internal_error";
            case Invalid _ -> "invalid_request";
        };
    }
}
