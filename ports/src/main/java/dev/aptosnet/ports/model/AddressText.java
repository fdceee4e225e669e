package dev.aptosnet.ports.model;

import dev.aptosnet.ports.model.NetworkAddress.Malformed;
import dev.aptosnet.ports.model.NetworkAddress.Protocol;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Dns;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Handshake;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Ip4;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Ip6;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Memory;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.NoiseIk;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Quic;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Tcp;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Set;

/** The text of single layers of a {@link NetworkAddress} (wire.md section 3). */
final class AddressText {
    private static final Set<String> NAMES =
            Set.of(
                    "ip4",
                    "ip6",
                    "dns",
                    "dns4",
                    "dns6",
                    "tcp",
                    "quic",
                    "memory",
                    "noise-ik",
                    "handshake");

    private AddressText() {}

    static boolean isProtocol(String name) {
        return NAMES.contains(name);
    }

    static Protocol protocol(String name, String argument) {
        return switch (name) {
            case "ip4" -> new Ip4(Bytes.wrap(orBadIp(ip4(argument), argument)));
            case "ip6" -> new Ip6(Bytes.wrap(orBadIp(ip6(argument), argument)));
            case "dns" -> new Dns(Dns.Family.ANY, argument);
            case "dns4" -> new Dns(Dns.Family.IP4, argument);
            case "dns6" -> new Dns(Dns.Family.IP6, argument);
            case "tcp" -> new Tcp(integer(argument, 65_535));
            case "quic" -> new Quic(integer(argument, 65_535));
            case "memory" -> new Memory(integer(argument, 65_535));
            case "noise-ik" -> new NoiseIk(key(argument));
            case "handshake" -> new Handshake(integer(argument, 255));
            default -> throw new Malformed(Malformed.Code.UNKNOWN_PROTOCOL, name);
        };
    }

    static void append(StringBuilder text, Protocol protocol) {
        switch (protocol) {
            case Ip4(var ip) -> appendIp4(text.append("/ip4/"), ip.toByteArray(), 0);
            case Ip6(var ip) -> appendIp6(text.append("/ip6/"), ip.toByteArray());
            case Dns(var family, var name) ->
                    text.append(
                                    switch (family) {
                                        case ANY -> "/dns/";
                                        case IP4 -> "/dns4/";
                                        case IP6 -> "/dns6/";
                                    })
                            .append(name);
            case Tcp(int port) -> text.append("/tcp/").append(port);
            case Quic(int port) -> text.append("/quic/").append(port);
            case Memory(int port) -> text.append("/memory/").append(port);
            case NoiseIk(var key) -> text.append("/noise-ik/").append(key);
            case Handshake(int version) -> text.append("/handshake/").append(version);
        }
    }

    private static byte[] orBadIp(byte @Nullable [] ip, String argument) {
        if (ip == null) {
            throw new Malformed(Malformed.Code.BAD_IP, "IP address: " + argument);
        }
        return ip;
    }

    private static PublicKey key(String argument) {
        try {
            return PublicKey.parse(argument);
        } catch (IllegalArgumentException e) {
            var malformed = new Malformed(Malformed.Code.BAD_KEY, String.valueOf(e.getMessage()));
            malformed.initCause(e);
            throw malformed;
        }
    }

    private static int integer(String argument, int max) {
        var digits = argument.startsWith("+") ? argument.substring(1) : argument;
        var value = digits.isEmpty() ? -1L : 0L;
        for (var i = 0; i < digits.length() && value >= 0; i++) {
            var c = digits.charAt(i);
            value = c < '0' || c > '9' ? -1 : value * 10 + (c - '0');
            value = value > max ? -1 : value;
        }
        if (value < 0) {
            throw new Malformed(
                    Malformed.Code.BAD_INTEGER,
                    "integer: " + argument + " (expected: 0 to " + max + ")");
        }
        return (int) value;
    }

