package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.transport.Lane;
import dev.aptosnet.transport.support.GuardedThreads;

import org.jspecify.annotations.Nullable;

import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicStream;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One lane on its way out: a stream of its own, opened when the first frame comes, and a virtual
 * thread that may block in it. The queue is bounded by what the link counts as unsent.
 */
final class LaneWriter {
    /** Small frames that wait together leave in one write of up to so many bytes. */
    private static final int GATHER = 16 << 10;

    private static final byte[] NOTHING = {};
    private static final Frame LAST = new Frame(Bytes.EMPTY, Bytes.EMPTY, true);

    private final QuicConnection connection;
    private final NudgedStreams.Connection streams;
    private final RightOfWay way;
    private final Progress progress;
    private final BlockingQueue<Frame> queue = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private byte[] gathered = NOTHING;
    private int used;
    private long gatheredCost;
    private volatile @Nullable QuicStream stream;

    private final Lane lane;
    private final AtomicLong unsent = new AtomicLong();

    /** Bytes that the library was given. */
    private final AtomicLong handed = new AtomicLong();

    private volatile long progressAt = System.nanoTime();
    private volatile boolean refused;
    private volatile boolean gaveUp;

    /** One array with length and head, then the payload; or the end of the lane. */
    private record Frame(Bytes head, Bytes payload, boolean last) {
        int size() {
            return head.size() + payload.size();
        }
    }

    /** Hears how far a lane is, on its thread. */
    interface Progress {
        /** So many bytes of frames left, by the measure of {@link LaneWriter#cost}. */
        void left(LaneWriter writer, long cost);

        /** The lane has ended before its time; {@link LaneWriter#drain} takes what it still has. */
        void broken(LaneWriter writer, String why);
    }

    LaneWriter(
            QuicConnection connection,
            NudgedStreams.Connection streams,
            RightOfWay way,
            Lane lane,
            Progress progress) {
        this.connection = connection;
        this.streams = streams;
        this.way = way;
        this.lane = lane;
        this.progress = progress;
        this.thread = GuardedThreads.unstarted("aptosnet-quic-send", this::run);
    }

    void start() {
        thread.start();
    }

    /** What a frame counts while it waits; empty frames cost something too. */
    static long cost(long frameBytes) {
        return frameBytes + 64;
    }

    /**
     * Takes a frame.
     *
     * @param head length and head of the frame, given away
     */
    void write(byte[] head, Bytes payload) {
        var frame = new Frame(Bytes.wrap(head), payload, false);
        if (unsent.getAndAdd(cost(frame.size() - 4L)) == 0) {
            progressAt = System.nanoTime();
        }
        queue.add(frame);
    }

    /** What waits here, by the measure of {@link #cost}. */
    long unsent() {
        return unsent.get();
    }

    /** How long nothing of what waits has left; 0 if nothing waits. */
    long idleNanos(long now) {
        return unsent.get() == 0 ? 0 : now - progressAt;
    }

    /** Whether so much waits; if so, {@link #makesRoom} will tell. */
    boolean isFull(long limit) {
        if (unsent.get() < limit) {
            return false;
        }
        refused = true;
        // Once more, since everything may have left before the flag was seen.
        if (unsent.get() <= limit / 2) {
            refused = false;
            return false;
        }
        return true;
    }

    /** Whether somebody was told that this is full, and it has fallen to so much. */
    boolean makesRoom(long enough) {
        if (!refused || unsent.get() > enough) {
            return false;
        }
        refused = false;
        return true;
    }

    private void left(long cost) {
        progressAt = System.nanoTime();
        unsent.addAndGet(-cost);
        progress.left(this, cost);
    }

    /** Ends the stream after what waits. */
    void finish() {
        queue.add(LAST);
    }

    /** Gives up, whatever waits. */
    void abort() {
        thread.interrupt();
    }

    /** Gives up and tells the peer, who shall not wait for the rest. */
    void giveUp() {
        gaveUp = true;
        thread.interrupt();
        reset();
    }

