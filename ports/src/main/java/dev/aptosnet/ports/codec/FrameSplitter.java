package dev.aptosnet.ports.codec;

import dev.aptosnet.ports.model.Bytes;

import java.util.Arrays;

/**
 * Cuts a byte stream into frames: {@code u32 big-endian length | body} (wire.md section 8). Bytes
 * are fed as they come; a body that lies within one fed array is handed on where it lies, one that
 * does not is gathered in an array that grows with the bytes, never with the announced length.
 * Single owner.
 */
public final class FrameSplitter {
    /** Length of the length, in bytes. */
    public static final int LENGTH_BYTES = 4;

    private static final int FIRST_CAPACITY = 4096;
    private static final byte[] NOTHING = {};

    private final int maxFrameBytes;
    private final Sink sink;

    private final byte[] prefix = new byte[LENGTH_BYTES];
    private int prefixBytes;

    /** Of the body that is being gathered; -1 while its length is not known. */
    private int bodyLength = -1;

    private byte[] body = NOTHING;
    private int bodyBytes;
    private boolean refused;

    /** Takes frame bodies. */
    @FunctionalInterface
    public interface Sink {
        /**
         * One frame body.
         *
         * @param array holds it, given away by this call and possibly shared with other frames
         * @param offset where it begins
         * @param length its size in bytes
         */
        void onFrame(byte[] array, int offset, int length);
    }

    /** How a stream ended. */
    public enum End {
        /** Between two frames. */
        CLEAN,
        /** Within a length or a body. */
        INSIDE_FRAME,
        /** Before it ended, a length was above the limit. */
        TOO_LARGE
    }

    /**
     * Splits a stream from its beginning.
     *
     * @param maxFrameBytes the largest body that is accepted
     */
    public FrameSplitter(int maxFrameBytes, Sink sink) {
        this.maxFrameBytes = maxFrameBytes;
        this.sink = sink;
    }

    /** The length at {@code offset}, unsigned: 0 to 2^32-1. */
    public static long lengthAt(byte[] bytes, int offset) {
        return (bytes[offset] & 0xffL) << 24
                | (bytes[offset + 1] & 0xffL) << 16
                | (bytes[offset + 2] & 0xffL) << 8
                | (bytes[offset + 3] & 0xffL);
    }

    /**
     * Takes the next bytes of the stream.
     *
     * @param bytes given away by this call
     * @return false if a length is above the limit; the connection is then to be closed, and
     *     nothing is read from that frame on
     */
    public boolean feed(byte[] bytes, int offset, int length) {
        var at = offset;
        var end = offset + length;
        while (at < end && !refused) {
            at = bodyLength < 0 ? readLength(bytes, at, end) : gather(bytes, at, end);
        }
        return !refused;
    }

    /** Takes the next bytes of the stream, wherever they lie; as the other one. */
    public boolean feed(Bytes bytes) {
        for (var i = 0; i < bytes.segments(); i++) {
            feed(bytes.segmentArray(i), bytes.segmentOffset(i), bytes.segmentLength(i));
        }
        return !refused;
    }

    /** What it means if the stream ends here. */
    public End end() {
        if (refused) {
            return End.TOO_LARGE;
        }
        return prefixBytes == 0 && bodyLength < 0 ? End.CLEAN : End.INSIDE_FRAME;
    }

    private int readLength(byte[] bytes, int from, int end) {
        var at = from;
        if (prefixBytes == 0 && end - at >= LENGTH_BYTES) {
            return begin(lengthAt(bytes, at), bytes, at + LENGTH_BYTES, end);
        }
        while (at < end && prefixBytes < LENGTH_BYTES) {
            prefix[prefixBytes++] = bytes[at++];
        }
        if (prefixBytes < LENGTH_BYTES) {
            return at;
        }
        prefixBytes = 0;
        return begin(lengthAt(prefix, 0), bytes, at, end);
    }

    private int begin(long length, byte[] bytes, int at, int end) {
        if (length > maxFrameBytes) {
            refused = true;
            return at;
        }
        if (length <= end - at) {
            sink.onFrame(bytes, at, (int) length);
            return at + (int) length;
        }
        bodyLength = (int) length;
        bodyBytes = 0;
        body = new byte[Math.min(bodyLength, Math.max(FIRST_CAPACITY, end - at))];
        return at;
    }

    private int gather(byte[] bytes, int at, int end) {
        var taken = Math.min(end - at, bodyLength - bodyBytes);
        if (bodyBytes + taken > body.length) {
            var doubled = (int) Math.min(bodyLength, 2L * body.length);
            body = Arrays.copyOf(body, Math.max(bodyBytes + taken, doubled));
        }
        System.arraycopy(bytes, at, body, bodyBytes, taken);
        bodyBytes += taken;
        if (bodyBytes == bodyLength) {
            var whole = body;
            body = NOTHING;
            bodyLength = -1;
            sink.onFrame(whole, 0, bodyBytes);
        }
        return at + taken;
    }
}
