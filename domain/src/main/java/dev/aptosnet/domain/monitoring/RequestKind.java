package dev.aptosnet.domain.monitoring;

/** What the monitor asks again and again. */
public enum RequestKind {
    /** A ping, which measures the round trip. */
    LATENCY_PING("latency_ping"),
    /** Where the peer stands in the network. */
    NETWORK_INFORMATION("network_information"),
    /** What the peer is and how far its ledger reaches. */
    NODE_INFORMATION("node_information");

    private final String label;

    RequestKind(String label) {
        this.label = label;
    }

    /** The name in metric labels. */
    public String label() {
        return label;
    }
}
