package dev.aptosnet.domain.rate;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.settings.InboundRate.Refill;

/**
 * Tokens that are taken all or none and come back with time (behaviour.md section 5.6). It starts
 * full. Exact: no token is lost or made by rounding, however often it is asked. Single owner.
 */
final class TokenBucket {
    private static final long NANOS = 1_000_000_000L;

    /** Keeps every product below 2^63. */
    static final long MAX = 1L << 33;

    private final long capacity;
    private final long perSecond;
    private final Refill refill;

    private long tokens;

    /** Up to when tokens were credited. */
    private MonoTime creditedUntil;

    /** What was earned of the next token, in billionths. */
    private long fraction;

    /**
     * @param capacity the most that it holds, 0 to 2^33
     * @param perSecond how much comes back, 0 to 2^33
     * @param created from when whole seconds count
     */
    TokenBucket(long capacity, long perSecond, Refill refill, MonoTime created) {
        if (capacity < 0 || capacity > MAX || perSecond < 0 || perSecond > MAX) {
            throw new IllegalArgumentException(
                    "bucket of "
                            + capacity
                            + ", "
                            + perSecond
                            + " per second (expected: 0 to 2^33)");
        }
        this.capacity = capacity;
        this.perSecond = perSecond;
        this.refill = refill;
        this.tokens = capacity;
        this.creditedUntil = created;
    }

    /**
     * Takes {@code amount} tokens, or none.
     *
     * @return {@code now} if they were taken; else when they will be there if nobody else takes
     *     any, which is later; {@link MonoTime#NEVER} if they never will
     */
    MonoTime take(MonoTime now, long amount) {
        credit(now);
        if (amount <= tokens) {
            tokens -= amount;
            return now;
        }
        if (amount > capacity || perSecond == 0) {
            return MonoTime.NEVER;
        }
        var missing = amount - tokens;
        return switch (refill) {
            case CONTINUOUS ->
                    creditedUntil.plusNanos(Math.ceilDiv(missing * NANOS - fraction, perSecond));
            case WHOLE_SECONDS -> creditedUntil.plusNanos(Math.ceilDiv(missing, perSecond) * NANOS);
        };
    }

    /** How many tokens are there. */
    long available(MonoTime now) {
        credit(now);
        return tokens;
    }

    private void credit(MonoTime now) {
        var elapsed = now.nanosSince(creditedUntil);
        if (elapsed <= 0) {
            return;
        }
        var seconds = elapsed / NANOS;
        var rest = elapsed % NANOS;
        if (refill == Refill.WHOLE_SECONDS) {
            // The rest counts when its second is full, so that nothing drifts.
            creditedUntil = creditedUntil.plusNanos(elapsed - rest);
            rest = 0;
        } else {
            creditedUntil = now;
        }
        var earned = rest * perSecond + fraction;
        // More than a full bucket is not worth multiplying out, and could not be.
        var whole = perSecond == 0 ? 0 : Math.min(seconds, capacity / perSecond + 1);
        tokens += whole * perSecond + earned / NANOS;
        fraction = earned % NANOS;
        if (tokens >= capacity) {
            tokens = capacity;
            fraction = 0;
        }
    }
}
