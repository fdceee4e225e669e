package dev.aptosnet.domain.monitoring;

/** What a peer may be asked (behaviour.md section 16.2). */
public sealed interface MonitoringRequest {
    /** Where the peer stands in the network. */
    record GetNetworkInformation() implements MonitoringRequest {}

    /** Which version of the service it runs. */
    record GetServerProtocolVersion() implements MonitoringRequest {}

    /** What it is and how far its ledger reaches. */
    record GetNodeInformation() implements MonitoringRequest {}

    /**
     * Whether it is there.
     *
     * @param counter to be echoed; unsigned
     */
    record LatencyPing(long counter) implements MonitoringRequest {}

    /** The name in metric labels. */
    default String label() {
        return switch (this) {
            case GetNetworkInformation _ -> "network_information";
            case GetServerProtocolVersion _ -> "server_protocol_version";
            case GetNodeInformation _ -> "node_information";
            case LatencyPing _ -> "latency_ping";
        };
    }
}
