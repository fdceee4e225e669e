package dev.aptosnet.ports.discovery;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Where an application that follows the chain tells the node of each new validator set. Only the
 * newest counts. Safe for any thread.
 */
public final class ValidatorSetFeed {
    private final Set<Consumer<ValidatorSet>> sinks = new LinkedHashSet<>();
    private @Nullable ValidatorSet newest;

    /** A feed that nothing was told yet. */
    public ValidatorSetFeed() {}

    /** Tells of a set; never blocks. To be called at the start and at every reconfiguration. */
    public synchronized void publish(ValidatorSet set) {
        newest = set;
        sinks.forEach(sink -> sink.accept(set));
    }

    /**
     * Begins to tell {@code sink}, of the newest set at once.
     *
     * @param sink runs on the thread that publishes; must not block
     */
    public synchronized void subscribe(Consumer<ValidatorSet> sink) {
        sinks.add(sink);
        if (newest != null) {
            sink.accept(newest);
        }
    }

    /** Tells {@code sink} no more. */
    public synchronized void unsubscribe(Consumer<ValidatorSet> sink) {
        sinks.remove(sink);
    }
}
