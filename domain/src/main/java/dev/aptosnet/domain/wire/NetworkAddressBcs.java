package dev.aptosnet.domain.wire;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
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
import dev.aptosnet.ports.model.PublicKey;

import java.util.List;

/**
 * The binary form of a {@link NetworkAddress} (wire.md section 3): a byte string with the list of
 * protocols in it, so that a reader can skip an address that it does not understand.
 */
public final class NetworkAddressBcs {
    private static final int IP4 = 0;
    private static final int IP6 = 1;
    private static final int DNS = 2;
    private static final int DNS4 = 3;
    private static final int DNS6 = 4;
    private static final int TCP = 5;
    private static final int MEMORY = 6;
    private static final int NOISE_IK = 7;
    private static final int HANDSHAKE = 8;

    /** Ours alone, far above the nine of AptosNet. */
    private static final int QUIC = 81;

    private static final int VARIANTS = QUIC + 1;

    private NetworkAddressBcs() {}

    /** The whole of an address, with its outer length. */
    public static Bytes encode(NetworkAddress address) {
        var out = new BcsWriter();
        write(out, address);
        return out.toBytes();
    }

    /** Writes an address as a field of something larger. */
    public static void write(BcsWriter out, NetworkAddress address) {
        var inner = new BcsWriter();
        inner.list(address.protocols(), NetworkAddressBcs::writeProtocol);
        out.bytes(inner.toBytes());
    }

    /**
     * Reads exactly one address.
     *
     * @throws BcsException if the bytes are malformed
     * @throws Malformed if they break a rule of addresses
     */
    public static NetworkAddress decode(Bytes bcs) {
        var in = new BcsReader(bcs);
        var address = read(in);
        in.end();
        return address;
    }

    /**
     * Reads exactly one list of addresses, as the chain stores them for a validator.
     *
     * @throws BcsException if the bytes are malformed
     * @throws Malformed if they break a rule of addresses
     */
    public static List<NetworkAddress> decodeList(Bytes bcs) {
        var in = new BcsReader(bcs);
        var addresses = in.list(NetworkAddressBcs::read);
        in.end();
        return addresses;
    }

    /**
     * Reads an address that is a field of something larger.
     *
     * @throws BcsException if the bytes are malformed
     * @throws Malformed if they break a rule of addresses
     */
    public static NetworkAddress read(BcsReader in) {
        var inner = new BcsReader(in.bytes());
        var protocols = inner.list(NetworkAddressBcs::readProtocol);
        inner.end();
        return new NetworkAddress(protocols);
    }

    private static void writeProtocol(BcsWriter out, Protocol protocol) {
        switch (protocol) {
            case Ip4(var ip) -> out.variant(IP4).fixed(ip);
            case Ip6(var ip) -> out.variant(IP6).fixed(ip);
            case Dns(var family, var name) ->
                    out.variant(
                                    switch (family) {
                                        case ANY -> DNS;
                                        case IP4 -> DNS4;
                                        case IP6 -> DNS6;
                                    })
                            .string(name);
            case Tcp(int port) -> out.variant(TCP).u16(port);
            case Quic(int port) -> out.variant(QUIC).u16(port);
            case Memory(int port) -> out.variant(MEMORY).u16(port);
            case NoiseIk(var key) -> out.variant(NOISE_IK).bytes(Bytes.wrap(key.toByteArray()));
            case Handshake(int version) -> out.variant(HANDSHAKE).u8(version);
        }
    }

    private static Protocol readProtocol(BcsReader in) {
        return switch (in.variant(VARIANTS)) {
            case IP4 -> new Ip4(in.fixed(4));
            case IP6 -> new Ip6(in.fixed(16));
            case DNS -> new Dns(Dns.Family.ANY, in.string());
            case DNS4 -> new Dns(Dns.Family.IP4, in.string());
            case DNS6 -> new Dns(Dns.Family.IP6, in.string());
            case TCP -> new Tcp(in.u16());
            case MEMORY -> new Memory(in.u16());
            case NOISE_IK -> new NoiseIk(key(in.bytes()));
            case HANDSHAKE -> new Handshake(in.u8());
            case QUIC -> new Quic(in.u16());
            default -> throw new BcsException(WireError.UNKNOWN_VARIANT, "address layer");
        };
    }

    private static PublicKey key(Bytes bytes) {
        if (bytes.size() != PublicKey.LENGTH) {
            throw new Malformed(Malformed.Code.BAD_KEY, "key of " + bytes.size() + " bytes");
        }
        return PublicKey.of(bytes.toByteArray());
    }
}
