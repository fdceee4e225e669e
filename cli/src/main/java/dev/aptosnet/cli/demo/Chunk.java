package dev.aptosnet.cli.demo;

import dev.aptosnet.ports.model.Bytes;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.SplittableRandom;

/**
 * A piece of imagined state: whoever knows the seed can make it, and its hash. A request names it
 * in 12 bytes, seed and size, little-endian.
 *
 * @param size in bytes
 * @param hash SHA-256 of the content
 */
record Chunk(long seed, int size, Bytes hash) {
    private static final int REQUEST_BYTES = 12;

    /** The chunk with this seed, made once to know its hash. */
    static Chunk of(long seed, int size) {
        return new Chunk(seed, size, hash(content(seed, size)));
    }

    Bytes request() {
        var request = ByteBuffer.allocate(REQUEST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        request.putLong(seed).putInt(size);
        return Bytes.wrap(request.array());
    }

    /**
     * The content that a request asks for.
     *
     * @throws IllegalArgumentException if it is no request, or for more than {@code maxBytes}
     */
    static Bytes answer(Bytes request, int maxBytes) {
        if (request.size() != REQUEST_BYTES) {
            throw new IllegalArgumentException("chunk request: " + request.size() + " bytes");
        }
        var fields = request.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        var seed = fields.getLong();
        var size = fields.getInt();
        if (size < 0 || size > maxBytes) {
            throw new IllegalArgumentException("chunk size: " + size);
        }
        return content(seed, size);
    }

    boolean isContent(Bytes answer) {
        return answer.size() == size && hash(answer).equals(hash);
    }

    private static Bytes content(long seed, int size) {
        var content = new byte[size];
        new SplittableRandom(seed).nextBytes(content);
        return Bytes.wrap(content);
    }

    private static Bytes hash(Bytes content) {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            for (var i = 0; i < content.segments(); i++) {
                sha256.update(
                        content.segmentArray(i),
                        content.segmentOffset(i),
                        content.segmentLength(i));
            }
            return Bytes.wrap(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
