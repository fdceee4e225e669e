package dev.aptosnet.ports.model;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * Who a peer is: a 32-byte account address (wire.md section 2). Where a node has no account it is
 * the node's x25519 public key itself. Ordered as unsigned bytes, which decides tie-breaks.
 */
public final class PeerId implements Comparable<PeerId> {
    /** Length in bytes. */
    public static final int LENGTH = 32;

    private final byte[] bytes;
    private final int hash;

    private PeerId(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    /**
     * From its 32 bytes.
     *
     * @param bytes exactly 32, copied
     * @throws IllegalArgumentException for any other length
     */
    public static PeerId of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException(
                    "peer id: " + bytes.length + " bytes (expected: " + LENGTH + ")");
        }
        return new PeerId(bytes.clone());
    }

    /** The id that belongs to a key without an account: the 32 bytes of the key. */
    public static PeerId derivedFrom(PublicKey key) {
        return new PeerId(key.toByteArray());
    }

    /**
     * Reads an optional {@code 0x} and 1 to 64 hex digits of any case, left-padded with zeros.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static PeerId parse(String text) {
        var digits = text.startsWith("0x") ? text.substring(2) : text;
        if (digits.isEmpty() || digits.length() > 2 * LENGTH) {
            throw new IllegalArgumentException(
                    "peer id: \"" + text + "\" (expected: 1 to 64 hex digits)");
        }
        try {
            return new PeerId(
                    HexFormat.of().parseHex("0".repeat(2 * LENGTH - digits.length()) + digits));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "peer id: \"" + text + "\" (expected: 1 to 64 hex digits)", e);
        }
    }

    /** The 32 bytes, in a fresh array. */
    public byte[] toByteArray() {
        return bytes.clone();
    }

    /** 64 lower-case digits without prefix, as configuration files write it. */
    public String toConfigText() {
        return HexFormat.of().formatHex(bytes);
    }

    /** The first eight digits, for logs and tables. */
    public String shortText() {
        return HexFormat.of().formatHex(bytes, 0, 4);
    }

    @Override
    public int compareTo(PeerId other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PeerId that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** {@code 0x} and one digit for 0 to 15, else {@code 0x} and 64 lower-case digits. */
    @Override
    public String toString() {
        for (var i = 0; i < LENGTH - 1; i++) {
            if (bytes[i] != 0) {
                return "0x" + toConfigText();
            }
        }
        var last = bytes[LENGTH - 1] & 0xff;
        return last < 16 ? "0x" + Integer.toHexString(last) : "0x" + toConfigText();
    }
}
