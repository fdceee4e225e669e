package dev.aptosnet.ports.monitoring;

import java.util.Map;

/**
 * Where a node stands in the network, as it says itself.
 *
 * @param connectedPeers whom it is connected to; empty from a node that keeps that to itself
 * @param distanceFromValidators how many connections away the nearest validator is: 0 for a
 *     validator among validators, up to {@value #MAX_DISTANCE}; unsigned
 */
public record NetworkInformation(
        Map<PeerOnNetwork, ConnectedPeer> connectedPeers, long distanceFromValidators) {
    /** What a node says that knows of no validator. */
    public static final int MAX_DISTANCE = 100;

    /** Copies the peers, as {@link Map#copyOf} does. */
    public NetworkInformation {
        connectedPeers = Map.copyOf(connectedPeers);
    }
}
