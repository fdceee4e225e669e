package dev.aptosnet.domain.send;

/** Why what is queued leaves. */
public enum FlushReason {
    /** Nothing of it may wait for company, or something else is written anyway. */
    AT_ONCE,
    /** The first of it has waited as long as it may. */
    DUE,
    /** There is enough of it for a write. */
    FULL
}
