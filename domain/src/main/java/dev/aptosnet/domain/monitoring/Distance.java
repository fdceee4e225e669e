package dev.aptosnet.domain.monitoring;

import dev.aptosnet.ports.client.PeerMetadata;
import dev.aptosnet.ports.client.PeersAndMetadata;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.monitoring.NetworkInformation;

/** How many connections away the nearest validator is (behaviour.md section 16). */
final class Distance {
    private Distance() {}

    /** Our own. */
    static long own(boolean validator, PeersAndMetadata peers) {
        var connected = peers.connected();
        if (validator
                && connected.stream().anyMatch(peer -> peer.info().role() == PeerRole.VALIDATOR)) {
            return 0;
        }
        var nearest =
                connected.stream()
                        .map(PeerMetadata::monitoring)
                        .flatMap(known -> known.network().stream())
                        .mapToLong(NetworkInformation::distanceFromValidators)
                        .min()
                        .orElse(NetworkInformation.MAX_DISTANCE);
        return Math.min(nearest + 1, NetworkInformation.MAX_DISTANCE);
    }

    /**
     * Whether a peer may say that of itself.
     *
     * @param validator whether we are one
     * @param network on which we are connected with the peer
     * @param role the peer's
     */
    static boolean isPlausible(long distance, boolean validator, NetworkId network, PeerRole role) {
        if (distance == 0) {
            // Section 20: a full node takes it from its own validator, whatever else is reachable.
            // The
            // switch of 14.5 is not asked: without it no peer on Public has the role.
            return role == PeerRole.VALIDATOR && (validator == (network == NetworkId.VALIDATOR));
        }
        if (distance == 1) {
            return role != PeerRole.VALIDATOR && network != NetworkId.VALIDATOR;
        }
        return Long.compareUnsigned(distance, NetworkInformation.MAX_DISTANCE) <= 0;
    }
}
