package dev.aptosnet.ports.discovery;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A slot for one value: a newer one replaces it. Nothing queues up however slow the taker is, and
 * the last value put is always the last one taken. Safe for any thread.
 */
public final class LatestValue<T> {
    private final AtomicReference<@Nullable T> held = new AtomicReference<>();

    /** An empty slot. */
    public LatestValue() {}

    /**
     * Puts a value in the place of the one that waits, if any.
     *
     * @return whether none was waiting, so that the taker has to be woken: exactly one put among
     *     those between two takes is told so
     */
    public boolean put(T value) {
        return held.getAndSet(value) == null;
    }

    /** Takes the value out. */
    public Optional<T> take() {
        return Optional.ofNullable(held.getAndSet(null));
    }
}
