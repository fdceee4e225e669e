package dev.aptosnet.domain.health;

import dev.aptosnet.ports.client.BreakerState;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.settings.BreakerSettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Whether calls of one protocol to one peer are made (improvements.md I-06). Each call asks {@link
 * #admit} and brings the number that it got to exactly one of {@link #succeeded}, {@link #failed}
 * and {@link #saidNothing}. Single owner; not thread-safe.
 */
public final class CircuitBreaker {
    /** In place of a number: the call is not to be made. */
    public static final int DENIED = -1;

    /** What a call gets that was made before there was a breaker. */
    public static final int FIRST = 0;

    /** A window without a call for so long is forgotten. */
    static final long MEMORY_NANOS = Duration.ofMinutes(5).toNanos();

    private final BreakerSettings settings;
    private BreakerState state = BreakerState.CLOSED;

    /** Calls of an earlier period say nothing of this one; changes with the state. */
    private int period = FIRST;

    /** The last calls, the newest in the lowest bit; a failed one is 1. */
    private long window;

    private byte size;
    private byte openings;
    private byte probesMade;
    private byte probesAnswered;
    private long lastNanos;
    private long openUntilNanos;

    /** Closed, and without calls. */
    public CircuitBreaker(BreakerSettings settings) {
        this.settings = settings;
    }

    /** Whether calls are made. */
    public BreakerState state() {
        return state;
    }

    /**
     * A call is about to be made.
     *
     * @return its number; {@link #DENIED} if it must not be made
     */
    public int admit(MonoTime now) {
        if (state == BreakerState.CLOSED) {
            return period;
        }
        if (state == BreakerState.OPEN) {
            if (now.nanos() < openUntilNanos) {
                return DENIED;
            }
            enter(BreakerState.HALF_OPEN);
        }
        if (probesMade >= settings.probes()) {
            return DENIED;
        }
        probesMade++;
        return period;
    }

    /**
     * A call was answered.
     *
     * @return the new state, if it is another one
     */
    public @Nullable BreakerState succeeded(MonoTime now, int number) {
        if (number != period) {
            return null;
        }
        if (state == BreakerState.CLOSED) {
            note(now, 0);
            return null;
        }
        return ++probesAnswered < settings.probes() ? null : enter(BreakerState.CLOSED);
    }

    /**
     * A call failed.
     *
     * @param mayOpen asked only if that were the next step; may count the peer as open when it
     *     agrees
     * @return the new state, if it is another one
     */
    public @Nullable BreakerState failed(MonoTime now, int number, BooleanSupplier mayOpen) {
        if (number != period) {
            return null;
        }
        if (state == BreakerState.HALF_OPEN) {
            return open(now);
        }
        note(now, 1);
        return size >= settings.minimumCalls()
                        && Long.bitCount(window) * 100 >= settings.failurePercent() * size
                        && mayOpen.getAsBoolean()
                ? open(now)
                : null;
    }

    /** A call ended in a way that tells nothing of the peer; a probe may be made in its place. */
    public void saidNothing(int number) {
        if (number == period && state == BreakerState.HALF_OPEN) {
            probesMade--;
        }
    }

    private void note(MonoTime now, int failed) {
        if (now.nanos() - lastNanos > MEMORY_NANOS) {
            window = 0;
            size = 0;
        }
        lastNanos = now.nanos();
        window = ((window << 1) | failed) & (-1L >>> (64 - settings.window()));
        size = (byte) Math.min(size + 1, settings.window());
    }

    private BreakerState open(MonoTime now) {
        var length = settings.open();
        for (var i = 0; i < openings && length.compareTo(settings.longestOpen()) < 0; i++) {
            length = length.multipliedBy(2);
        }
        if (length.compareTo(settings.longestOpen()) > 0) {
            length = settings.longestOpen();
        }
        openings = (byte) Math.min(openings + 1, Byte.MAX_VALUE);
        openUntilNanos = now.plus(length).nanos();
        return enter(BreakerState.OPEN);
    }

    private BreakerState enter(BreakerState next) {
        state = next;
        period = (period + 1) & Integer.MAX_VALUE;
        window = 0;
        size = 0;
        probesMade = 0;
        probesAnswered = 0;
        if (next == BreakerState.CLOSED) {
            openings = 0;
        }
        return next;
    }
}
