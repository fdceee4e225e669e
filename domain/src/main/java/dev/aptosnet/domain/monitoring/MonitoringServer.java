package dev.aptosnet.domain.monitoring;

import dev.aptosnet.ports.client.PeersAndMetadata;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.monitoring.ConnectedPeer;
import dev.aptosnet.ports.monitoring.NetworkInformation;
import dev.aptosnet.ports.monitoring.NodeInformation;
import dev.aptosnet.ports.monitoring.PeerOnNetwork;
import dev.aptosnet.ports.settings.MonitoringSettings;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Answers what peers ask (behaviour.md section 16.2). Without state; any thread. */
public final class MonitoringServer {
    /** The version of the service. */
    public static final long PROTOCOL_VERSION = 1;

    private final MonitoringSettings settings;
    private final boolean validator;

    /**
     * @param validator whether this node is one
     */
    public MonitoringServer(MonitoringSettings settings, boolean validator) {
        this.settings = settings;
        this.validator = validator;
    }

    /**
     * The answer to a request.
     *
     * @param peers those of every network of the node
     * @param node asked only if the request wants it
     */
    public MonitoringResponse answer(
            MonitoringRequest request, PeersAndMetadata peers, Supplier<NodeInformation> node) {
        return switch (request) {
            case MonitoringRequest.GetNetworkInformation _ -> network(peers);
            case MonitoringRequest.GetServerProtocolVersion _ ->
                    new MonitoringResponse.ServerProtocolVersion(PROTOCOL_VERSION);
            case MonitoringRequest.GetNodeInformation _ ->
                    new MonitoringResponse.Node(
                            settings.sanitize()
                                    ? node.get().withoutBuildInformation()
                                    : node.get());
            case MonitoringRequest.LatencyPing(var counter) ->
                    new MonitoringResponse.LatencyPing(counter);
        };
    }

    /**
     * The payload of an answer. A list of peers that would make it larger than peers accept is left
     * out.
     */
    public Bytes encode(MonitoringResponse response) {
        var payload = MonitoringBcs.encode(response);
        return payload.size() - MonitoringBcs.RESPONSE_HEAD_BYTES > settings.maxResponseBytes()
                        && response instanceof MonitoringResponse.Network(var information)
                ? MonitoringBcs.encode(
                        network(Collections.emptyMap(), information.distanceFromValidators()))
                : payload;
    }

    private MonitoringResponse network(PeersAndMetadata peers) {
        var connected = new TreeMap<PeerOnNetwork, ConnectedPeer>();
        if (!settings.sanitize()) {
            for (var peer : peers.connected()) {
                var info = peer.info();
                connected.put(
                        new PeerOnNetwork(info.network(), info.peer()),
                        new ConnectedPeer(info.address(), info.peer(), info.role()));
            }
        }
        return network(connected, Distance.own(validator, peers));
    }

    private static MonitoringResponse network(
            Map<PeerOnNetwork, ConnectedPeer> peers, long distance) {
        return new MonitoringResponse.Network(new NetworkInformation(peers, distance));
    }
}
