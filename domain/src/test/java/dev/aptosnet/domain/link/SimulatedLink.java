package dev.aptosnet.domain.link;

import dev.aptosnet.ports.model.MonoTime;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BiConsumer;

/**
 * Two endpoints joined by a link of limited rate and delay, in virtual time on one thread. Like TCP
 * it loses and reorders nothing; it delays, stalls and may be reset. One seed gives one run.
 */
public final class SimulatedLink {
    public final Endpoint a;
    public final Endpoint b;

    /** Hears each frame as it is written: the writer, then the frame. */
    public BiConsumer<Endpoint, Outbox.Frame> onWritten = (endpoint, frame) -> {};

    private final Direction fromA;
    private final Direction fromB;
    private final PriorityQueue<Action> actions =
            new PriorityQueue<>(
                    Comparator.comparingLong(Action::time).thenComparingLong(Action::number));
    private long actionNumber;
    private long nanos;
    private boolean closed;

    private record Action(long time, long number, Runnable what) {}

    private record Flying(long arrival, Outbox.Frame frame) {}

    public SimulatedLink(
            Endpoint a,
            Endpoint b,
            long bytesPerSecond,
            long delayNanos,
            long unsentLimit,
            Random jitter) {
        this.a = a;
        this.b = b;
        this.fromA = new Direction(a, b, bytesPerSecond, delayNanos, unsentLimit, jitter);
        this.fromB = new Direction(b, a, bytesPerSecond, delayNanos, unsentLimit, jitter);
    }

    public MonoTime now() {
        return new MonoTime(nanos);
    }

    public long nanos() {
        return nanos;
    }

    /** Does something at a time; what it queues is polled then. */
    public void at(long time, Runnable what) {
        actions.add(new Action(Math.max(time, nanos), actionNumber++, what));
    }

    /** Carries nothing from an endpoint until a time. */
    public void stall(Endpoint from, long untilNanos) {
        var direction = from == a ? fromA : fromB;
        direction.freeAt = Math.max(direction.freeAt, untilNanos);
    }

    /** Ends the link; what is under way is lost. */
    public void reset() {
        closed = true;
        fromA.flying.clear();
        fromB.flying.clear();
        a.connection.onClosed("reset");
        b.connection.onClosed("reset");
    }

    /**
     * Jumps to the next thing that happens.
     *
     * @return false if nothing will
     */
    public boolean step() {
        poll();
        var next = Math.min(fromA.next(), fromB.next());
        if (!actions.isEmpty()) {
            next = Math.min(next, actions.element().time);
        }
        next = Math.min(next, a.connection.nextDeadline().nanos());
        next = Math.min(next, b.connection.nextDeadline().nanos());
        if (next == Long.MAX_VALUE) {
            return false;
        }
        nanos = Math.max(nanos, next);
        while (!actions.isEmpty() && actions.element().time <= nanos) {
            actions.remove().what.run();
        }
        fromA.advance();
        fromB.advance();
        a.connection.onTime(now());
        b.connection.onTime(now());
        poll();
        return true;
    }

    public void runUntil(long time) {
        at(time, () -> {});
        while (nanos < time && step()) {}
    }

    public void runUntilQuiet() {
        while (step()) {}
    }

    private void poll() {
        fromA.poll();
        fromB.poll();
    }

    private final class Direction {
        private final Endpoint from;
        private final Endpoint to;
        private final long bytesPerSecond;
        private final long delay;
        private final Random jitter;
        private final Outbox outbox;
        private final ArrayDeque<Flying> flying = new ArrayDeque<>();
        private long freeAt;
        private long lastArrival;
        private Outbox.@Nullable Frame current;

        private Direction(
                Endpoint from,
                Endpoint to,
                long bytesPerSecond,
                long delay,
                long unsentLimit,
                Random jitter) {
            this.from = from;
            this.to = to;
            this.bytesPerSecond = bytesPerSecond;
            this.delay = delay;
            this.jitter = jitter;
            this.outbox = new Outbox(from.settings.maxFrameBytes(), unsentLimit);
        }

        private void poll() {
            if (closed) {
                return;
            }
            from.connection.poll(now(), outbox);
            begin();
        }

        /** Puts the next frame on the wire if it is free. */
        private void begin() {
            if (current == null && !outbox.isEmpty()) {
                current = outbox.peek();
                freeAt =
                        Math.max(freeAt, nanos)
                                + (current.body().length + 4) * 1_000_000_000L / bytesPerSecond;
            }
        }

        private long next() {
            var sent = current == null ? Long.MAX_VALUE : freeAt;
            return flying.isEmpty() ? sent : Math.min(sent, flying.getFirst().arrival);
        }

        private void advance() {
            while (current != null && freeAt <= nanos) {
                var frame = outbox.take();
                onWritten.accept(from, frame);
                var late = delay == 0 ? 0 : (long) (jitter.nextDouble() * delay);
                lastArrival = Math.max(lastArrival, freeAt + delay + late);
                flying.add(new Flying(lastArrival, frame));
                current = null;
                begin();
            }
            while (!flying.isEmpty() && flying.getFirst().arrival <= nanos) {
                to.receive(now(), flying.removeFirst().frame.body());
            }
        }
    }
}
