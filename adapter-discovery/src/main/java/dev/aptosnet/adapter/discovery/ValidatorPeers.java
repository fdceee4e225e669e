package dev.aptosnet.adapter.discovery;

import dev.aptosnet.ports.discovery.DiscoveredPeer;
import dev.aptosnet.ports.discovery.ValidatorSet;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Quic;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Tcp;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Which peers a validator set means to one network (behaviour.md sections 14.4 and 14.5). Keys come
 * from the addresses.
 *
 * @param peers in the order of the set
 * @param undecodable how many validators have addresses that could not be read; they are listed
 *     without
 */
record ValidatorPeers(Collection<DiscoveredPeer> peers, int undecodable) {
    /** Where validators take public full nodes. */
    static final int PUBLIC_PORT = 6182;

    /**
     * @param validatorPfnConnections whether public full nodes also get the validators' addresses
     * @param decode reads a BCS list of addresses
     */
    static ValidatorPeers of(
            ValidatorSet set,
            NetworkId network,
            boolean validatorPfnConnections,
            Function<Bytes, List<NetworkAddress>> decode) {
        var peers = new LinkedHashMap<PeerId, DiscoveredPeer>();
        var undecodable = 0;
        for (var validator : set.members()) {
            var addresses = new ArrayList<NetworkAddress>();
            var toValidators = network == NetworkId.PUBLIC && validatorPfnConnections;
            try {
                if (network == NetworkId.VALIDATOR) {
                    addresses.addAll(decode.apply(validator.networkAddresses()));
                } else if (toValidators) {
                    decode.apply(validator.networkAddresses()).stream()
                            .map(ValidatorPeers::atPublicPort)
                            .forEach(addresses::add);
                    addresses.addAll(decode.apply(validator.fullnodeAddresses()));
                } else {
                    addresses.addAll(decode.apply(validator.fullnodeAddresses()));
                }
            } catch (IllegalArgumentException _) {
                addresses.clear();
                undecodable++;
            }
            var role =
                    network == NetworkId.VALIDATOR || toValidators
                            ? PeerRole.VALIDATOR
                            : PeerRole.VALIDATOR_FULL_NODE;
            var keys = new TreeSet<>(keysOf(addresses));
            // The first mention stands: the active ones come before those that leave.
            peers.putIfAbsent(
                    validator.peer(), new DiscoveredPeer(validator.peer(), addresses, keys, role));
        }
        return new ValidatorPeers(peers.values(), undecodable);
    }

    private static List<PublicKey> keysOf(List<NetworkAddress> addresses) {
        return addresses.stream().map(NetworkAddress::key).flatMap(Optional::stream).toList();
    }

    private static NetworkAddress atPublicPort(NetworkAddress address) {
        return new NetworkAddress(
                address.protocols().stream()
                        .map(
                                layer ->
                                        switch (layer) {
                                            case Tcp _ -> new Tcp(PUBLIC_PORT);
                                            case Quic _ -> new Quic(PUBLIC_PORT);
                                            default -> layer;
                                        })
                        .map(Protocol.class::cast)
                        .toList());
    }
}
