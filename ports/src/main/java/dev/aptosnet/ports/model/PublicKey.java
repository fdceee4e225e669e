package dev.aptosnet.ports.model;

import java.util.Arrays;
import java.util.HexFormat;

/** An x25519 public key: 32 bytes, kept exactly as received (wire.md section 15, last line). */
public final class PublicKey implements Comparable<PublicKey> {
    /** Length in bytes. */
    public static final int LENGTH = 32;

    private final byte[] bytes;

    private PublicKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * From its 32 bytes.
     *
     * @param bytes exactly 32, copied
     * @throws IllegalArgumentException for any other length
     */
    public static PublicKey of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException(
                    "public key: " + bytes.length + " bytes (expected: " + LENGTH + ")");
        }
        return new PublicKey(bytes.clone());
    }

    /**
     * Reads an optional {@code x25519-pub-}, an optional {@code 0x}, then exactly 64 hex digits.
     *
     * @throws IllegalArgumentException for anything else; a private key's prefix is named
     */
    public static PublicKey parse(String text) {
        if (text.startsWith("x25519-priv-")) {
            throw new IllegalArgumentException(
                    "public key: this is a private key (expected: the peer's public key; keep the"
                            + " private one to yourself)");
        }
        var digits = text.startsWith("x25519-pub-") ? text.substring(11) : text;
        digits = digits.startsWith("0x") ? digits.substring(2) : digits;
        if (digits.length() != 2 * LENGTH) {
            throw new IllegalArgumentException(
                    "public key: \"" + text + "\" (expected: 64 hex digits)");
        }
        try {
            return new PublicKey(HexFormat.of().parseHex(digits));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "public key: \"" + text + "\" (expected: 64 hex digits)", e);
        }
    }

    /** The 32 bytes, in a fresh array. */
    public byte[] toByteArray() {
        return bytes.clone();
    }

    @Override
    public int compareTo(PublicKey other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKey that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** {@code 0x} and 64 lower-case digits. */
    @Override
    public String toString() {
        return "0x" + HexFormat.of().formatHex(bytes);
    }
}
