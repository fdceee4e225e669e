package dev.aptosnet.ports.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.ports.model.NetworkAddress.Protocol.Dns;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Handshake;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Ip4;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Ip6;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Memory;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.NoiseIk;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Quic;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Tcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a peer is reached and how: an ordered list of protocols, such as {@code
 * /ip4/10.0.0.16/tcp/6180/noise-ik/0x…/handshake/0} (wire.md section 3).
 *
 * <p>The layer {@code quic} is ours, in the place of {@code tcp}: a UDP port that speaks QUIC.
 * AptosNet has no such layer, and its readers refuse a whole list for one such address: it may
 * never stand where an unmodified node reads.
 *
 * @param protocols in layer order: network, tcp or quic (none after memory), noise-ik, handshake;
 *     may stop after any
 */
public record NetworkAddress(List<Protocol> protocols) {
    /** The handshake version that we speak. */
    public static final int HANDSHAKE_VERSION = 0;

    /** The longest DNS name, in bytes of UTF-8. */
    public static final int MAX_DNS_BYTES = 255;

    /** Refuses a list that is empty or out of order. */
    public NetworkAddress {
        protocols = List.copyOf(protocols);
        checkLayers(protocols);
    }

    /** One layer of an address. */
    public sealed interface Protocol {
        /** An IPv4 address: 4 bytes. */
        record Ip4(Bytes address) implements Protocol {
            /** Refuses any length but 4. */
            public Ip4 {
                check(address.size() == 4, Malformed.Code.BAD_IP, "IPv4 address", address);
            }
        }

        /** An IPv6 address: 16 bytes. */
        record Ip6(Bytes address) implements Protocol {
            /** Refuses any length but 16. */
            public Ip6 {
                check(address.size() == 16, Malformed.Code.BAD_IP, "IPv6 address", address);
            }
        }

        /** A DNS name, to be resolved to addresses of a family. */
        record Dns(Family family, String name) implements Protocol {
            /** Refuses an empty name, one above 255 bytes, a slash, and characters beyond ASCII. */
            public Dns {
                check(!name.isEmpty(), Malformed.Code.DNS_EMPTY, "DNS name", "empty");
                check(
                        name.getBytes(UTF_8).length <= MAX_DNS_BYTES,
                        Malformed.Code.DNS_TOO_LONG,
                        "DNS name",
                        name.length() + " characters");
                check(name.indexOf('/') < 0, Malformed.Code.DNS_SLASH, "DNS name", "has a slash");
                check(
                        name.chars().allMatch(c -> c < 0x80),
                        Malformed.Code.DNS_NON_ASCII,
                        "DNS name",
                        "has characters beyond ASCII; write it in Punycode (xn--...)");
            }

            /** Which addresses of a name may be dialed. */
            public enum Family {
                /** {@code dns}: any. */
                ANY,
                /** {@code dns4}: IPv4 alone. */
                IP4,
                /** {@code dns6}: IPv6 alone. */
                IP6
            }
        }

        /** A TCP port. */
        record Tcp(int port) implements Protocol {
            /** Refuses what is no port. */
            public Tcp {
                check(isPort(port), Malformed.Code.BAD_INTEGER, "tcp port", port);
            }
        }

        /** A UDP port that speaks QUIC. */
        record Quic(int port) implements Protocol {
            /** Refuses what is no port. */
            public Quic {
                check(isPort(port), Malformed.Code.BAD_INTEGER, "quic port", port);
            }
        }

        /** A port in this process. */
        record Memory(int port) implements Protocol {
            /** Refuses what is no port. */
            public Memory {
                check(isPort(port), Malformed.Code.BAD_INTEGER, "memory port", port);
            }
        }

        /** Noise IK with the listener's key. */
        record NoiseIk(PublicKey key) implements Protocol {}

        /** The version of the handshake that follows Noise. */
        record Handshake(int version) implements Protocol {
            /** Refuses what is no byte. */
            public Handshake {
                check(
                        version >= 0 && version <= 255,
                        Malformed.Code.BAD_INTEGER,
                        "handshake version",
                        version);
            }
        }

        private static boolean isPort(int port) {
            return port >= 0 && port <= 65_535;
        }
    }

    /** An address that is not one, with the code that wire.md section 3 gives it. */
    public static final class Malformed extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        /** Which rule is broken. */
        private final Code code;

        /**
         * For text or bytes that are no address.
         *
         * @param code which rule is broken
         * @param detail one line
         */
        public Malformed(Code code, String detail) {
            super(detail);
            this.code = code;
        }

        /** Which rule is broken. */
        public Code code() {
            return code;
        }

