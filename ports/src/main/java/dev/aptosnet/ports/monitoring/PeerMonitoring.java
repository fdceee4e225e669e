package dev.aptosnet.ports.monitoring;

import java.time.Duration;
import java.util.Optional;

/**
 * The last good news of one peer (behaviour.md section 16.1). What a peer says of itself was
 * checked for plausibility only.
 *
 * @param averageLatency the mean of its newest round trips
 * @param latestLatency the newest round trip
 * @param network where it stands in the network
 * @param node what it is and how far its ledger reaches
 */
public record PeerMonitoring(
        Optional<Duration> averageLatency,
        Optional<Duration> latestLatency,
        Optional<NetworkInformation> network,
        Optional<NodeInformation> node) {
    /** Nothing is known yet. */
    public static final PeerMonitoring NONE =
            new PeerMonitoring(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** The same with newer network information. */
    public PeerMonitoring with(NetworkInformation network) {
        return new PeerMonitoring(averageLatency, latestLatency, Optional.of(network), node);
    }

    /** The same with newer node information. */
    public PeerMonitoring with(NodeInformation node) {
        return new PeerMonitoring(averageLatency, latestLatency, network, Optional.of(node));
    }
}
