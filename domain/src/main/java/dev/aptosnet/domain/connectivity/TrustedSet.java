package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.TrustedPeers;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Every peer with at least one key, as all sources together describe it at one moment (behaviour.md
 * section 12.2). Immutable; may be read from any thread.
 */
public final class TrustedSet implements TrustedPeers {
    /** Nobody. */
    public static final TrustedSet EMPTY = new TrustedSet(new TreeMap<>());

    private final Map<PeerId, PeerDescription> peers;

    /** Takes {@code peers} over. */
    TrustedSet(NavigableMap<PeerId, PeerDescription> peers) {
        this.peers = Collections.unmodifiableNavigableMap(peers);
    }

    @Override
    public Optional<TrustedPeer> find(PeerId peer) {
        return Optional.ofNullable(peers.get(peer))
                .map(known -> new TrustedPeer(known.keys(), known.role()));
    }

    /** Whether the peer has a key. */
    public boolean contains(PeerId peer) {
        return peers.containsKey(peer);
    }

    /** Where the peer may be dialed; empty if it is not trusted or has no address. */
    public List<NetworkAddress> addresses(PeerId peer) {
        var known = peers.get(peer);
        return known == null ? List.of() : known.addresses();
    }

    /** The peers, ordered by id. */
    public Map<PeerId, PeerDescription> peers() {
        return peers;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrustedSet that && peers.equals(that.peers);
    }

    @Override
    public int hashCode() {
        return peers.hashCode();
    }

    @Override
    public String toString() {
        return "TrustedSet" + peers;
    }
}
