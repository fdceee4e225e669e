package dev.aptosnet.ports.transport;

import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The trusted set of one network, as it is at this moment. Asked from transport threads. */
@FunctionalInterface
public interface TrustedPeers {
    /** Nobody. */
    TrustedPeers NONE = _ -> Optional.empty();

    /** What is known of {@code peer}; empty if it is not trusted. Never blocks. */
    Optional<TrustedPeer> find(PeerId peer);

    /** A set that does not change. */
    static TrustedPeers of(Map<PeerId, TrustedPeer> peers) {
        var copy = Map.copyOf(peers);
        return peer -> Optional.ofNullable(copy.get(peer));
    }

    /**
     * One trusted peer.
     *
     * @param keys every key that may speak for it
     * @param role what it is to us
     */
    record TrustedPeer(Set<PublicKey> keys, PeerRole role) {
        /** Copies the keys. */
        public TrustedPeer {
            keys = Set.copyOf(keys);
        }
    }
}
