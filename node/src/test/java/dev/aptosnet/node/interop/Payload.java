package dev.aptosnet.node.interop;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;

/**
 * Bytes with the equality of values and a short text, so that a failed comparison of 64 MiB stays
 * readable.
 */
final class Payload {
    private final byte[] bytes;

    private Payload(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Not copied: the caller gives the array away. */
    static Payload of(byte[] bytes) {
        return new Payload(bytes);
    }

    static Payload hex(String digits) {
        return new Payload(HexFormat.of().parseHex(digits));
    }

    /** {@code length} bytes that depend on {@code seed} alone. */
    static Payload random(long seed, int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return new Payload(bytes);
    }

    int length() {
        return bytes.length;
    }

    /** The array itself, not to be written to. */
    byte[] array() {
        return bytes;
    }

    Payload slice(int from, int to) {
        return new Payload(Arrays.copyOfRange(bytes, from, to));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Payload that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        String head = HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, 32));
        return bytes.length > 32
                ? head
                        + ".. ("
                        + bytes.length
                        + " bytes, hash "
                        + Integer.toHexString(hashCode())
                        + ")"
                : head;
    }
}
