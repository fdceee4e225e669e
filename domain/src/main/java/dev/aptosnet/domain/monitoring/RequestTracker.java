package dev.aptosnet.domain.monitoring;

import dev.aptosnet.ports.model.MonoTime;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;

/**
 * When a peer is to be asked one kind of question, and how often in a row that failed (behaviour.md
 * section 16.1).
 */
final class RequestTracker {
    private final Duration interval;
    private @Nullable MonoTime startedAt;
    private @Nullable MonoTime answeredAt;
    private boolean inFlight;
    private int failures;

    /**
     * @param interval more than this passes between two starts
     */
    RequestTracker(Duration interval) {
        this.interval = interval;
    }

    boolean isDue(MonoTime now) {
        return !inFlight && (startedAt == null || now.nanosSince(startedAt) > interval.toNanos());
    }

    void started(MonoTime now) {
        startedAt = now;
        inFlight = true;
    }

    /** The request is over, one way or another. */
    void completed() {
        inFlight = false;
    }

    void succeeded(MonoTime now) {
        answeredAt = now;
        failures = 0;
    }

    /** How many requests in a row have failed now. */
    int failed() {
        return ++failures;
    }

    int failures() {
        return failures;
    }

    Optional<MonoTime> answeredAt() {
        return Optional.ofNullable(answeredAt);
    }
}
