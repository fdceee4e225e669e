package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.LinkClosed;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * One direction of a link. As with TCP, frames are late or the link ends; none is lost alone, none
 * overtakes another.
 *
 * <p>What is written waits for the machine's uplink first, as in the buffer of a transport and in
 * that of a socket with {@code TCP_NOTSENT_LOWAT}: each holds {@code max_unsent_bytes}, the
 * transport takes nothing more when its own is full until half of it is free, and the socket's is
 * taken to be always as full as can be. Nothing overtakes what lies in either. What has left is in
 * flight until the other machine acknowledges it, whole frames at a time, and no more leaves the
 * sender's hand while as much as a window is. So a link that stalls swallows a window and the two
 * buffers, and one that does not is kept full whatever its delay, up to a window each one-way trip.
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

    /** Written and not acknowledged. */
    private long unacknowledged;

    /** Frames of which bytes have not left the machine, and all their bytes. */
    private final ArrayDeque<Leaving> leaving = new ArrayDeque<>();

    private long leavingBytes;
    private MonoTime lastLeft = new MonoTime(0);

    /** Whether the transport's buffer was full and is not half empty again. */
    private boolean full;

    private World.@Nullable Event drained;

    /** Arrived, but the acknowledgement has no way back. */
    private long unreported;

    private World.@Nullable Event arrival;
    private boolean watched;

    /** A frame that leaves, its last byte at this time. */
    private record Leaving(int bytes, MonoTime left) {}

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
        lastLeft = left;
        leaving.add(new Leaving(size, left));
        leavingBytes += size;
        if (unacknowledged == 0) {
            progressAt = world.now();
        }
        underWay.add(new Frame(body, due));
        unacknowledged += size;
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
        leaving.clear();
        leavingBytes = 0;
        unacknowledged = 0;
        unreported = 0;
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
            unacknowledged -= bytes;
            progressAt = network.world().now();
            from.sent();
        } else {
            unreported += bytes;
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
        unacknowledged -= unreported;
        unreported = 0;
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

    /** Whether the transport takes another frame. */
    boolean isWritable() {
        var unsent = unsent();
        var limit = network.conditions().maxUnsentBytes();
        full = full ? unsent > limit + limit / 2 : unsent >= 2L * limit;
        return !full && inFlight() < network.conditions().windowBytes();
    }

    /** Tells the sender once, when its transport's buffer is half empty; for one that is full. */
    void tellWhenDrained() {
        if (full && drained == null) {
            drained =
                    network.world()
                            .at(
                                    halfEmptyAt(),
                                    EventKind.WATCH,
                                    from.host().index(),
                                    from.info().id().number(),
                                    () -> {
                                        drained = null;
                                        from.sent();
                                    });
        }
    }

    private MonoTime halfEmptyAt() {
        var limit = network.conditions().maxUnsentBytes();
        var stays = limit + limit / 2L;
        for (var i = leaving.descendingIterator(); i.hasNext(); ) {
            var frame = i.next();
            if (frame.bytes > stays) {
                return frame.left.plusNanos(-from.host().transmitNanos(stays));
            }
            stays -= frame.bytes;
        }
        return network.world().now();
    }

    /** Written, and still in the buffers of the sender's machine. */
    long unsent() {
        var now = network.world().now();
        while (!leaving.isEmpty() && !now.isBefore(leaving.getFirst().left)) {
            leavingBytes -= leaving.removeFirst().bytes;
        }
        var first = leaving.peekFirst();
        if (first == null) {
            return 0;
        }
        var rest = from.host().transmittedIn(first.left.nanosSince(now));
        return leavingBytes - Math.max(0, first.bytes - rest);
    }

    private long inFlight() {
        return unacknowledged - unsent();
    }

    /** Written, and not acknowledged. */
    long unacknowledged() {
        return unacknowledged;
    }

    /** When the last byte that was written leaves the machine, or has left it. */
    MonoTime lastLeft() {
        return lastLeft;
    }

    /** When the socket takes the last byte that was written, or has taken it. */
    MonoTime lastTaken() {
        var taken =
                lastLeft.plusNanos(
                        -from.host().transmitNanos(network.conditions().maxUnsentBytes()));
        return taken.isBefore(network.world().now()) ? network.world().now() : taken;
    }

    /** Ends the link when unacknowledged bytes make no progress for too long. */
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
                            if (unacknowledged == 0 || !from.isOpen()) {
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
