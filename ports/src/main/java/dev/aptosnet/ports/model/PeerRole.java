package dev.aptosnet.ports.model;

/** What a peer is to us; local knowledge, in priority order (behaviour.md section 1.5). */
public enum PeerRole {
    /** A validator. */
    VALIDATOR("validator"),
    /** An upstream that is preferred over others. */
    PREFERRED_UPSTREAM("preferred_upstream_peer"),
    /** A node we take data from. */
    UPSTREAM("upstream_peer"),
    /** A validator's own full node. */
    VALIDATOR_FULL_NODE("validator_fullnode"),
    /** A node that takes data from us. */
    DOWNSTREAM("downstream_peer"),
    /** A node we know but have no particular relation to. */
    KNOWN("known_peer"),
    /** Any other node. */
    UNKNOWN("unknown_peer");

    private final String label;

    PeerRole(String label) {
        this.label = label;
    }

    /** The name in metric labels and logs. */
    public String label() {
        return label;
    }
}
