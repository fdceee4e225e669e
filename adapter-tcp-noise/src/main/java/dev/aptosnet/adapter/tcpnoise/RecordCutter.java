package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.noise.RecordException;
import dev.aptosnet.noise.RecordOpener;

import io.netty.buffer.ByteBuf;

import java.util.Arrays;

/**
 * Cuts the bytes of a socket into records: {@code u16 BE n || n bytes} (wire.md section 5). Each
 * byte is copied once, from the socket's buffer to an array. An unfinished record occupies at most
 * twice what has arrived of it, or 64 KiB. Event loop only.
 */
final class RecordCutter {
    private static final byte[] NONE = {};

    /** A first array for an unfinished record is at least this long. */
    private static final int FIRST = 512;

    /** From this size on, unfinished records lie in arrays that the loop keeps for them. */
    private static final int BORROWED = 8 << 10;

    private final LoopScratch scratch;

    /** How many of the two length bytes have come for the record under way. */
    private int lengthBytes;

    private int length;
    private byte[] partial = NONE;
    private int have;

    RecordCutter(LoopScratch scratch) {
        this.scratch = scratch;
    }

    /** Takes records. */
    interface Records {
        /** Whether another record is welcome now. */
        boolean wantsRecord();

        /** One whole ciphertext with its tag, valid during the call. */
        void record(byte[] array, int offset, int length) throws BrokenStream, RecordException;
    }

    /**
     * Hands over the records that {@code in} completes, until it is empty or no more are wanted.
     *
     * @throws BrokenStream if a record's length is impossible
     */
    void read(ByteBuf in, Records records) throws BrokenStream, RecordException {
        while (in.isReadable() && records.wantsRecord()) {
            if (lengthBytes == 0 && in.readableBytes() >= 2) {
                var n = checked(in.getUnsignedShort(in.readerIndex()));
                if (in.readableBytes() >= 2 + n) {
                    in.skipBytes(2).readBytes(scratch.cipher, 0, n);
                    records.record(scratch.cipher, 0, n);
                    continue;
                }
            }
            gather(in, records);
        }
    }

    /** Whether no record is under way. */
    boolean isBetweenRecords() {
        return lengthBytes == 0;
    }

    /** Gives arrays back; nothing may be read afterwards. */
    void release() {
        scratch.giveBack(partial);
        partial = NONE;
    }

    private void gather(ByteBuf in, Records records) throws BrokenStream, RecordException {
        while (lengthBytes < 2) {
            if (!in.isReadable()) {
                return;
            }
            length = length << 8 | in.readUnsignedByte();
            if (++lengthBytes == 2) {
                checked(length);
            }
        }
        var taken = Math.min(in.readableBytes(), length - have);
        makeRoom(have + taken);
        in.readBytes(partial, have, taken);
        have += taken;
        if (have == length) {
            var array = partial;
            var n = length;
            partial = NONE;
            have = 0;
            length = 0;
            lengthBytes = 0;
            try {
                records.record(array, 0, n);
            } finally {
                scratch.giveBack(array);
            }
        }
    }

    private void makeRoom(int wanted) {
        if (wanted <= partial.length) {
            return;
        }
        var capacity = Math.min(length, Math.max(FIRST, 2 * wanted));
        if (capacity >= BORROWED) {
            var borrowed = scratch.borrow();
            System.arraycopy(partial, 0, borrowed, 0, have);
            partial = borrowed;
        } else {
            partial = Arrays.copyOf(partial, capacity);
        }
    }

    private static int checked(int n) throws BrokenStream {
        if (n < RecordOpener.MIN_RECORD) {
            throw new BrokenStream(
                    "record of "
                            + n
                            + " bytes (expected: "
                            + RecordOpener.MIN_RECORD
                            + " to "
                            + RecordOpener.MAX_RECORD
                            + ")");
        }
        return n;
    }
}
