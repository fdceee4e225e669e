package dev.aptosnet.cli.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Turns counts into rates. Single owner. */
final class Meter {
    private final List<DemoNode> nodes;
    private final long[] votes;
    private final long[] transactions;
    private final long[] chunkBytes;
    private Duration last = Duration.ZERO;

    Meter(List<DemoNode> nodes) {
        this.nodes = nodes;
        this.votes = new long[nodes.size()];
        this.transactions = new long[nodes.size()];
        this.chunkBytes = new long[nodes.size()];
    }

    DemoView read(Duration elapsed) {
        var seconds = Math.max(1e-3, elapsed.minus(last).toNanos() / 1e9);
        last = elapsed;
        var views = new ArrayList<DemoView.NodeView>();
        for (var i = 0; i < nodes.size(); i++) {
            var node = nodes.get(i);
            var tally = node.tally();
            views.add(
                    new DemoView.NodeView(
                            node.peerId(),
                            node.peers().size(),
                            tally.roundTrips.latest(),
                            step(votes, i, tally.votesReceived.sum()) / seconds,
                            step(transactions, i, tally.transactionsReceived.sum()) / seconds,
                            step(chunkBytes, i, tally.chunkBytes.sum()) / seconds,
                            tally.voteDelays.takeRecentWorst()));
        }
        return new DemoView(elapsed, views);
    }

    private static double step(long[] before, int index, long now) {
        var step = now - before[index];
        before[index] = now;
        return (double) step;
    }
}
