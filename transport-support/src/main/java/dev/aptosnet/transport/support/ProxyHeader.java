package dev.aptosnet.transport.support;

import dev.aptosnet.ports.model.NetworkAddress;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The PROXY protocol header, version 2, that a balancer puts before everything else on an inbound
 * connection (wire.md section 12).
 *
 * <pre>
 * signature 12 | version and command 1: 20 or 21 | family 1 | length A, 2 big-endian | A bytes
 * </pre>
 */
public final class ProxyHeader {
    /** Length of everything before the address bytes. */
    public static final int FIXED_BYTES = 16;

    /** The longest header: the address bytes have a length of two bytes. */
    public static final int MAX_BYTES = FIXED_BYTES + 65_535;

    private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");

    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;

    private static final int TCP_OVER_IP4 = 0x11;
    private static final int TCP_OVER_IP6 = 0x21;

    private ProxyHeader() {}

    /** What the bytes so far are. */
    public sealed interface Read {
        /** The beginning of a header; so many bytes in all are needed to know more. */
        record NeedMore(int atLeast) implements Read {}

        /** Not a header: the connection is to be closed. */
        record Rejected(String reason) implements Read {}

        /**
         * A whole header.
         *
         * @param source the address to take for the remote one; empty to keep the observed one
         * @param consumed how many bytes belong to the header
         */
        record Parsed(Optional<NetworkAddress> source, int consumed) implements Read {}
    }

    /** Reads the header at the beginning of a part of an array; rejects as early as it can. */
    public static Read read(byte[] bytes, int offset, int length) {
        var known = Math.min(length, SIGNATURE.length);
        if (!Arrays.equals(bytes, offset, offset + known, SIGNATURE, 0, known)) {
            return new Read.Rejected("wrong signature");
        }
        if (length > 12 && bytes[offset + 12] != LOCAL && bytes[offset + 12] != PROXY) {
            return rejected("version and command", bytes[offset + 12]);
        }
        if (length > 13 && leastAddressBytes(bytes[offset + 13]) < 0) {
            return rejected("family", bytes[offset + 13]);
        }
        if (length < FIXED_BYTES) {
            return new Read.NeedMore(FIXED_BYTES);
        }
        var family = bytes[offset + 13] & 0xff;
        var addressBytes = u16(bytes, offset + 14);
        if (addressBytes < leastAddressBytes(family)) {
            return new Read.Rejected(addressBytes + " address bytes");
        }
        var size = FIXED_BYTES + addressBytes;
        if (length < size) {
            return new Read.NeedMore(size);
        }
        var from = offset + FIXED_BYTES;
        return new Read.Parsed(
                switch (family) {
                    case TCP_OVER_IP4 -> Optional.of(address(bytes, from, 4, from + 8));
                    case TCP_OVER_IP6 -> Optional.of(address(bytes, from, 16, from + 32));
                    default -> Optional.empty();
                },
                size);
    }

    /** How many address bytes a family needs; -1 for one that is not accepted. */
    private static int leastAddressBytes(int family) {
        return switch (family) {
            case TCP_OVER_IP4 -> 12;
            case TCP_OVER_IP6 -> 36;
            // Unspecified, UDP and Unix sockets: they name no address that we could take.
            case 0x00, 0x12, 0x22, 0x31, 0x32 -> 0;
            default -> -1;
        };
    }

    private static NetworkAddress address(byte[] bytes, int from, int length, int portAt) {
        return NetworkAddress.ofTcp(
                Arrays.copyOfRange(bytes, from, from + length), u16(bytes, portAt));
    }

    private static Read rejected(String what, byte seen) {
        return new Read.Rejected(what + " 0x" + Integer.toHexString(seen & 0xff));
    }

    private static int u16(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    }
}
