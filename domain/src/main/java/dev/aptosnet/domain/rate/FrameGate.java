package dev.aptosnet.domain.rate;

import dev.aptosnet.domain.wire.FrameView;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.settings.InboundRate;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Set;

/**
 * Stands between a link and its connection and lets frames through as fast as the limit allows, in
 * their order. Every frame costs one message and its payload; one that does not decode costs its
 * whole length, since what costs nothing is a way around the limit. Single owner, not thread-safe.
 *
 * <p>While it {@linkplain #isShut is shut} the link must not read. What a link has taken in before
 * it heard so is held here: one record of frames, 64 KiB, or one frame.
 */
public final class FrameGate {
    /** How long it is shut at least, so that a throttled peer wakes its owner rarely. */
    static final Duration MIN_WAIT = Duration.ofMillis(5);

    private final InboundRateLimit limit;
    private final FrameView view;
    private final Taker taker;
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private MonoTime openAt = MonoTime.NEVER;
    private boolean broken;

    /** A frame that waits; the arrays were given away to us. */
    private static final class Held {
        private final byte[] head;
        private final int offset;
        private final int length;
        private final Bytes rest;

        Held(byte[] head, int offset, int length, Bytes rest) {
            this.head = head;
            this.offset = offset;
            this.length = length;
            this.rest = rest;
        }
    }

    /** What a gate gives out. */
    public interface Taker {
        /** A frame passes; the arguments are those of {@code LinkHandler.onFrame}. */
        void onPassed(MonoTime now, byte[] head, int offset, int length, Bytes rest);

        /** The gate shuts until tokens are there, once for each time it waits. */
        void onThrottled(RateLimitKind bucket);

        /**
         * A frame can never pass, so the connection must end; no further frame passes.
         *
         * @param detail one line that names the configuration key
         */
        void onHopeless(RateLimitKind bucket, String detail);
    }

    private FrameGate(InboundRateLimit limit, FrameView view, Taker taker) {
        this.limit = limit;
        this.view = view;
        this.taker = taker;
    }

    /**
     * The gate of a new connection; empty if nothing is limited.
     *
     * @param common the protocols that both ends announced
     * @param agreed the capabilities that both ends announced
     */
    public static Optional<FrameGate> of(
            InboundRate rate,
            ProtocolSet common,
            Set<Capability> agreed,
            MonoTime now,
            Taker taker) {
        return InboundRateLimit.of(rate, now)
                .map(limit -> new FrameGate(limit, new FrameView(common, agreed), taker));
    }

    /** A frame has arrived; the arguments are those of {@code LinkHandler.onFrame}. */
    public void onFrame(MonoTime now, byte[] head, int offset, int length, Bytes rest) {
        if (broken) {
            return;
        }
        if (!held.isEmpty() || !passes(now, head, offset, length, rest)) {
            if (!broken) {
                held.add(new Held(head, offset, length, rest));
            }
            return;
        }
        taker.onPassed(now, head, offset, length, rest);
    }

    /** Lets through what has waited long enough. Calling it early does nothing. */
    public void onTime(MonoTime now) {
        if (now.isBefore(openAt)) {
            return;
        }
        openAt = MonoTime.NEVER;
        while (!broken && !held.isEmpty()) {
            var next = held.peek();
            if (!passes(now, next.head, next.offset, next.length, next.rest)) {
                return;
            }
            held.remove();
            taker.onPassed(now, next.head, next.offset, next.length, next.rest);
        }
    }

    /** Whether the link must not read now. */
    public boolean isShut() {
        return broken || !held.isEmpty();
    }

    /** When {@link #onTime} has something to do; {@link MonoTime#NEVER} while nothing waits. */
    public MonoTime nextDeadline() {
        return openAt;
    }

    private boolean passes(MonoTime now, byte[] head, int offset, int length, Bytes rest) {
        var cost = cost(head, offset, length, rest);
        var verdict = limit.take(now, cost);
        var bucket = verdict.bucket();
        if (bucket == null) {
            return true;
        }
        if (verdict.isHopeless()) {
            broken = true;
            held.clear();
            taker.onHopeless(
                    bucket, "a frame of " + cost + " bytes can never pass (" + bucket.key() + ")");
        } else {
            var soonest = now.plus(MIN_WAIT);
            openAt = verdict.until().isBefore(soonest) ? soonest : verdict.until();
            taker.onThrottled(bucket);
        }
        return false;
    }

    private int cost(byte[] head, int offset, int length, Bytes rest) {
        return view.read(head, offset, length, rest) == null
                ? view.payload().size()
                : length + rest.size();
    }
}
