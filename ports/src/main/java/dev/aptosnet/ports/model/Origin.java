package dev.aptosnet.ports.model;

/** Who opened a connection. */
public enum Origin {
    /** The peer dialed us. */
    INBOUND,
    /** We dialed the peer. */
    OUTBOUND
}
