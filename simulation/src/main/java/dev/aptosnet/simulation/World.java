package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.MonoTime;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Virtual time: a queue of events in the order of their time and, at one time, of their making. The
 * clock jumps from one to the next. Everything happens on the thread that runs it.
 */
final class World {
    private final SplittableRandom random;
    private final Trace trace;
    private final PriorityQueue<Event> queue = new PriorityQueue<>();
    private MonoTime now = new MonoTime(0);
    private long made;
    private Runnable afterStep = () -> {};

    World(long seed) {
        this.random = new SplittableRandom(seed);
        this.trace = new Trace(seed);
    }

    /** Something that will happen. */
    static final class Event implements Comparable<Event> {
        private final MonoTime time;
        private final long number;
        private final EventKind kind;
        private final int host;
        private final long subject;
        private final Runnable action;
        private boolean canceled;

        private Event(
                MonoTime time,
                long number,
                EventKind kind,
                int host,
                long subject,
                Runnable action) {
            this.time = time;
            this.number = number;
            this.kind = kind;
            this.host = host;
            this.subject = subject;
            this.action = action;
        }

        /** It will not happen; does nothing if it has. */
        void cancel() {
            canceled = true;
        }

        @Override
        public int compareTo(Event other) {
            var byTime = time.compareTo(other.time);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    /**
     * Puts an event into the queue.
     *
     * @param time when; a time that is over means now
     * @param host whom it concerns, -1 for nobody
     * @param subject which link or dial, for the trace
     */
    Event at(MonoTime time, EventKind kind, int host, long subject, Runnable action) {
        var event = new Event(time.isBefore(now) ? now : time, made++, kind, host, subject, action);
        queue.add(event);
        return event;
    }

    /** The same, some nanoseconds from now. */
    Event in(long nanos, EventKind kind, int host, long subject, Runnable action) {
        return at(now.plusNanos(nanos), kind, host, subject, action);
    }

    /** What is done after each event. */
    void afterStep(Runnable check) {
        afterStep = check;
    }

    /** Lets time pass until {@code end}. */
    void runUntil(MonoTime end) {
        runUntil(end, () -> false);
    }

    /**
     * Lets time pass until something holds, or until {@code end}.
     *
     * @return whether it holds
     */
    boolean runUntil(MonoTime end, BooleanSupplier holds) {
        while (!holds.getAsBoolean()) {
            var next = queue.peek();
            if (next == null || end.isBefore(next.time)) {
                now = end;
                return false;
            }
            queue.remove();
            if (!next.canceled) {
                now = next.time;
                trace.add(now.nanos(), next.kind, next.host, next.subject);
                next.action.run();
                afterStep.run();
            }
        }
        return true;
    }

    /** Lets this much time pass. */
    void run(Duration length) {
        runUntil(now.plus(length));
    }

    MonoTime now() {
        return now;
    }

    /** A generator of its own for one part, so that parts do not disturb each other's numbers. */
    SplittableRandom newRandom() {
        return random.split();
    }

    Trace trace() {
        return trace;
    }
}
