package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.noise.RecordException;
import dev.aptosnet.noise.RecordOpener;
import dev.aptosnet.noise.RecordSealer;
import dev.aptosnet.ports.model.Bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Opens records and cuts their plaintext into frames: {@code u32 BE length || body} (wire.md
 * section 8). Record boundaries mean nothing.
 *
 * <p>Decryption is the copy where it can be: a record inside a large frame is decrypted straight
 * into that frame's array, and whole small frames are slices of the array that their record was
 * decrypted into. A frame's array grows with the bytes that arrive, never by the announced length:
 * the first is at most 64 KiB, each further one at most as long as what came before. Event loop
 * only.
 */
final class FrameAssembler {
    /**
     * How much of a large frame lies in one array at its beginning; part of the port's contract.
     */
    static final int FIRST_CHUNK = 64 << 10;

    /** Longest array of a large frame; small enough not to be humongous to the collector. */
    private static final int MAX_CHUNK = 256 << 10;

    /**
     * A frame with its length may keep an array alive that is this many times its size, not more:
     * budgets count the frame alone.
     */
    private static final int MAX_PINNED = 2;

    /** Records up to this size are always given an array of their own. */
    private static final int SMALL_RECORD = 1024;

    /** Plaintext from which on an array of {@link SpareArrays} is not mostly empty. */
    private static final int LONG_RECORD = SpareArrays.LENGTH / 8 * 7;

    private static final int LENGTH_BYTES = 4;

    private static final VarHandle INT_BE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final int TAG = RecordSealer.OVERHEAD - 2;
    private static final byte[] NONE = {};

    private final int maxFrameBytes;
    private final LoopScratch scratch;
    private final Frames frames;

    /** How many of the four length bytes have come; 4 while a body is under way. */
    private int lengthBytes;

    private int length;
    private int received;

    /** The first array of a large frame once it is full; empty before. */
    private byte[] head = NONE;

    /** The arrays after {@link #head} that are full. */
    private final List<Bytes> rest = new ArrayList<>();

    /** The array being filled. */
    private byte[] chunk = NONE;

    private int chunkUsed;

    /** Whether the last record held frames too small to share its array. */
    private boolean dust;

    /** Whether the last long record that began with a frame held that frame and nothing else. */
    private boolean alone = true;

    FrameAssembler(int maxFrameBytes, LoopScratch scratch, Frames frames) {
        this.maxFrameBytes = maxFrameBytes;
        this.scratch = scratch;
        this.frames = frames;
    }

    /** Takes frames; as {@link dev.aptosnet.ports.transport.LinkHandler}. */
    interface Frames {
        void frame(byte[] head, int offset, int length, Bytes rest);

        void lentFrame(byte[] array, int offset, int length);
    }

    /** Whether no frame is under way. */
    boolean isBetweenFrames() {
        return lengthBytes == 0;
    }

    /** How many bytes of memory the frame under way occupies. */
    int heldBytes() {
        var held = head.length + chunk.length;
        for (var part : rest) {
            held += part.segmentArray(0).length;
        }
        return held;
    }

    /**
     * Opens one record and hands over the frames that it completes.
     *
     * @throws BrokenStream if a frame is longer than the limit
     * @throws RecordException if the record is not genuine
     */
    void open(RecordOpener opener, byte[] record, int offset, int recordLength)
            throws BrokenStream, RecordException {
        var size = recordLength - TAG;
        var inBody = lengthBytes == 4;
        if (inBody && length - received >= size && makeRoom(size)) {
            opener.open(record, offset, recordLength, chunk, chunkUsed);
            filled(size);
        } else if (dust || (inBody && length - received > size / 2)) {
            opener.open(record, offset, recordLength, scratch.plain, 0);
            cut(scratch.plain, 0, size, size, false);
            assert SpareArrays.spoilt(scratch.plain);
        } else if (alone && size >= LONG_RECORD && lengthBytes == 0) {
            openAlone(opener, record, offset, recordLength);
        } else {
            var fresh = new byte[size];
            opener.open(record, offset, recordLength, fresh, 0);
            cut(fresh, 0, size, size, true);
        }
    }

