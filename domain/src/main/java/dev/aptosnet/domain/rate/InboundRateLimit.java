package dev.aptosnet.domain.rate;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.settings.InboundRate;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/**
 * The two buckets of one connection: messages first, then bytes (behaviour.md section 5.6). Each
 * holds one second's worth and starts full. Single owner.
 */
final class InboundRateLimit {
    private final @Nullable TokenBucket messages;
    private final @Nullable TokenBucket bytes;

    /** Whether the message that is waiting for bytes has its message token. */
    private boolean messageTaken;

    private InboundRateLimit(InboundRate rate, MonoTime now) {
        this.messages =
                rate.messagesPerSecond().isPresent()
                        ? bucket(rate.messagesPerSecond().getAsLong(), rate, now)
                        : null;
        this.bytes =
                rate.bytesPerSecond().isPresent()
                        ? bucket(rate.bytesPerSecond().getAsLong(), rate, now)
                        : null;
    }

    private static TokenBucket bucket(long perSecond, InboundRate rate, MonoTime now) {
        return new TokenBucket(perSecond, perSecond, rate.refill(), now);
    }

    /** The buckets of a new connection; empty if nothing is limited. */
    static Optional<InboundRateLimit> of(InboundRate rate, MonoTime now) {
        return rate.isUnlimited() ? Optional.empty() : Optional.of(new InboundRateLimit(rate, now));
    }

    /**
     * What became of a message.
     *
     * @param bucket which one has too little; null if the message passed
     * @param until when to ask again; {@link MonoTime#NEVER} if it can never pass
     */
    record Verdict(@Nullable RateLimitKind bucket, MonoTime until) {
        private static final Verdict PASSED = new Verdict(null, new MonoTime(0));

        boolean hasPassed() {
            return bucket == null;
        }

        boolean isHopeless() {
            return until.equals(MonoTime.NEVER);
        }
    }

    /**
     * Takes one message token and the payload's bytes. While it waits, the same message must be
     * asked for again before any other.
     */
    Verdict take(MonoTime now, long payloadBytes) {
        if (messages != null && !messageTaken) {
            var at = messages.take(now, 1);
            if (!at.equals(now)) {
                return new Verdict(RateLimitKind.MESSAGES, at);
            }
            messageTaken = true;
        }
        if (bytes != null) {
            var at = bytes.take(now, payloadBytes);
            if (!at.equals(now)) {
                return new Verdict(RateLimitKind.BYTES, at);
            }
        }
        messageTaken = false;
        return Verdict.PASSED;
    }

    /** Message tokens that are there; 2^63 - 1 if they are not limited. */
    long availableMessages(MonoTime now) {
        return messages == null ? Long.MAX_VALUE : messages.available(now);
    }

    /** Byte tokens that are there; 2^63 - 1 if they are not limited. */
    long availableBytes(MonoTime now) {
        return bytes == null ? Long.MAX_VALUE : bytes.available(now);
    }
}
