package dev.aptosnet.node.network;

import dev.aptosnet.domain.connectivity.TrustedSet;
import dev.aptosnet.ports.client.ConnectionState;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.PeersAndMetadata;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.monitoring.PeerMonitoring;
import dev.aptosnet.ports.monitoring.PeerOnNetwork;
import dev.aptosnet.ports.transport.TrustedPeers.TrustedPeer;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What all networks of a node know of their peers: an immutable snapshot, which each network's loop
 * replaces. Any thread.
 */
final class PeerStore {
    private volatile PeersAndMetadata held;

    /**
     * @param networks of the node
     */
    PeerStore(Collection<NetworkId> networks) {
        this.held = PeersAndMetadata.of(networks);
    }

    /** As it is now. */
    PeersAndMetadata snapshot() {
        return held;
    }

    /** Writers take turns; readers never wait. */
    private synchronized void change(UnaryOperator<PeersAndMetadata> change) {
        held = change.apply(held);
    }

    /** A connection is there, the peer's first or in another's place. */
    void connected(PeerInfo info) {
        var name = new PeerOnNetwork(info.network(), info.peer());
        change(
                peers -> {
                    var next = peers.with(info);
                    return next.get(name).state() == ConnectionState.DRAINING
                            ? next.with(name, ConnectionState.CONNECTED)
                            : next;
                });
    }

    /** A connection was told to end; of no consequence if it is not the peer's current one. */
    void disconnecting(NetworkId network, PeerId peer, ConnectionId connection) {
        ifCurrent(
                network,
                peer,
                connection,
                peers ->
                        peers.with(
                                new PeerOnNetwork(network, peer), ConnectionState.DISCONNECTING));
    }

    /** A connection drains; of no consequence if it is not the peer's current one. */
    void draining(NetworkId network, PeerId peer, ConnectionId connection) {
        ifCurrent(
                network,
                peer,
                connection,
                peers -> peers.with(new PeerOnNetwork(network, peer), ConnectionState.DRAINING));
    }

    /** A connection is gone; of no consequence if it is not the peer's current one. */
    void lost(NetworkId network, PeerId peer, ConnectionId connection) {
        ifCurrent(
                network,
                peer,
                connection,
                peers -> peers.without(new PeerOnNetwork(network, peer), connection));
    }

    private void ifCurrent(
            NetworkId network,
            PeerId peer,
            ConnectionId connection,
            UnaryOperator<PeersAndMetadata> change) {
        change(
                peers -> {
                    var known = peers.all(network).get(peer);
                    return known != null && known.info().connection().equals(connection)
                            ? change.apply(peers)
                            : peers;
                });
    }

    /** Everything that is known of the peers of a network. */
    void monitored(NetworkId network, Map<PeerId, PeerMonitoring> all) {
        change(peers -> peers.withMonitoring(network, all));
    }

    /** Whom a network trusts from now on. */
    void trusted(NetworkId network, TrustedSet set) {
        var all = new TreeMap<PeerId, TrustedPeer>();
        set.peers()
                .forEach(
                        (peer, known) ->
                                all.put(peer, new TrustedPeer(known.keys(), known.role())));
        change(peers -> peers.withTrusted(network, all));
    }
}
