package dev.aptosnet.cli.vectors;

import dev.aptosnet.domain.wire.NetworkAddressBcs;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Dns;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Handshake;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Memory;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.NoiseIk;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Quic;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Tcp;

import java.util.Map;

/** {@code network_address.json}. */
final class NetworkAddressVectors implements VectorFile {
    @Override
    public Map<String, Check> sections(Entry root) {
        return Map.of(
                "valid", NetworkAddressVectors::valid,
                "invalid_text",
                        (entry, expect) ->
                                expect.refused(
                                        entry.text("expect"),
                                        () -> NetworkAddress.parse(entry.text("text"))),
                "invalid_bcs",
                        (entry, expect) ->
                                expect.refused(
                                        entry.text("expect"),
                                        () -> NetworkAddressBcs.decode(entry.hex("bcs"))));
    }

    private static void valid(Entry entry, Expect expect) {
        var address = NetworkAddress.parse(entry.text("text"));
        expect.equal("text", entry.text("canonical_text"), address.toString());
        expect.equal(
                "address of that text",
                address,
                NetworkAddress.parse(entry.text("canonical_text")));
        expect.equal("bytes", entry.hex("bcs"), NetworkAddressBcs.encode(address));
        expect.equal("address of the bytes", address, NetworkAddressBcs.decode(entry.hex("bcs")));
        expect.equal(
                "protocols",
                entry.sub("protocols").plain(),
                address.protocols().stream().map(NetworkAddressVectors::plain).toList());
        // Ours may also dial a port of this process, which nobody else can.
        var dialable = address.isDialable() && !(address.network() instanceof Memory);
        expect.equal("dialable", entry.flag("dialable"), dialable);
    }

    private static Map<String, Object> plain(Protocol protocol) {
        return switch (protocol) {
            case Tcp(int port) -> Map.of("type", "tcp", "value", (long) port);
            case Quic(int port) -> Map.of("type", "quic", "value", (long) port);
            case Memory(int port) -> Map.of("type", "memory", "value", (long) port);
            case Handshake(int version) -> Map.of("type", "handshake", "value", (long) version);
            case NoiseIk(var key) ->
                    Map.of("type", "noise-ik", "value", key.toString().substring(2));
            case Dns _, Protocol.Ip4 _, Protocol.Ip6 _ -> {
                var text = NetworkAddress.of(protocol).toString();
                var slash = text.indexOf('/', 1);
                yield Map.of("type", text.substring(1, slash), "value", text.substring(slash + 1));
            }
        };
    }
}
