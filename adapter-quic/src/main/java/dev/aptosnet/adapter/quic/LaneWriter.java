package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.Bytes;

import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicStream;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

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
    private final NudgedStreams streams;
    private final Progress progress;
    private final BlockingQueue<Frame> queue = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private byte[] gathered = NOTHING;
    private int used;
    private long gatheredCost;
    private volatile boolean opened;

    /** One array with length and head, then the payload; or the end of the lane. */
    private record Frame(Bytes head, Bytes payload, boolean last) {
        int size() {
            return head.size() + payload.size();
        }
    }

    /** Hears how far a lane is, on its thread. */
    interface Progress {
        /** So many bytes of frames left, by the measure of {@link LaneWriter#cost}. */
        void left(long cost);

        /** The stream broke. */
        void broken(String why);
    }

    LaneWriter(QuicConnection connection, NudgedStreams streams, String name, Progress progress) {
        this.connection = connection;
        this.streams = streams;
        this.progress = progress;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
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
        queue.add(new Frame(Bytes.wrap(head), payload, false));
    }

    /** Ends the stream after what waits. */
    void finish() {
        queue.add(LAST);
    }

    /** Gives up, whatever waits. */
    void abort() {
        thread.interrupt();
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
        return opened;
    }

    private void run() {
        try {
            var frame = queue.take();
            if (frame.last()) {
                return;
            }
            QuicStream stream = connection.createStream(false);
            opened = true;
            try (var out = streams.watch(stream.getOutputStream())) {
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
            }
        } catch (IOException e) {
            progress.broken("a stream broke: " + e.getMessage());
        } catch (RuntimeException e) {
            progress.broken("a stream broke: " + e.getClass().getName());
        } catch (InterruptedException _) {
            // The link is over.
        } finally {
            ended.countDown();
        }
    }

    private void write(OutputStream out, Frame frame) throws IOException {
        var size = frame.size();
        if (size > GATHER / 2) {
            flush(out);
            out.write(frame.head().segmentArray(0));
            var payload = frame.payload();
            for (var i = 0; i < payload.segments(); i++) {
                out.write(
                        payload.segmentArray(i),
                        payload.segmentOffset(i),
                        payload.segmentLength(i));
            }
            progress.left(cost(size - 4L));
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

    private void flush(OutputStream out) throws IOException {
        if (used > 0) {
            var length = used;
            var cost = gatheredCost;
            used = 0;
            gatheredCost = 0;
            out.write(gathered, 0, length);
            progress.left(cost);
        }
    }
}
