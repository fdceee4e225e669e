package dev.aptosnet.simulation;

import java.util.Arrays;

/**
 * Who believes to be connected to whom, and through which connection; kept up to date by the nodes.
 * A pair counts as connected when both ends name the same one.
 */
final class Mesh {
    private static final long NONE = -1;

    private final int nodes;
    private final long[] wires;
    private int pairs;
    private long changes;

    Mesh(int nodes) {
        this.nodes = nodes;
        this.wires = new long[nodes * nodes];
        Arrays.fill(wires, NONE);
    }

    /** A node's connection to another is this one now. */
    void set(int node, int peer, long wire) {
        var before = wires[node * nodes + peer];
        var theirs = wires[peer * nodes + node];
        if (before != NONE && before == theirs) {
            pairs--;
        }
        wires[node * nodes + peer] = wire;
        changes++;
        if (wire != NONE && wire == theirs) {
            pairs++;
        }
    }

    /** A node has no connection to another. */
    void clear(int node, int peer) {
        set(node, peer, NONE);
    }

    /** A node has no connection at all. */
    void clear(int node) {
        for (var peer = 0; peer < nodes; peer++) {
            clear(node, peer);
        }
    }

    /** Whether both ends name the same connection. */
    boolean isConnected(int a, int b) {
        var wire = wires[a * nodes + b];
        return wire != NONE && wire == wires[b * nodes + a];
    }

    /** Which connection to {@code peer} a node names; -1 for none. */
    long wire(int node, int peer) {
        return wires[node * nodes + peer];
    }

    /** Goes up whenever something changes. */
    long changes() {
        return changes;
    }

    /** How many pairs are connected. */
    int pairs() {
        return pairs;
    }
}
