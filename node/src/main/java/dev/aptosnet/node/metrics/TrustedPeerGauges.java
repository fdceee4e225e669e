package dev.aptosnet.node.metrics;

import dev.aptosnet.ports.model.PeerId;

import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * One gauge for each peer that is trusted, 1 while it is connected. Their number is that of the
 * trusted set, so no stranger can make one. Not thread-safe.
 */
public final class TrustedPeerGauges {
    private final NetworkMetrics metrics;
    private final Predicate<PeerId> isConnected;
    private final TreeMap<PeerId, Runnable> removals = new TreeMap<>();

    /**
     * @param isConnected any thread
     */
    public TrustedPeerGauges(NetworkMetrics metrics, Predicate<PeerId> isConnected) {
        this.metrics = metrics;
        this.isConnected = isConnected;
    }

    /** Whom there are gauges for from now on. */
    public void trusted(Set<PeerId> peers) {
        removals.entrySet()
                .removeIf(
                        known -> {
                            var gone = !peers.contains(known.getKey());
                            if (gone) {
                                known.getValue().run();
                            }
                            return gone;
                        });
        for (var peer : peers) {
            removals.computeIfAbsent(
                    peer,
                    _ ->
                            metrics.gauge(
                                    "aptos_network_peer_connected",
                                    peer,
                                    each -> isConnected.test(each) ? 1 : 0,
                                    "remote_peer_id",
                                    peer.shortText()));
        }
    }
}
