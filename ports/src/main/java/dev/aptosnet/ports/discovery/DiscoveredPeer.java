package dev.aptosnet.ports.discovery;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What one source says of one peer.
 *
 * @param addresses in the order in which they are to be tried; empty if it is only trusted
 * @param keys may speak for it, in order; empty if it is only dialed
 * @param role what it is to us
 */
public record DiscoveredPeer(
        PeerId peer, List<NetworkAddress> addresses, SortedSet<PublicKey> keys, PeerRole role) {
    /** Copies the collections. */
    public DiscoveredPeer {
        addresses = List.copyOf(addresses);
        keys = Collections.unmodifiableSortedSet(new TreeSet<>(keys));
    }
}
