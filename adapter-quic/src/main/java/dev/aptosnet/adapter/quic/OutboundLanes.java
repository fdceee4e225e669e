package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;
import dev.aptosnet.ports.transport.TransportSettings.Limits;

import org.jspecify.annotations.Nullable;

import tech.kwik.core.QuicConnection;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a link sends: a stream for each class and each large message, opened when its first frame
 * comes. Owner only, but for what the writers of the lanes report.
 *
 * <p>{@code max_unsent_bytes} bounds each lane, and all lanes but the critical ones together, since
 * the library gives every stream the same share and the order is the scheduler's to decide. A lane
 * that {@link #STALLED stalls} is left out of the sum, so that it holds what it holds and the
 * others go on.
 */
final class OutboundLanes implements FrameSink {
    /** So long without progress, a lane is taken to be held up by its receiver. */
    static final Duration STALLED = Duration.ofMillis(100);

    /** How a lane ends of which nothing leaves. */
    private static final String TIMED_OUT = "write timed out (write_timeout_ms)";

    private static final long NOBODY_WAITS = -1;

    private final QuicConnection connection;
    private final NudgedStreams.Connection streams;
    private final LinkOwner owner;
    private final Limits limits;
    private final Events events;
    private final RightOfWay way;

    private final AtomicLong unsent = new AtomicLong();

    /** Down to how many bytes unsent the handler waits, or {@link #NOBODY_WAITS}. */
    private volatile long wakeAtUnsent = NOBODY_WAITS;

    private final @Nullable LaneWriter[] classes = new LaneWriter[MessageClass.COUNT];
    private final Map<Long, LaneWriter> transfers = new HashMap<>();
    private final List<LaneWriter> writers = new ArrayList<>();

    /** Those that the handler gave up, and need not be told of. */
    private final Set<LaneWriter> abandoned = new HashSet<>();

    private boolean stallCheck;
    private boolean progressCheck;
    private boolean closed;
    private long finishedStreams;

    /** What the link hears; on any thread, but for {@link #transferLost}. */
    interface Events {
        /** There is room again for a lane that had none. */
        void writable();

        /** The connection is of no more use. */
        void broken(String why);

        /** A stream broke, maybe because the connection has ended. */
        void failed(String why);

        /** A large message was given up and its stream reset. Owner only. */
        void transferLost(long transfer, String why);
    }

    OutboundLanes(
            QuicConnection connection,
            NudgedStreams.Connection streams,
            LinkOwner owner,
            Limits limits,
            Events events) {
        this.connection = connection;
        this.streams = streams;
        this.owner = owner;
        this.limits = limits;
        this.events = events;
        this.way =
                new RightOfWay(() -> connection.getStats().dataBytesSent(), RightOfWay.Time.REAL);
    }

    @Override
    public boolean isWritable(Lane lane) {
        var writer =
                lane.transfer() == 0
                        ? classes[lane.messageClass().index()]
                        : transfers.get(lane.transfer());
        if (writer != null && writer.isFull(limits.maxUnsentBytes())) {
            return false;
        }
        // What is critical waits for nothing but itself; the library shares out fairly.
        return lane.messageClass() == MessageClass.CRITICAL || hasRoom();
    }

    private boolean hasRoom() {
        var limit = limits.maxUnsentBytes();
        if (unsent.get() < limit) {
            return true;
        }
        var now = System.nanoTime();
        var moving = 0L;
        for (var writer : writers) {
            if (writer.lane().messageClass() != MessageClass.CRITICAL
                    && writer.idleNanos(now) < STALLED.toNanos()) {
                moving += writer.unsent();
            }
        }
        if (moving < limit) {
            return true;
        }
        var wakeAt = Math.max(0, unsent.get() - moving) + limit / 2;
        wakeAtUnsent = wakeAt;
        // Once more, since everything may have left before the wish was seen.
        if (unsent.get() <= wakeAt) {
            wakeAtUnsent = NOBODY_WAITS;
            return true;
        }
        if (!stallCheck) {
            stallCheck = true;
            var _ = owner.schedule(STALLED, this::checkStalls);
        }
        return false;
    }

    /** Time makes room too: what did not move meanwhile counts no more. */
    private void checkStalls() {
        stallCheck = false;
        if (wakeAtUnsent != NOBODY_WAITS) {
            events.writable();
        }
    }

    @Override
    public void write(Lane lane, byte[] head, int headLength, Bytes payload) {
        var size = (long) headLength + payload.size();
        if (size > limits.maxFrameBytes()) {
            throw new IllegalArgumentException(
                    "frame of " + size + " bytes (max_frame_size: " + limits.maxFrameBytes() + ")");
        }
        if (closed) {
            return;
        }
        var prefixed = new byte[4 + headLength];
        ByteBuffer.wrap(prefixed).putInt((int) size).put(head, 0, headLength);
        if (lane.messageClass() == MessageClass.CRITICAL) {
            way.critical();
        }
        unsent.addAndGet(LaneWriter.cost(size));
        var writer = writer(lane);
        writer.write(prefixed, payload);
        if (lane.last() && lane.transfer() != 0) {
            writer.finish();
            transfers.remove(lane.transfer());
        }
        if (!progressCheck) {
            progressCheck = true;
            var _ = owner.schedule(limits.writeTimeout(), this::checkProgress);
        }
    }

    @Override
    public void giveUp(long transfer) {
        var writer = transfers.remove(transfer);
        if (writer != null) {
            abandoned.add(writer);
            writer.giveUp();
        }
    }

    private LaneWriter writer(Lane lane) {
        if (lane.transfer() != 0) {
            return transfers.computeIfAbsent(lane.transfer(), _ -> newWriter(lane));
        }
        var index = lane.messageClass().index();
        var writer = classes[index];
        if (writer == null) {
            writer = newWriter(lane);
            classes[index] = writer;
        }
        return writer;
    }

    private LaneWriter newWriter(Lane lane) {
        forgetFinished();
        var writer =
                new LaneWriter(
                        connection,
                        streams,
                        way,
                        lane,
                        new LaneWriter.Progress() {
                            @Override
                            public void left(LaneWriter writer, long cost) {
                                sent(writer, cost);
                            }

                            @Override
                            public void broken(LaneWriter writer, String why) {
                                OutboundLanes.this.broken(writer, why);
                            }
                        });
        writers.add(writer);
        writer.start();
        return writer;
    }

    /** Lanes of large messages end while the link goes on. */
    private void forgetFinished() {
        var lanes = writers.iterator();
        while (lanes.hasNext()) {
            var writer = lanes.next();
            if (writer.hasEnded()) {
                finishedStreams += writer.wasOpened() ? 1 : 0;
                lanes.remove();
            }
        }
    }

    private void broken(LaneWriter writer, String why) {
        if (writer.lane().transfer() == 0) {
            events.failed(why);
        } else {
            owner.execute(() -> lost(writer, why));
        }
    }

    /** One large message is over; its stream has ended, and the others go on. */
    private void lost(LaneWriter writer, String why) {
        if (closed) {
            return;
        }
        var transfer = writer.lane().transfer();
        transfers.remove(transfer, writer);
        sent(writer, writer.drain());
        if (!abandoned.remove(writer)) {
            events.transferLost(transfer, writer.gaveUp() ? TIMED_OUT : why);
        }
    }

    private void sent(LaneWriter writer, long cost) {
        var left = unsent.addAndGet(-cost);
        var waited = writer.makesRoom(limits.maxUnsentBytes() / 2);
        if (wakeAtUnsent != NOBODY_WAITS && left <= wakeAtUnsent) {
            wakeAtUnsent = NOBODY_WAITS;
            waited = true;
        }
        if (waited) {
            events.writable();
        }
    }

    private void checkProgress() {
        progressCheck = false;
        if (closed || unsent.get() == 0) {
            return;
        }
        var now = System.nanoTime();
        var limit = limits.writeTimeout().toNanos();
        var longest = 0L;
        for (var writer : writers) {
            var idle = writer.idleNanos(now);
            if (idle < limit) {
                longest = Math.max(longest, idle);
            } else if (writer.lane().transfer() == 0) {
                events.broken(TIMED_OUT);
                return;
            } else {
                writer.giveUp();
            }
        }
        progressCheck = true;
        var _ = owner.schedule(Duration.ofNanos(limit - longest), this::checkProgress);
    }

    /** Takes nothing more; what was written leaves. Returns the lanes that have not ended. */
    List<LaneWriter> finish() {
        closed = true;
        forgetFinished();
        writers.forEach(LaneWriter::finish);
        return List.copyOf(writers);
    }

    /** How many streams were opened by lanes that ended before {@link #finish}. */
    long finishedStreams() {
        return finishedStreams;
    }

    /** Gives up whatever waits. */
    void abort() {
        closed = true;
        writers.forEach(LaneWriter::abort);
    }
}
