package dev.aptosnet.cli.demo;

import dev.aptosnet.ports.model.PeerId;

import java.time.Duration;
import java.util.List;

/**
 * How the demo stands.
 *
 * @param elapsed since sending began
 * @param nodes one entry for each
 */
public record DemoView(Duration elapsed, List<NodeView> nodes) {
    /** Copies the list. */
    public DemoView {
        nodes = List.copyOf(nodes);
    }

    /**
     * How one node stands. Rates are of what it received since the view before.
     *
     * @param peers how many are connected
     * @param roundTripNanos of its latest ping
     * @param votesPerSecond from all peers
     * @param transactionsPerSecond from all peers
     * @param chunkBytesPerSecond of complete and checked chunks
     * @param worstVoteNanos the longest that a vote took to its handler since the view before
     */
    public record NodeView(
            PeerId peer,
            int peers,
            long roundTripNanos,
            double votesPerSecond,
            double transactionsPerSecond,
            double chunkBytesPerSecond,
            long worstVoteNanos) {}
}