    private static byte @Nullable [] ip4(String text) {
        var parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        var ip = new byte[4];
        for (var i = 0; i < 4; i++) {
            var part = parts[i];
            if (part.isEmpty()
                    || part.length() > 3
                    || (part.length() > 1 && part.charAt(0) == '0')) {
                return null;
            }
            var value = 0;
            for (var j = 0; j < part.length(); j++) {
                var c = part.charAt(j);
                if (c < '0' || c > '9') {
                    return null;
                }
                value = value * 10 + (c - '0');
            }
            if (value > 255) {
                return null;
            }
            ip[i] = (byte) value;
        }
        return ip;
    }

    /**
     * RFC 4291 section 2.2: groups of 1 to 4 digits, one gap for at least one group, dotted tail.
     */
    private static byte @Nullable [] ip6(String text) {
        var gap = text.indexOf("::");
        if (gap < 0) {
            var all = groups(text);
            return all != null && all.length == 16 ? all : null;
        }
        if (text.indexOf("::", gap + 1) >= 0) {
            return null;
        }
        var before = groups(text.substring(0, gap));
        var after = groups(text.substring(gap + 2));
        // A dotted tail may only end the whole address, and the gap stands for one group or more.
        if (before == null
                || after == null
                || text.substring(0, gap).indexOf('.') >= 0
                || before.length + after.length > 14) {
            return null;
        }
        var ip = new byte[16];
        System.arraycopy(before, 0, ip, 0, before.length);
        System.arraycopy(after, 0, ip, 16 - after.length, after.length);
        return ip;
    }

    private static byte @Nullable [] groups(String text) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        var parts = text.split(":", -1);
        if (parts.length > 8) {
            return null;
        }
        var bytes = new byte[parts.length * 2 + 2];
        var length = 0;
        for (var i = 0; i < parts.length; i++) {
            var part = parts[i];
            if (i == parts.length - 1 && part.indexOf('.') >= 0) {
                var tail = ip4(part);
                if (tail == null) {
                    return null;
                }
                System.arraycopy(tail, 0, bytes, length, 4);
                length += 4;
                continue;
            }
            if (part.isEmpty() || part.length() > 4) {
                return null;
            }
            var value = 0;
            for (var j = 0; j < part.length(); j++) {
                var c = part.charAt(j);
                var digit = c < 128 ? Character.digit(c, 16) : -1;
                if (digit < 0) {
                    return null;
                }
                value = value << 4 | digit;
            }
            bytes[length++] = (byte) (value >> 8);
            bytes[length++] = (byte) value;
        }
        return Arrays.copyOf(bytes, length);
    }

    private static void appendIp4(StringBuilder text, byte[] ip, int from) {
        for (var i = 0; i < 4; i++) {
            text.append(i == 0 ? "" : ".").append(ip[from + i] & 0xff);
        }
    }

    private static void appendIp6(StringBuilder text, byte[] ip) {
        var groups = new int[8];
        for (var i = 0; i < 8; i++) {
            groups[i] = (ip[2 * i] & 0xff) << 8 | (ip[2 * i + 1] & 0xff);
        }
        if (Arrays.equals(groups, 0, 6, new int[] {0, 0, 0, 0, 0, 0xffff}, 0, 6)) {
            appendIp4(text.append("::ffff:"), ip, 12);
            return;
        }
        // The longest run of two or more zero groups becomes the gap, the first one on a tie.
        var gapStart = -1;
        var gapLength = 1;
        for (var i = 0; i < 8; i++) {
            var end = i;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - i > gapLength) {
                gapStart = i;
                gapLength = end - i;
            }
        }
        for (var i = 0; i < 8; i++) {
            if (i == gapStart) {
                text.append("::");
                i += gapLength - 1;
            } else {
                var separated = i > 0 && !(gapStart >= 0 && i == gapStart + gapLength);
                text.append(separated ? ":" : "").append(Integer.toHexString(groups[i]));
            }
        }
    }
}
