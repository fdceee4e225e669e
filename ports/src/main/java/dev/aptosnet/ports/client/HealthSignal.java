package dev.aptosnet.ports.client;

/**
 * Where an application of this node says how it is, again and again: one that says nothing for
 * longer than it promised counts as {@link ApplicationHealth#STUCK}. Any thread.
 */
@FunctionalInterface
public interface HealthSignal {
    /** The application's state now, which is also its heartbeat. */
    void report(ApplicationHealth health);
}