        /** The rules of wire.md section 3. */
        public enum Code {
            /** Nothing at all. */
            EMPTY,
            /** The text does not begin with a slash. */
            NO_LEADING_SLASH,
            /** A layer lacks its value. */
            UNEXPECTED_END,
            /** A layer of an unknown name or number. */
            UNKNOWN_PROTOCOL,
            /** Not an IP address. */
            BAD_IP,
            /** Not a number, or out of range. */
            BAD_INTEGER,
            /** Not an x25519 public key. */
            BAD_KEY,
            /** A DNS name without characters. */
            DNS_EMPTY,
            /** A DNS name above 255 bytes. */
            DNS_TOO_LONG,
            /** A DNS name with a slash. */
            DNS_SLASH,
            /** A DNS name with characters beyond ASCII. */
            DNS_NON_ASCII,
            /** It does not begin with an IP address, a name or a memory port. */
            NETWORK_LAYER_MISSING,
            /** No TCP port where one belongs. */
            TRANSPORT_LAYER_MISSING,
            /** No Noise key where one belongs. */
            SESSION_LAYER_MISSING,
            /** No handshake version at the end. */
            HANDSHAKE_LAYER_MISSING,
            /** Layers after the last. */
            REDUNDANT_LAYER
        }
    }

    private static void check(boolean holds, Malformed.Code code, String what, Object seen) {
        if (!holds) {
            throw new Malformed(code, what + ": " + seen + " (" + code + ")");
        }
    }

    /** An address of these layers. */
    public static NetworkAddress of(Protocol... protocols) {
        return new NetworkAddress(List.of(protocols));
    }

    /** An IP address of 4 or 16 bytes, and a TCP port. */
    public static NetworkAddress ofTcp(byte[] ip, int port) {
        return ofIp(ip, new Tcp(port));
    }

    /** An IP address of 4 or 16 bytes, and what speaks there. */
    public static NetworkAddress ofIp(byte[] ip, Protocol layer) {
        var bytes = Bytes.of(ip);
        return of(ip.length == 4 ? new Ip4(bytes) : new Ip6(bytes), layer);
    }

    /**
     * Reads the text form.
     *
     * @throws Malformed with the broken rule's code
     */
    public static NetworkAddress parse(String text) {
        check(!text.isEmpty(), Malformed.Code.EMPTY, "address", "empty");
        check(text.startsWith("/"), Malformed.Code.NO_LEADING_SLASH, "address", text);
        var segments = text.split("/", -1);
        var protocols = new ArrayList<Protocol>();
        var next = 1;
        while (next < segments.length) {
            var name = segments[next++];
            if (name.isEmpty()) {
                continue;
            }
            var known = AddressText.isProtocol(name);
            check(known, Malformed.Code.UNKNOWN_PROTOCOL, "address", name);
            check(next < segments.length, Malformed.Code.UNEXPECTED_END, "address", "/" + name);
            protocols.add(AddressText.protocol(name, segments[next++]));
        }
        return new NetworkAddress(protocols);
    }

    private static void checkLayers(List<Protocol> protocols) {
        var layers = protocols.iterator();
        check(layers.hasNext(), Malformed.Code.EMPTY, "address", "no protocol");
        var network = layers.next();
        check(
                network instanceof Ip4
                        || network instanceof Ip6
                        || network instanceof Dns
                        || network instanceof Memory,
                Malformed.Code.NETWORK_LAYER_MISSING,
                "address",
                network);
        if (!(network instanceof Memory) && layers.hasNext()) {
            var next = layers.next();
            check(
                    next instanceof Tcp || next instanceof Quic,
                    Malformed.Code.TRANSPORT_LAYER_MISSING,
                    "address",
                    next);
        }
        if (layers.hasNext()) {
            var next = layers.next();
            check(next instanceof NoiseIk, Malformed.Code.SESSION_LAYER_MISSING, "address", next);
        }
        if (layers.hasNext()) {
            var next = layers.next();
            check(
                    next instanceof Handshake,
                    Malformed.Code.HANDSHAKE_LAYER_MISSING,
                    "address",
                    next);
        }
        check(!layers.hasNext(), Malformed.Code.REDUNDANT_LAYER, "address", protocols.size());
    }

    /** The first layer: host, name or memory port. */
    public Protocol network() {
        return protocols.getFirst();
    }

    /** The TCP, QUIC or memory port. */
    public Optional<Integer> port() {
        for (var protocol : protocols) {
            if (protocol instanceof Tcp(int port)) {
                return Optional.of(port);
            }
            if (protocol instanceof Quic(int port)) {
                return Optional.of(port);
            }
            if (protocol instanceof Memory(int port)) {
                return Optional.of(port);
            }
        }
        return Optional.empty();
    }

    /** The listener's key. */
    public Optional<PublicKey> key() {
        for (var protocol : protocols) {
            if (protocol instanceof NoiseIk(PublicKey key)) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    /** The handshake version. */
    public Optional<Integer> handshakeVersion() {
        for (var protocol : protocols) {
            if (protocol instanceof Handshake(int version)) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }

    /** Host, port, key and version: all that a dial needs. Memory addresses have it too. */
    public boolean isDialable() {
        return protocols.getLast() instanceof Handshake
                && protocols.size() == (network() instanceof Memory ? 3 : 4);
    }

    /** Whether a link to this address is one over QUIC. */
    public boolean isQuic() {
        return protocols.size() > 1 && protocols.get(1) instanceof Quic;
    }

    /** Exactly an IP address or memory port to listen at, with its port and nothing more. */
    public boolean isListenable() {
        return switch (network()) {
            case Ip4 _, Ip6 _ -> protocols.size() == 2;
            case Memory _ -> protocols.size() == 1;
            default -> false;
        };
    }

    /** Host and port of this address, then this key and our handshake version. */
    public NetworkAddress withKey(PublicKey key) {
        var layers = new ArrayList<Protocol>();
        for (var protocol : protocols) {
            if (!(protocol instanceof NoiseIk) && !(protocol instanceof Handshake)) {
                layers.add(protocol);
            }
        }
        layers.add(new NoiseIk(key));
        layers.add(new Handshake(HANDSHAKE_VERSION));
        return new NetworkAddress(layers);
    }

    /** The text form of wire.md section 3. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (var protocol : protocols) {
            AddressText.append(text, protocol);
        }
        return text.toString();
    }
}
