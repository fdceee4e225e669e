package dev.aptosnet.node.codec;

import dev.aptosnet.ports.codec.BlockCompression;

import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * LZ4 in fast mode, in Java with bounds checks: neither native code nor {@code Unsafe}, which the
 * JDK warns about, touches a peer's bytes.
 */
public final class Lz4Blocks implements BlockCompression {
    private final LZ4Compressor compressor = LZ4Factory.safeInstance().fastCompressor();
    private final LZ4SafeDecompressor decompressor = LZ4Factory.safeInstance().safeDecompressor();

    /** Stateless; one for all is enough. */
    public Lz4Blocks() {}

    @Override
    public int maxCompressedLength(int length) {
        return compressor.maxCompressedLength(length);
    }

    @Override
    public int compress(byte[] source, int offset, int length, byte[] target, int targetOffset) {
        return compressor.compress(
                source, offset, length, target, targetOffset, target.length - targetOffset);
    }

    @Override
    public int expand(byte[] source, int offset, int length, byte[] target) {
        try {
            return decompressor.decompress(source, offset, length, target, 0, target.length);
        } catch (LZ4Exception | ArrayIndexOutOfBoundsException malformed) {
            return -1;
        }
    }
}
