package dev.aptosnet.cli.vectors;

import dev.aptosnet.domain.wire.HandshakeMsg;
import dev.aptosnet.domain.wire.MessagingVersion;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.ProtocolId;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code handshake_msg.json}. */
final class HandshakeMsgVectors implements VectorFile {
    @Override
    public Map<String, Check> sections(Entry root) {
        return Map.of(
                "valid", HandshakeMsgVectors::valid,
                "accepted_alternatives", HandshakeMsgVectors::alternative,
                "malformed",
                        (entry, expect) ->
                                expect.refused(
                                        entry.text("expect"),
                                        () -> HandshakeMsg.decode(entry.hex("bcs"))),
                "negotiation", HandshakeMsgVectors::negotiation);
    }

    private static void valid(Entry entry, Expect expect) {
        var message = message(entry.sub("message"));
        expect.equal("bytes", entry.hex("bcs"), message.encode());
        expect.equal("framed", entry.hex("framed"), framed(message.encode()));
        var decoded = HandshakeMsg.decode(entry.hex("bcs"));
        expect.equal("message", message, decoded);
        var set = decoded.supported().getOrDefault(MessagingVersion.V1, ProtocolSet.EMPTY);
        expect.equal("positions", longs(entry.list("positions")), positions(set));
        expect.equal(
                "names",
                entry.texts("protocol_names"),
                set.positions().mapToObj(p -> ProtocolId.of(p).name()).toList());
        // From names alone, as a node announces what it speaks.
        var announced =
                ProtocolSet.of(set.positions().mapToObj(ProtocolId::of).toArray(ProtocolId[]::new));
        expect.equal("vector of the names", set.vector(), announced.vector());
    }

    private static void alternative(Entry entry, Expect expect) {
        var decoded = HandshakeMsg.decode(entry.hex("bcs"));
        expect.equal("message", message(entry.sub("decoded")), decoded);
        expect.equal("canonical bytes", entry.hex("canonical_bcs"), decoded.encode());
        for (var version : entry.sub("decoded").list("versions")) {
            var set =
                    decoded.supported()
                            .getOrDefault(version(version.number("version")), ProtocolSet.EMPTY);
            expect.equal("positions", longs(version.list("set_positions")), positions(set));
        }
    }

    private static void negotiation(Entry entry, Expect expect) {
        var own = message(entry.sub("own"));
        var other = message(entry.sub("other"));
        expect.equal("own bytes", entry.hex("own_bcs"), own.encode());
        expect.equal("other bytes", entry.hex("other_bcs"), other.encode());
        expect.equal(
                "result",
                entry.sub("result").plain(),
                plain(HandshakeMsg.negotiate(own, HandshakeMsg.decode(entry.hex("other_bcs")))));
        expect.equal(
                "result at the other end",
                entry.sub("result_seen_from_other").plain(),
                plain(HandshakeMsg.negotiate(other, HandshakeMsg.decode(entry.hex("own_bcs")))));
    }

    private static Map<String, Object> plain(Negotiation negotiation) {
        return switch (negotiation) {
            case Negotiation.Agreed(var version, var common, _) ->
                    Map.of(
                            "version",
                            (long) version.index(),
                            "common_positions",
                            positions(common));
            case Negotiation.InvalidChainId _ -> Map.of("error", "InvalidChainId");
            case Negotiation.InvalidNetworkId _ -> Map.of("error", "InvalidNetworkId");
            case Negotiation.NoCommonProtocols _ -> Map.of("error", "NoCommonProtocols");
        };
    }

    private static HandshakeMsg message(Entry json) {
        var supported = new EnumMap<MessagingVersion, ProtocolSet>(MessagingVersion.class);
        for (var version : json.list("versions")) {
            supported.put(
                    version(version.number("version")), ProtocolSet.ofVector(version.hex("bits")));
        }
        return new HandshakeMsg(
                supported,
                Math.toIntExact(json.number("chain_id")),
                NetworkId.valueOf(json.text("network_id").toUpperCase(Locale.ROOT)));
    }

    private static MessagingVersion version(long index) {
        if (index != MessagingVersion.V1.index()) {
            throw new Expect.Mismatch("version 0", String.valueOf(index));
        }
        return MessagingVersion.V1;
    }

    /** The two bytes of length that a transport writes before the message. */
    private static Bytes framed(Bytes body) {
        return Bytes.concat(List.of(Bytes.of((byte) (body.size() >> 8), (byte) body.size()), body));
    }

    private static List<Long> positions(ProtocolSet set) {
        return set.positions().asLongStream().boxed().toList();
    }

    private static List<Long> longs(List<Entry> numbers) {
        return numbers.stream().map(Entry::number).toList();
    }
}
