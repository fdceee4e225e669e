package dev.aptosnet.ports.client;

/** What a peer's failed calls are counted under. What we refused ourselves is none of these. */
public enum CallFailureKind {
    /** No answer came in time. */
    TIMED_OUT,
    /** The peer said that it will not answer. */
    REFUSED,
    /** The connection ended first. */
    DISCONNECTED
}
