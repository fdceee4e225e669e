package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.concurrent.Semaphore;

/**
 * Reads one stream that the peer opened: a byte that says what it is for, then frames, {@code u32
 * BE length || body}, as on TCP (wire.md section 8), and at last {@link #END}. Arrays grow with the
 * bytes that arrive, never by the announced length. Blocks on a thread of its own.
 */
final class LaneReader {
    /**
     * How much of a large frame lies in one array at its beginning; part of the port's contract.
     */
    private static final int HEAD = 64 << 10;

    /** Longest array after the first. */
    private static final int MAX_CHUNK = 256 << 10;

    /** First byte of a large message's stream; those of classes begin with their index. */
    static final int TRANSFER = MessageClass.COUNT;

    /**
     * In the place of a frame's first byte: nothing more comes. No frame is so long as to begin
     * with it.
     */
    static final int END = 0xff;

    private static final int UNKNOWN = -1;

    private final InputStream in;
    private final int maxFrameBytes;
    private final Semaphore room;
    private final Frames frames;
    private volatile int kind = UNKNOWN;

    /** Since when the next byte of something that has begun is awaited; valid if {@link #waits}. */
    private volatile long waitingSince = System.nanoTime();

    private volatile boolean waits = true;

    /** Takes what was read; may block, which the peer feels. */
    interface Frames {
        /** As {@link dev.aptosnet.ports.transport.LinkHandler#onFrame}, with whole arrays. */
        void frame(byte[] head, Bytes rest) throws InterruptedException;
    }

    /** The peer breaks the rules of frames. */
    static final class BadFrame extends IOException {
        private static final long serialVersionUID = 1L;

        BadFrame(String detail) {
            super(detail);
        }
    }

    /**
     * @param room bytes of large frames that all readers of a link may be assembling, see {@link
     *     #room}
     */
    LaneReader(InputStream in, int maxFrameBytes, Semaphore room, Frames frames) {
        this.in = in;
        this.maxFrameBytes = maxFrameBytes;
        this.room = room;
        this.frames = frames;
    }

    /**
     * The room of one link: for a few frames of the greatest length. A peer may open many streams,
     * and could else have us hold a frame that it never ends for each of them.
     */
    static Semaphore room(int maxFrameBytes) {
        return new Semaphore((int) Math.min(Integer.MAX_VALUE, 4L * maxFrameBytes), true);
    }

    /**
     * Reads to the end of the stream.
     *
     * @throws BadFrame if a frame is too long, the stream ends inside one, or is of no known kind
     * @throws IOException if the stream breaks
     */
    void run() throws IOException, InterruptedException {
        var named = in.read();
        if (named < 0) {
            return;
        }
        if (named > TRANSFER) {
            throw new BadFrame("a stream of kind " + named + " (expected: 0 to " + TRANSFER + ")");
        }
        kind = named;
        var length = new byte[4];
        while (true) {
            waits = false;
            var first = in.read();
            if (first < 0 || first == END) {
                return;
            }
            waitingSince = System.nanoTime();
            waits = true;
            length[0] = (byte) first;
            readFully(length, 1, 3);
            var size =
                    (length[0] & 0xff) << 24
                            | (length[1] & 0xff) << 16
                            | (length[2] & 0xff) << 8
                            | (length[3] & 0xff);
            // Lengths are unsigned: a negative int is one of 2 GiB and more.
            if (size < 0 || size > maxFrameBytes) {
                throw new BadFrame(
                        "frame of "
                                + Integer.toUnsignedString(size)
                                + " bytes (max_frame_size: "
                                + maxFrameBytes
                                + ")");
            }
            readFrame(size);
        }
    }

    private void readFrame(int size) throws IOException, InterruptedException {
        if (size <= HEAD) {
            readBody(size);
            return;
        }
        // The peer need not hurry meanwhile.
        waits = false;
        room.acquire(size);
        try {
            waitingSince = System.nanoTime();
            waits = true;
            readBody(size);
        } finally {
            room.release(size);
        }
    }

    private void readBody(int size) throws IOException, InterruptedException {
        var head = new byte[Math.min(size, HEAD)];
        readFully(head, 0, head.length);
        var rest = rest(size - head.length);
        waits = false;
        frames.frame(head, rest);
    }

    /** Whether the peer has said what the stream is for. */
    boolean isNamed() {
        return kind != UNKNOWN;
    }

    /** Whether this is a large message's stream, as far as is known. */
    boolean isTransfer() {
        return kind == TRANSFER;
    }

    /**
     * How long the next byte of a frame that has begun, or of a stream that has not said what it is
     * for, is awaited; 0 if none is.
     */
    long waitingNanos(long now) {
        return waits ? Math.max(0, now - waitingSince) : 0;
    }

    private Bytes rest(int size) throws IOException {
        if (size == 0) {
            return Bytes.EMPTY;
        }
        var chunks = new ArrayList<Bytes>();
        var left = size;
        var next = HEAD;
        while (left > 0) {
            var chunk = new byte[Math.min(left, next)];
            readFully(chunk, 0, chunk.length);
            chunks.add(Bytes.wrap(chunk));
            left -= chunk.length;
            next = Math.min(2 * next, MAX_CHUNK);
        }
        return Bytes.concat(chunks);
    }

    private void readFully(byte[] target, int offset, int length) throws IOException {
        for (var done = 0; done < length; ) {
            var some = in.read(target, offset + done, length - done);
            if (some < 0) {
                throw new BadFrame("the peer ended a stream inside a frame");
            }
            done += some;
            waitingSince = System.nanoTime();
        }
    }
}
