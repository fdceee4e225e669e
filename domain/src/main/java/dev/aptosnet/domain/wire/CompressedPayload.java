package dev.aptosnet.domain.wire;

import dev.aptosnet.ports.codec.BlockCompression;
import dev.aptosnet.ports.model.Bytes;

/**
 * The payloads of protocols with compressed BCS: {@code i32 little-endian uncompressed size | raw
 * LZ4 block} (wire.md section 7). Both directions are bounded. Any number of threads.
 */
public final class CompressedPayload {
    /** The largest payload, before and after compression, in bytes. */
    public static final int MAX_BYTES = 64_880_640;

    private static final int SIZE_BYTES = 4;

    private final BlockCompression lz4;

    /** Over an implementation of raw blocks. */
    public CompressedPayload(BlockCompression lz4) {
        this.lz4 = lz4;
    }

    /**
     * Compresses a payload.
     *
     * @throws BcsException {@link WireError#SIZE_TOO_LARGE} above {@link #MAX_BYTES}, before or
     *     after
     */
    public Bytes compress(Bytes plain) {
        if (plain.size() > MAX_BYTES) {
            throw tooLarge(plain.size());
        }
        var source = plain.joined();
        var target = new byte[SIZE_BYTES + lz4.maxCompressedLength(source.size())];
        for (var i = 0; i < SIZE_BYTES; i++) {
            target[i] = (byte) (source.size() >>> (8 * i));
        }
        var length =
                SIZE_BYTES
                        + lz4.compress(
                                source.segmentArray(0),
                                source.segmentOffset(0),
                                source.size(),
                                target,
                                SIZE_BYTES);
        if (length > MAX_BYTES) {
            throw tooLarge(length);
        }
        return Bytes.wrap(target, 0, length);
    }

    /**
     * Expands a payload. Memory is taken only once it is certain that the block fills it.
     *
     * @throws BcsException if it is malformed, with the code of wire.md section 7
     */
    public Bytes expand(Bytes compressed) {
        if (compressed.size() < SIZE_BYTES) {
            throw new BcsException(
                    WireError.COMPRESSED_TOO_SHORT, compressed.size() + " bytes (expected: >= 4)");
        }
        var size = new BcsReader(compressed).u32();
        if (size < 0) {
            throw new BcsException(WireError.NEGATIVE_SIZE, "announced " + size);
        }
        if (size > MAX_BYTES) {
            throw tooLarge(size);
        }
        var block = compressed.slice(SIZE_BYTES, compressed.size()).joined();
        Lz4Block.check(block, size);
        var plain = new byte[size];
        var expanded =
                lz4.expand(block.segmentArray(0), block.segmentOffset(0), block.size(), plain);
        if (expanded != size) {
            throw new BcsException(
                    WireError.LZ4_MALFORMED, "block of " + block.size() + " bytes for " + size);
        }
        return Bytes.wrap(plain);
    }

    private static BcsException tooLarge(long size) {
        return new BcsException(
                WireError.SIZE_TOO_LARGE, size + " bytes (expected: <= " + MAX_BYTES + ")");
    }
}
