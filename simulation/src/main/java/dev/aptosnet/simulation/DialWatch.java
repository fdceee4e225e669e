package dev.aptosnet.simulation;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Who dialed whom when, from some moment on. */
final class DialWatch {
    private static final long SECOND = 1_000_000_000L;

    private final int nodes;
    private final BitSet underWay = new BitSet();
    private final BitSet collided = new BitSet();
    private final List<List<Long>> times = new ArrayList<>();

    DialWatch(int nodes) {
        this.nodes = nodes;
        for (var i = 0; i < nodes; i++) {
            times.add(new ArrayList<>());
        }
    }

    void dialed(int from, int to, long nanos) {
        times.get(from).add(nanos);
        underWay.set(from * nodes + to);
        if (underWay.get(to * nodes + from)) {
            collided.set(Math.min(from, to) * nodes + Math.max(from, to));
        }
    }

    void ended(int from, int to) {
        underWay.clear(from * nodes + to);
    }

    /** Pairs of which both ends were dialing at some moment. */
    int collidedPairs() {
        return collided.cardinality();
    }

    /** The most dials of one node in any second. */
    int mostInASecond() {
        var most = 0;
        for (var own : times) {
            var first = 0;
            for (var last = 0; last < own.size(); last++) {
                while (own.get(last) - own.get(first) >= SECOND) {
                    first++;
                }
                most = Math.max(most, last - first + 1);
            }
        }
        return most;
    }
}
