package dev.aptosnet.ports.client;

/** What became of a message that was to be sent, known at once. */
public enum SendResult {
    /** It waits in its class's queue of the peer's connection, or has already left. */
    QUEUED,
    /**
     * The class's queue is full ({@code priorities.queue_messages}), or all of the connection's
     * together hold as many bytes as this class may bring them to ({@code priorities.queue_bytes}).
     */
    DROPPED_FULL,
    /** The node's or the peer's byte budget is used up ({@code budget}). */
    DROPPED_BUDGET,
    /** No connection to the peer. */
    NOT_CONNECTED,
    /**
     * The peer has left the trusted set: its connection finishes what it is at, and takes nothing
     * new ({@code connection_drain_ms}).
     */
    DRAINING,
    /** The peer did not announce the protocol. */
    UNSUPPORTED_PROTOCOL,
    /** The encoded message is larger than {@code max_message_size}. */
    TOO_LARGE
}