    /** Ends the stream in the middle, so that nobody takes that for its end. */
    private void reset() {
        var opened = stream;
        if (opened != null) {
            opened.resetStream(QuicLink.GIVEN_UP);
            way.reset(handed.getAndSet(0));
        }
    }

    /** Whether {@link #giveUp} was called. */
    boolean gaveUp() {
        return gaveUp;
    }

    /** What an ended lane has not sent, once. */
    long drain() {
        queue.clear();
        return unsent.getAndSet(0);
    }

    /** Where in the link this is. */
    Lane lane() {
        return lane;
    }

    /** Waits for the end; false if it did not come in time. */
    boolean awaitEnd(long nanos) throws InterruptedException {
        return ended.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Whether nothing more will be written. */
    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /** Whether a stream was opened for this lane. */
    boolean wasOpened() {
        return stream != null;
    }

    private void run() {
        try {
            send();
        } catch (IOException e) {
            broken("a stream broke: " + e.getMessage());
        } catch (RuntimeException e) {
            broken("a stream broke: " + e.getClass().getName());
        } catch (InterruptedException _) {
            broken("given up");
        } finally {
            ended.countDown();
        }
    }

    private void broken(String why) {
        reset();
        progress.broken(this, why);
    }

    private void send() throws IOException, InterruptedException {
        var frame = queue.take();
        if (frame.last()) {
            return;
        }
        var made = connection.createStream(false);
        stream = made;
        var out = streams.watch(made.getOutputStream());
        out.write(lane.transfer() == 0 ? lane.messageClass().index() : LaneReader.TRANSFER);
        while (!frame.last()) {
            write(out, frame);
            var next = queue.poll();
            if (next == null) {
                flush(out);
                next = queue.take();
            }
            frame = next;
        }
        flush(out);
        // Closing it is the receiver's part, see NudgedStreams.
        out.write(LaneReader.END);
    }

    private void write(OutputStream out, Frame frame) throws IOException, InterruptedException {
        var size = frame.size();
        if (size > GATHER / 2) {
            flush(out);
            var head = frame.head().segmentArray(0);
            put(out, head, 0, head.length);
            var payload = frame.payload();
            for (var i = 0; i < payload.segments(); i++) {
                var length = payload.segmentLength(i);
                for (var from = 0; from < length; from += GATHER) {
                    var some = Math.min(GATHER, length - from);
                    put(out, payload.segmentArray(i), payload.segmentOffset(i) + from, some);
                    left(some);
                }
            }
            left(cost(size - 4L) - payload.size());
            return;
        }
        if (used + size > GATHER) {
            flush(out);
        }
        if (gathered.length == 0) {
            gathered = new byte[GATHER];
        }
        frame.head().copyTo(0, gathered, used, frame.head().size());
        frame.payload().copyTo(0, gathered, used + frame.head().size(), frame.payload().size());
        used += size;
        gatheredCost += cost(size - 4L);
    }

    private void flush(OutputStream out) throws IOException, InterruptedException {
        if (used > 0) {
            var length = used;
            var cost = gatheredCost;
            used = 0;
            gatheredCost = 0;
            put(out, gathered, 0, length);
            left(cost);
        }
    }

    private void put(OutputStream out, byte[] bytes, int offset, int length)
            throws IOException, InterruptedException {
        for (var done = 0; done < length; ) {
            var some = way.take(lane.messageClass(), length - done);
            handed.addAndGet(some);
            hand(out, bytes, offset + done, some);
            done += some;
            progressAt = System.nanoTime();
        }
    }

    private void hand(OutputStream out, byte[] bytes, int offset, int length) throws IOException {
        if (lane.messageClass() != MessageClass.CRITICAL) {
            out.write(bytes, offset, length);
            return;
        }
        way.criticalBegins();
        try {
            out.write(bytes, offset, length);
        } finally {
            way.criticalEnds();
        }
    }
}
