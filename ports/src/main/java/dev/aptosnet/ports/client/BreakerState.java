package dev.aptosnet.ports.client;

/** Whether calls of one protocol to one peer are made at all (improvements.md I-06). */
public enum BreakerState {
    /** All are made. */
    CLOSED,
    /** None is: each fails at once with {@link NetworkException.CircuitOpen}. */
    OPEN,
    /** A few are, to see whether the peer serves the protocol again; the others fail at once. */
    HALF_OPEN
}