    /** A record that most likely holds one frame, in an array that can be used again. */
    private void openAlone(RecordOpener opener, byte[] record, int offset, int recordLength)
            throws BrokenStream, RecordException {
        var size = recordLength - TAG;
        var array = scratch.plaintexts.take();
        opener.open(record, offset, recordLength, array, 0);
        length = (int) INT_BE.get(array, 0);
        alone = length == size - LENGTH_BYTES;
        if (alone) {
            checkLength();
            reset();
            dust = false;
            frames.frame(array, LENGTH_BYTES, size - LENGTH_BYTES, Bytes.EMPTY);
        } else {
            // Several frames must not share what one of them may give back.
            length = 0;
            var own = Arrays.copyOf(array, size);
            scratch.plaintexts.giveBack(array);
            cut(own, 0, size, size, true);
        }
    }

    /** Cuts plaintext that is there already. */
    void accept(Bytes plain) throws BrokenStream {
        var copy = plain.toByteArray();
        cut(copy, 0, copy.length, copy.length, true);
    }

    /**
     * @param recordSize how much plaintext the record had
     * @param owned whether the array may be given away
     */
    private void cut(byte[] plain, int from, int end, int recordSize, boolean owned)
            throws BrokenStream {
        var shareable = recordSize <= SMALL_RECORD;
        var at = from;
        while (at < end) {
            if (lengthBytes == 4) {
                var taken = Math.min(end - at, length - received);
                append(plain, at, taken);
                at += taken;
                continue;
            }
            while (lengthBytes < 4 && at < end) {
                length = length << 8 | (plain[at++] & 0xff);
                lengthBytes++;
            }
            if (lengthBytes < 4) {
                break;
            }
            checkLength();
            if (end - at >= length) {
                var n = length;
                var start = at;
                at += n;
                reset();
                var large = (long) (LENGTH_BYTES + n) * MAX_PINNED >= recordSize;
                shareable |= large;
                alone |= n >= LONG_RECORD && n == recordSize - LENGTH_BYTES;
                if (owned && large) {
                    frames.frame(plain, start, n, Bytes.EMPTY);
                } else {
                    frames.lentFrame(plain, start, n);
                }
            } else {
                chunk = new byte[Math.min(length, FIRST_CHUNK)];
                chunkUsed = 0;
            }
        }
        dust = !shareable;
    }

    private void checkLength() throws BrokenStream {
        // Lengths are unsigned: a negative int is one of 2 GiB and more.
        if (length < 0 || length > maxFrameBytes) {
            throw new BrokenStream(
                    "frame of "
                            + Integer.toUnsignedString(length)
                            + " bytes (max_frame_size: "
                            + maxFrameBytes
                            + ")");
        }
    }

    private void append(byte[] plain, int from, int count) {
        var at = from;
        var left = count;
        while (left > 0) {
            if (chunkUsed == chunk.length) {
                nextChunk();
            }
            var n = Math.min(left, chunk.length - chunkUsed);
            System.arraycopy(plain, at, chunk, chunkUsed, n);
            at += n;
            left -= n;
            filled(n);
        }
    }

    /** Whether the array being filled now has room for a whole record of this many bytes. */
    private boolean makeRoom(int size) {
        var free = chunk.length - chunkUsed;
        if (free >= size) {
            return true;
        }
        // The first array must be full, the others may waste a little rather than split a record.
        if (free == 0 || (head.length > 0 && free <= chunk.length / 8)) {
            nextChunk();
            return chunk.length >= size;
        }
        return false;
    }

    private void nextChunk() {
        if (head.length == 0) {
            head = chunk;
        } else {
            rest.add(Bytes.wrap(chunk, 0, chunkUsed));
        }
        var grown = Math.max(FIRST_CHUNK, Math.min(received, MAX_CHUNK));
        chunk = new byte[Math.min(length - received, grown)];
        chunkUsed = 0;
    }

    private void filled(int count) {
        chunkUsed += count;
        received += count;
        if (received < length) {
            return;
        }
        if (head.length == 0) {
            var whole = chunk;
            reset();
            frames.frame(whole, 0, whole.length, Bytes.EMPTY);
        } else {
            rest.add(Bytes.wrap(chunk, 0, chunkUsed));
            var first = head;
            var others = Bytes.concat(rest);
            reset();
            frames.frame(first, 0, first.length, others);
        }
    }

    private void reset() {
        lengthBytes = 0;
        length = 0;
        received = 0;
        head = NONE;
        chunk = NONE;
        chunkUsed = 0;
        rest.clear();
    }
}
