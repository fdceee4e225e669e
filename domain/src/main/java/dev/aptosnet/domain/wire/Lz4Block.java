package dev.aptosnet.domain.wire;

import dev.aptosnet.ports.model.Bytes;

/**
 * Walks through the lengths of a raw LZ4 block without expanding it, so that a hostile block costs
 * no memory, and one that an implementation would let pass, such as a match at offset 0, is
 * refused.
 *
 * <pre>
 * ( token 1: literals 4 bits, match - 4 4 bits | more literals | literals | offset 2 | more match )*
 * </pre>
 */
final class Lz4Block {
    private static final int MIN_MATCH = 4;

    /** A length of four bits that is continued in bytes of which all but the last are 255. */
    private static final int CONTINUED = 15;

    private final byte[] array;
    private final int end;
    private int at;

    private Lz4Block(Bytes block) {
        array = block.segmentArray(0);
        at = block.segmentOffset(0);
        end = at + block.size();
    }

    /**
     * Checks that a block expands to exactly {@code size} bytes.
     *
     * @param block in one array
     * @throws BcsException LZ4_MALFORMED, LZ4_OVERFLOW or SIZE_MISMATCH
     */
    static void check(Bytes block, int size) {
        new Lz4Block(block).walk(size);
    }

    private void walk(int size) {
        var written = 0L;
        while (true) {
            var token = next();
            var literals = length(token >>> 4);
            if (literals > end - at) {
                throw malformed();
            }
            at += (int) literals;
            written += literals;
            if (written > size) {
                throw new BcsException(WireError.LZ4_OVERFLOW, "more than " + size + " bytes");
            }
            if (at == end) {
                break;
            }
            var offset = next() | next() << 8;
            if (offset == 0 || offset > written) {
                throw malformed();
            }
            written += length(token & 15) + MIN_MATCH;
            if (written > size) {
                throw new BcsException(WireError.LZ4_OVERFLOW, "more than " + size + " bytes");
            }
        }
        if (written != size) {
            throw new BcsException(
                    WireError.SIZE_MISMATCH, size + " bytes announced, " + written + " present");
        }
    }

    private long length(int fourBits) {
        var length = (long) fourBits;
        if (fourBits == CONTINUED) {
            int more;
            do {
                more = next();
                length += more;
            } while (more == 255);
        }
        return length;
    }

    private int next() {
        if (at >= end) {
            throw malformed();
        }
        return array[at++] & 0xff;
    }

    private static BcsException malformed() {
        return new BcsException(WireError.LZ4_MALFORMED, "not an LZ4 block");
    }
}
