package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.LinkClosed;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * One direction of a link. As with TCP, frames are late or the link ends; none is lost alone, none
 * overtakes another. Bytes count as unsent until the other machine has acknowledged them.
 */
final class Channel {
    /** What every frame costs beyond its body: its length, and its share of a record's tag. */
    private static final int OVERHEAD = 20;

    private final VirtualNetwork network;
    private final VirtualLink from;
    private final VirtualLink to;
    private final ArrayDeque<Frame> underWay = new ArrayDeque<>();
    private MonoTime lastArrival = new MonoTime(0);
    private MonoTime stalledUntil = new MonoTime(0);
    private MonoTime heldSince = new MonoTime(0);
    private MonoTime progressAt = new MonoTime(0);
    private long unsent;

    /** Arrived, but the acknowledgement has no way back. */
    private long unacknowledged;

    private World.@Nullable Event arrival;
    private boolean watched;

    /** A frame under way. */
    static final class Frame {
        private final byte @Nullable [] body;
        private final MonoTime due;

        private Frame(byte @Nullable [] body, MonoTime due) {
            this.body = body;
            this.due = due;
        }

        /** Null for the end of the stream. */
        byte @Nullable [] body() {
            return body;
        }

        /** What it counts for, in bytes. */
        int cost() {
            return (body == null ? 0 : body.length) + OVERHEAD;
        }
    }

    Channel(VirtualNetwork network, VirtualLink from, VirtualLink to) {
        this.network = network;
        this.from = from;
        this.to = to;
    }

    /** Sends a frame's body, or with null the end of the stream. */
    void send(byte @Nullable [] body) {
        var world = network.world();
        var size = (body == null ? 0 : body.length) + OVERHEAD;
        var left = from.host().transmit(size);
        var due = left.plusNanos(network.oneWayNanos(from.host(), to.host()));
        // What is late holds up what comes after it.
        due = due.isBefore(lastArrival) ? lastArrival : due;
        lastArrival = due;
        if (unsent == 0) {
            progressAt = world.now();
        }
        underWay.add(new Frame(body, due));
        unsent += size;
        if (underWay.size() == 1) {
            expect(due);
        }
        watch();
    }

    /** Forgets what has not arrived, and sends the end of the stream: a reset. */
    void reset() {
        drop();
        send(null);
    }

    /** Forgets what has not arrived. */
    void drop() {
        underWay.clear();
        unsent = 0;
        unacknowledged = 0;
        network.forget(this);
        if (arrival != null) {
            arrival.cancel();
            arrival = null;
        }
    }

    /** Nothing arrives before {@code until}. */
    void stall(MonoTime until) {
        stalledUntil = until;
    }

    private void expect(MonoTime due) {
        if (arrival == null) {
            arrival =
                    network.world()
                            .at(
                                    due,
                                    EventKind.ARRIVAL,
                                    to.host().index(),
                                    from.info().id().number(),
                                    this::arrive);
        }
    }

    private void arrive() {
        arrival = null;
        if (network.world().now().isBefore(stalledUntil)) {
            expect(stalledUntil);
            return;
        }
        if (!network.isOpen(from.host(), to.host())) {
            hold();
            return;
        }
        if (!to.hasRoom()) {
            return; // It will ask.
        }
        var frame = underWay.poll();
        if (frame == null) {
            return;
        }
        acknowledge(frame.cost());
        to.receive(frame);
        var next = underWay.peek();
        if (next != null) {
            expect(next.due);
        }
    }

    private void acknowledge(int bytes) {
        if (network.isOpen(to.host(), from.host())) {
            unsent -= bytes;
            progressAt = network.world().now();
            from.sent();
        } else {
            unacknowledged += bytes;
            hold();
        }
    }

    private void hold() {
        heldSince = network.world().now();
        network.hold(this);
    }

    MonoTime heldSince() {
        return heldSince;
    }

    boolean mayGoOn() {
        return network.isOpen(from.host(), to.host()) && network.isOpen(to.host(), from.host());
    }

    /** The way is open again; the sender's next attempt comes after {@code nanos}. */
    void goOn(long nanos) {
        unsent -= unacknowledged;
        unacknowledged = 0;
        progressAt = network.world().now();
        if (!underWay.isEmpty()) {
            expect(network.world().now().plusNanos(nanos));
        }
        from.sent();
    }

    /** The receiver has room again. */
    void roomAgain() {
        var next = underWay.peek();
        if (next != null) {
            expect(next.due);
        }
    }

    long unsent() {
        return unsent;
    }

    /** Ends the link when unsent bytes make no progress for too long. */
    private void watch() {
        if (!watched && from.isOpen()) {
            watched = true;
            watchAgain();
        }
    }

    private void watchAgain() {
        var limit = network.conditions().writeTimeout();
        network.world()
                .at(
                        progressAt.plus(limit),
                        EventKind.WATCH,
                        from.host().index(),
                        from.info().id().number(),
                        () -> {
                            if (unsent == 0 || !from.isOpen()) {
                                watched = false;
                            } else if (network.world().now().isBefore(progressAt.plus(limit))) {
                                watchAgain();
                            } else {
                                watched = false;
                                from.fail(
                                        new LinkClosed(
                                                DisconnectReason.INPUT_OUTPUT_ERROR,
                                                "no progress for "
                                                        + limit.toMillis()
                                                        + " ms (write_timeout_ms)"));
                            }
                        });
    }
}
