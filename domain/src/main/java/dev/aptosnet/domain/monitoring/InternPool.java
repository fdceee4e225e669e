package dev.aptosnet.domain.monitoring;

import dev.aptosnet.ports.monitoring.ConnectedPeer;
import dev.aptosnet.ports.monitoring.NetworkInformation;
import dev.aptosnet.ports.monitoring.NodeInformation;
import dev.aptosnet.ports.monitoring.PeerOnNetwork;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What peers say alike, kept once: in a full mesh each names all the others, and most run the same
 * build. Holds so many values of a kind and begins anew after that, which costs memory and no more.
 */
final class InternPool {
    private static final int MAX_PEERS = 4096;
    private static final int MAX_BUILDS = 16;

    private final Map<PeerOnNetwork, PeerOnNetwork> names = new LinkedHashMap<>();
    private final Map<ConnectedPeer, ConnectedPeer> peers = new LinkedHashMap<>();
    private final Map<Map<String, String>, Map<String, String>> builds = new LinkedHashMap<>();

    /** An equal one that shares the peers that others have named. */
    NetworkInformation shared(NetworkInformation information) {
        var connected = new LinkedHashMap<PeerOnNetwork, ConnectedPeer>();
        information
                .connectedPeers()
                .forEach(
                        (name, peer) ->
                                connected.put(
                                        one(names, name, MAX_PEERS), one(peers, peer, MAX_PEERS)));
        return new NetworkInformation(connected, information.distanceFromValidators());
    }

    /** An equal one that shares its build information. */
    NodeInformation shared(NodeInformation information) {
        return information.builtFrom(one(builds, information.buildInformation(), MAX_BUILDS));
    }

    /** No peer is left. */
    void clear() {
        names.clear();
        peers.clear();
        builds.clear();
    }

    private static <T> T one(Map<T, T> of, T value, int max) {
        if (of.size() >= max) {
            of.clear();
        }
        var before = of.putIfAbsent(value, value);
        return before == null ? value : before;
    }
}
