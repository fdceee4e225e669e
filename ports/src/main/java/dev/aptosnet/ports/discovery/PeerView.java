package dev.aptosnet.ports.discovery;

import dev.aptosnet.ports.model.PeerId;

import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that a source knows: peers that are missing from it are no longer known to the source.
 *
 * @param peers by peer id, in order
 */
public record PeerView(SourceKind source, SortedMap<PeerId, DiscoveredPeer> peers) {
    /** Copies the map; each key is its value's peer id. */
    public PeerView {
        peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
    }

    /**
     * A view of these peers.
     *
     * @throws IllegalArgumentException if a peer is there twice
     */
    public static PeerView of(SourceKind source, Collection<DiscoveredPeer> peers) {
        var byId = new TreeMap<PeerId, DiscoveredPeer>();
        for (var peer : peers) {
            if (byId.put(peer.peer(), peer) != null) {
                throw new IllegalArgumentException("peer " + peer.peer() + ": twice");
            }
        }
        return new PeerView(source, byId);
    }

    /** What is known of {@code peer}. */
    public Optional<DiscoveredPeer> find(PeerId peer) {
        return Optional.ofNullable(peers.get(peer));
    }
}
