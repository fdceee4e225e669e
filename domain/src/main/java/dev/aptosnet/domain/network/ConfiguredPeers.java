package dev.aptosnet.domain.network;

import dev.aptosnet.domain.connectivity.DialRoles;
import dev.aptosnet.domain.connectivity.PeerDescription;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The peers that the configuration and the application name: the source {@code Config}. */
final class ConfiguredPeers {
    private final NetworkId network;
    private final boolean validator;
    private final TreeMap<PeerId, PeerDescription> peers = new TreeMap<>();

    ConfiguredPeers(NetworkId network, boolean validator) {
        this.network = network;
        this.validator = validator;
    }

    /** Trusts a peer under more keys, in this role; addresses stay. */
    void trust(PeerId peer, Set<PublicKey> keys, PeerRole role) {
        var before = peers.get(peer);
        var all = new TreeSet<>(keys);
        if (before != null) {
            all.addAll(before.keys());
        }
        peers.put(
                peer,
                new PeerDescription(
                        before == null ? List.of() : before.addresses(),
                        all,
                        role,
                        before != null && before.pinned()));
    }

    /** Keeps a peer connected at these addresses and at no earlier ones; their keys are trusted. */
    void seed(PeerId peer, List<NetworkAddress> addresses) {
        var before = peers.get(peer);
        var keys = new TreeSet<PublicKey>();
        var role = DialRoles.ofSeed(network, validator);
        if (before != null) {
            keys.addAll(before.keys());
            role = before.role();
        }
        addresses.stream().map(NetworkAddress::key).flatMap(Optional::stream).forEach(keys::add);
        peers.put(peer, new PeerDescription(addresses, keys, role, true));
    }

    Map<PeerId, PeerDescription> view() {
        return Collections.unmodifiableMap(peers);
    }
}
