package dev.aptosnet.domain.wire;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.NetworkId;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What each side says of itself directly after Noise (wire.md section 6):
 *
 * <pre>
 * count u | (version u | L | protocol bit vector)* | chain id 1 | network id
 * </pre>
 *
 * @param supported the protocols and capabilities of each messaging version
 * @param chainId 0 to 255
 * @param networkId which network
 */
public record HandshakeMsg(
        Map<MessagingVersion, ProtocolSet> supported, int chainId, NetworkId networkId) {
    /** By their index on the wire. */
    private static final List<MessagingVersion> VERSIONS = List.of(MessagingVersion.V1);

    /** Copies the map and checks the chain id. */
    public HandshakeMsg {
        if (chainId < 0 || chainId > 255) {
            throw new IllegalArgumentException("chain_id: " + chainId + " (expected: 0 to 255)");
        }
        var copy = new EnumMap<MessagingVersion, ProtocolSet>(MessagingVersion.class);
        copy.putAll(supported);
        supported = Collections.unmodifiableMap(copy);
    }

    /** What a node of version V1 says. */
    public static HandshakeMsg v1(ProtocolSet announced, int chainId, NetworkId networkId) {
        return new HandshakeMsg(Map.of(MessagingVersion.V1, announced), chainId, networkId);
    }

    /** The BCS form, without the two bytes of length that go before it on the wire. */
    public Bytes encode() {
        var out = new BcsWriter();
        out.uleb(supported.size());
        // In the order of the version, which is that of its encoded byte.
        supported.forEach((version, set) -> out.variant(version.index()).bytes(set.vector()));
        out.u8(chainId);
        NetworkIdBcs.write(out, networkId);
        return out.toBytes();
    }

    /**
     * Reads the BCS form; accepts what receivers have to accept, such as longer vectors and the two
     * network ids that are never sent.
     *
     * @throws BcsException if it is malformed
     */
    public static HandshakeMsg decode(Bytes bcs) {
        var in = new BcsReader(bcs, BcsReader.FRAME_DEPTH);
        var supported =
                in.map(
                        key -> VERSIONS.get(key.variant(VERSIONS.size())),
                        value -> ProtocolSet.ofVector(value.bytes()));
        var chainId = in.u8();
        var networkId = NetworkIdBcs.read(in);
        in.end();
        return new HandshakeMsg(supported, chainId, networkId);
    }

    /** What this node, having sent {@code own}, and the sender of {@code other} come to. */
    public static Negotiation negotiate(HandshakeMsg own, HandshakeMsg other) {
        if (own.chainId != other.chainId) {
            return new Negotiation.InvalidChainId(own.chainId, other.chainId);
        }
        if (own.networkId != other.networkId) {
            return new Negotiation.InvalidNetworkId(own.networkId, other.networkId);
        }
        for (var version : VERSIONS.reversed()) {
            var ours = own.supported.get(version);
            var theirs = other.supported.get(version);
            if (ours != null && theirs != null) {
                var both = ours.intersect(theirs);
                var common = both.withoutCapabilities();
                if (!common.isEmpty()) {
                    return new Negotiation.Agreed(version, common, both.capabilities());
                }
            }
        }
        return new Negotiation.NoCommonProtocols();
    }

    /** The capabilities that {@code supported} announces with V1. */
    public Set<Capability> capabilities() {
        var set = supported.get(MessagingVersion.V1);
        return set == null ? Set.of() : set.capabilities();
    }
}
