package dev.aptosnet.ports.model;

/** Who opened a connection. */
public enum Origin {
    /** The peer dialled us. */
    INBOUND,
    /** We dialled the peer. */
    OUTBOUND
}
