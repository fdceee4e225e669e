package dev.aptosnet.ports.model;

/** Why a connection ended; local knowledge, never sent (behaviour.md section 1.8). */
public enum DisconnectReason {
    /** The peer ended it in good order. */
    CONNECTION_CLOSED("ConnectionClosed"),
    /** It broke, or the peer sent what a connection does not survive. */
    INPUT_OUTPUT_ERROR("InputOutputError"),
    /** Too many pings went unanswered. */
    NETWORK_HEALTH_CHECK_FAILURE("NetworkHealthCheckFailure"),
    /** The monitoring service got no answers. */
    PEER_MONITORING_PING_FAILURE("PeerMonitoringPingFailure"),
    /** We wanted it closed: replaced, refused, evicted, or the node stops. */
    REQUESTED_BY_PEER_MANAGER("RequestedByPeerManager"),
    /** The peer is no longer in the trusted set. */
    STALE_CONNECTION("StaleConnection");

    private final String label;

    DisconnectReason(String label) {
        this.label = label;
    }

    /** The name in metric labels and logs. */
    public String label() {
        return label;
    }
}
