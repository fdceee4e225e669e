package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one source, or all of them together, say of a peer.
 *
 * @param addresses where it may be dialed, best first; each complete, with key and version
 * @param keys which keys speak for it; empty if it is not trusted
 * @param role what it is to us
 * @param pinned whether it is dialed whatever its role and outside {@code
 *     max_outbound_connections}; so are the seeds that an application names
 */
public record PeerDescription(
        List<NetworkAddress> addresses, Set<PublicKey> keys, PeerRole role, boolean pinned) {
    /** Copies the collections. */
    public PeerDescription {
        addresses = List.copyOf(addresses);
        keys = Collections.unmodifiableSet(new TreeSet<>(keys));
    }

    /** A peer that is dialed as its role says. */
    public static PeerDescription of(
            List<NetworkAddress> addresses, Set<PublicKey> keys, PeerRole role) {
        return new PeerDescription(addresses, keys, role, false);
    }

    /**
     * The addresses that are dialed in turn: all but those over QUIC, which are tried beside them
     * (improvements.md I-16), or those if there are no others.
     */
    List<NetworkAddress> dialedInTurn() {
        var others = addresses.stream().filter(address -> !address.isQuic()).toList();
        return others.isEmpty() ? addresses : others;
    }

    boolean saysNothing() {
        return addresses.isEmpty() && keys.isEmpty();
    }

    boolean isReachable() {
        return !addresses.isEmpty() && !keys.isEmpty();
    }

    /** Whether dialing it would be the same. */
    boolean isReachedAs(PeerDescription other) {
        return addresses.equals(other.addresses) && keys.equals(other.keys);
    }
}
