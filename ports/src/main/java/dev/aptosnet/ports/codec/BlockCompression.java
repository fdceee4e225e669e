package dev.aptosnet.ports.codec;

/**
 * Raw LZ4 blocks: no frame header, no size, no checksum (wire.md section 7). Any number of threads.
 */
public interface BlockCompression {
    /** The most bytes that {@code length} bytes can become. */
    int maxCompressedLength(int length);

    /**
     * Compresses a part of an array.
     *
     * @param target with room for {@link #maxCompressedLength} after {@code targetOffset}
     * @return how many bytes were written to {@code target}
     */
    int compress(byte[] source, int offset, int length, byte[] target, int targetOffset);

    /**
     * Expands a block, whatever it holds, without writing beyond {@code target}.
     *
     * @param target exactly as large as the block may become
     * @return how many bytes were written, or -1 if the block is malformed or larger than {@code
     *     target}
     */
    int expand(byte[] source, int offset, int length, byte[] target);
}
