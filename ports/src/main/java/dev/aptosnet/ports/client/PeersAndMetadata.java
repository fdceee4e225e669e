package dev.aptosnet.ports.client;

import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.monitoring.PeerMonitoring;
import dev.aptosnet.ports.monitoring.PeerOnNetwork;
import dev.aptosnet.ports.transport.TrustedPeers.TrustedPeer;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Every peer of every network of a node at one moment (behaviour.md section 11). Immutable: a
 * change makes another one, and whoever holds this one keeps a consistent view. Networks are fixed
 * when it is made; asking for another is a caller's mistake.
 *
 * <p>Lookups, changes and removals of what is not there throw {@link IllegalArgumentException}.
 */
public final class PeersAndMetadata {
    private final Map<NetworkId, Map<PeerId, PeerMetadata>> peers;
    private final Map<NetworkId, Map<PeerId, TrustedPeer>> trusted;

    private PeersAndMetadata(
            Map<NetworkId, Map<PeerId, PeerMetadata>> peers,
            Map<NetworkId, Map<PeerId, TrustedPeer>> trusted) {
        this.peers = peers;
        this.trusted = trusted;
    }

    /** Nobody, on these networks. */
    public static PeersAndMetadata of(Collection<NetworkId> networks) {
        var peers = new EnumMap<NetworkId, Map<PeerId, PeerMetadata>>(NetworkId.class);
        var trusted = new EnumMap<NetworkId, Map<PeerId, TrustedPeer>>(NetworkId.class);
        for (var network : networks) {
            peers.put(network, Collections.emptySortedMap());
            trusted.put(network, Collections.emptySortedMap());
        }
        return new PeersAndMetadata(peers, trusted);
    }

    /** The node's networks. */
    public Set<NetworkId> networks() {
        return Collections.unmodifiableSet(peers.keySet());
    }

    /** Every peer whatever its state, by network and id. */
    public List<PeerMetadata> all() {
        return peers.values().stream().flatMap(known -> known.values().stream()).toList();
    }

    /** The peers of one network whatever their state, by id. */
    public Map<PeerId, PeerMetadata> all(NetworkId network) {
        return of(peers, network);
    }

    /** The peers that can be used, by network and id. */
    public List<PeerMetadata> connected() {
        return all().stream().filter(PeerMetadata::isConnected).toList();
    }

    /** The peers that can be used and speak at least one of these protocols. */
    public List<PeerMetadata> supporting(ProtocolId... protocols) {
        return connected().stream()
                .filter(
                        peer ->
                                Arrays.stream(protocols)
                                        .anyMatch(peer.info().protocols()::contains))
                .toList();
    }

    /** What is known of one peer. */
    public PeerMetadata get(PeerOnNetwork peer) {
        var known = all(peer.network()).get(peer.peer());
        if (known == null) {
            throw unknown(peer);
        }
        return known;
    }

    /** Whom one network trusts, by id. */
    public Map<PeerId, TrustedPeer> trusted(NetworkId network) {
        return of(trusted, network);
    }

    /**
     * With this connection, in the place of the peer's former one if there is one. Monitoring data
     * and state of a peer that is known stay.
     */
    public PeersAndMetadata with(PeerInfo info) {
        var before = all(info.network()).get(info.peer());
        return put(
                before == null
                        ? new PeerMetadata(ConnectionState.CONNECTED, info, PeerMonitoring.NONE)
                        : new PeerMetadata(before.state(), info, before.monitoring()));
    }

    /** With another state of a peer. */
    public PeersAndMetadata with(PeerOnNetwork peer, ConnectionState state) {
        var before = get(peer);
        return put(new PeerMetadata(state, before.info(), before.monitoring()));
    }

    /** Without a peer, if this is its connection. */
    public PeersAndMetadata without(PeerOnNetwork peer, ConnectionId connection) {
        var known = get(peer).info().connection();
        if (!known.equals(connection)) {
            throw new IllegalArgumentException(
                    peer + ": connection " + connection + " (expected: " + known + ")");
        }
        var next = new TreeMap<>(all(peer.network()));
        next.remove(peer.peer());
        return replaced(peer.network(), next);
    }

    /** With other monitoring data of a peer. */
    public PeersAndMetadata with(PeerOnNetwork peer, PeerMonitoring monitoring) {
        var before = get(peer);
        return put(new PeerMetadata(before.state(), before.info(), monitoring));
    }

    /**
     * With the monitoring data of every peer of a network renewed at once; a peer that is not
     * listed has none from now on, and one that is not known is left out.
     */
    public PeersAndMetadata withMonitoring(
            NetworkId network, Map<PeerId, PeerMonitoring> monitoring) {
        var next = new TreeMap<>(all(network));
        next.replaceAll(
                (peer, before) ->
                        new PeerMetadata(
                                before.state(),
                                before.info(),
                                monitoring.getOrDefault(peer, PeerMonitoring.NONE)));
        return replaced(network, next);
    }

    /** With another trusted set of one network. */
    public PeersAndMetadata withTrusted(NetworkId network, Map<PeerId, TrustedPeer> set) {
        of(trusted, network);
        var next = new EnumMap<>(trusted);
        next.put(network, Collections.unmodifiableSortedMap(new TreeMap<>(set)));
        return new PeersAndMetadata(peers, next);
    }

    private PeersAndMetadata put(PeerMetadata peer) {
        var network = peer.info().network();
        var next = new TreeMap<>(all(network));
        next.put(peer.info().peer(), peer);
        return replaced(network, next);
    }

    private PeersAndMetadata replaced(NetworkId network, Map<PeerId, PeerMetadata> with) {
        var next = new EnumMap<>(peers);
        next.put(network, Collections.unmodifiableMap(with));
        return new PeersAndMetadata(next, trusted);
    }

    private static <V> Map<PeerId, V> of(Map<NetworkId, Map<PeerId, V>> each, NetworkId network) {
        var known = each.get(network);
        if (known == null) {
            throw new IllegalArgumentException(
                    "network "
                            + network.configName()
                            + " (expected: one of "
                            + each.keySet()
                            + ")");
        }
        return known;
    }

    private static IllegalArgumentException unknown(PeerOnNetwork peer) {
        return new IllegalArgumentException(
                "peer " + peer.peer() + ": not known on network " + peer.network().configName());
    }
}
