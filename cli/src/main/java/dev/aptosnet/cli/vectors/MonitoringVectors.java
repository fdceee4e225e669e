package dev.aptosnet.cli.vectors;

import dev.aptosnet.domain.monitoring.MonitoringBcs;
import dev.aptosnet.domain.monitoring.MonitoringRequest;
import dev.aptosnet.domain.monitoring.MonitoringResponse;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.monitoring.ConnectedPeer;
import dev.aptosnet.ports.monitoring.NetworkInformation;
import dev.aptosnet.ports.monitoring.NodeInformation;
import dev.aptosnet.ports.monitoring.PeerOnNetwork;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** {@code monitoring.json}: payloads of protocol 10, written and read. */
final class MonitoringVectors implements VectorFile {
    @Override
    public Map<String, Check> sections(Entry root) {
        return Map.of("valid", MonitoringVectors::valid, "malformed", MonitoringVectors::malformed);
    }

    private static void valid(Entry entry, Expect expect) {
        var payload = entry.hex("payload");
        if (entry.has("request")) {
            var request = request(entry.sub("request"));
            expect.equal("payload", payload, MonitoringBcs.encode(request));
            expect.equal("request", request, MonitoringBcs.decodeRequest(payload));
            return;
        }
        var response =
                entry.has("error") ? error(entry.sub("error")) : response(entry.sub("response"));
        expect.equal("payload", payload, MonitoringBcs.encode(response));
        expect.equal("response", response, MonitoringBcs.decodeResponse(payload));
    }

    /** Neither a request nor a response. */
    private static void malformed(Entry entry, Expect expect) throws Exception {
        var payload = entry.hex("payload");
        expect.refused(Expect.ANY_CODE, () -> MonitoringBcs.decodeRequest(payload));
        expect.refused(Expect.ANY_CODE, () -> MonitoringBcs.decodeResponse(payload));
    }

    private static MonitoringRequest request(Entry json) {
        return switch (json.text("type")) {
            case "GetNetworkInformation" -> new MonitoringRequest.GetNetworkInformation();
            case "GetNodeInformation" -> new MonitoringRequest.GetNodeInformation();
            case "GetServerProtocolVersion" -> new MonitoringRequest.GetServerProtocolVersion();
            case "LatencyPing" -> new MonitoringRequest.LatencyPing(json.number("ping_counter"));
            default -> throw new Expect.Mismatch("a known request", json.text("type"));
        };
    }

    private static MonitoringResponse response(Entry json) {
        return switch (json.text("type")) {
            case "LatencyPing" -> new MonitoringResponse.LatencyPing(json.number("ping_counter"));
            case "NetworkInformation" ->
                    new MonitoringResponse.Network(
                            new NetworkInformation(
                                    connected(json), json.number("distance_from_validators")));
            case "NodeInformation" -> new MonitoringResponse.Node(node(json));
            case "ServerProtocolVersion" ->
                    new MonitoringResponse.ServerProtocolVersion(json.number("version"));
            default -> throw new Expect.Mismatch("a known response", json.text("type"));
        };
    }

    private static MonitoringResponse error(Entry json) {
        return switch (json.text("type")) {
            case "InternalError" -> new MonitoringResponse.Internal(json.text("detail"));
            case "InvalidRequest" -> new MonitoringResponse.Invalid(json.text("detail"));
            default -> throw new Expect.Mismatch("a known error", json.text("type"));
        };
    }

    private static Map<PeerOnNetwork, ConnectedPeer> connected(Entry json) {
        var peers = new HashMap<PeerOnNetwork, ConnectedPeer>();
        for (var peer : json.list("connected_peers")) {
            peers.put(
                    new PeerOnNetwork(network(peer.text("network")), peer(peer, "peer")),
                    new ConnectedPeer(
                            NetworkAddress.parse(peer.text("address")),
                            peer(peer, "metadata_peer"),
                            role(peer.text("role"))));
        }
        return peers;
    }

    private static NodeInformation node(Entry json) {
        var build = new TreeMap<String, String>();
        json.sub("build_information")
                .node()
                .properties()
                .forEach(pair -> build.put(pair.getKey(), pair.getValue().stringValue()));
        var uptime = json.sub("uptime");
        return new NodeInformation(
                build,
                json.number("highest_synced_epoch"),
                json.number("highest_synced_version"),
                json.number("ledger_timestamp_usecs"),
                json.number("lowest_available_version"),
                Duration.ofSeconds(uptime.number("secs"), uptime.number("nanos")));
    }

    private static PeerId peer(Entry json, String key) {
        return PeerId.parse(json.text(key));
    }

    private static PeerRole role(String name) {
        for (var role : PeerRole.values()) {
            if (role.name().replace("_", "").equalsIgnoreCase(name)) {
                return role;
            }
        }
        throw new Expect.Mismatch("a known role", name);
    }

    private static NetworkId network(String name) {
        return switch (name) {
            case "validator" -> NetworkId.VALIDATOR;
            case "public" -> NetworkId.PUBLIC;
            case "vfn" -> NetworkId.VFN;
            default -> throw new Expect.Mismatch("a known network", name);
        };
    }
}
