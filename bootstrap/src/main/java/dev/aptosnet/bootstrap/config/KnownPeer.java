package dev.aptosnet.bootstrap.config;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;

import java.util.List;
import java.util.Set;

/**
 * A peer that the operator names.
 *
 * @param addresses kept connected at the first that works; empty if it is only trusted
 * @param keys may speak for it; empty if it is only dialed
 */
public record KnownPeer(
        PeerId peer, List<NetworkAddress> addresses, Set<PublicKey> keys, PeerRole role) {
    /** Copies the collections. */
    public KnownPeer {
        addresses = List.copyOf(addresses);
        keys = Set.copyOf(keys);
    }
}
