package dev.aptosnet.domain.network;

import dev.aptosnet.ports.model.MonoTime;

/**
 * When a network wants to be woken, and for which part.
 *
 * @param at {@link MonoTime#NEVER} if nothing waits for time
 * @param part the part that wants it; of equal times the first part
 */
public record NetworkDeadline(MonoTime at, Part part) {
    /** A part of {@link NetworkMachine}. */
    public enum Part {
        /** Trust, dials of its own, probes. */
        CONNECTIVITY,
        /** Dials that the application wants. */
        REQUESTED_DIALS,
        /** Dials over two transports. */
        RACES,
        /** Pings. */
        HEALTH,
        /** Questions under protocol 10. */
        MONITORING
    }
}
