package dev.aptosnet.node.network;

import dev.aptosnet.node.budget.NodeBudget;
import dev.aptosnet.ports.transport.Clock;

/**
 * What the networks of one node share. Any thread.
 *
 * @param services what the application may have brought
 * @param budget the bytes that all may hold
 * @param store what is known of the peers of all
 * @param dials how fast all may dial
 */
record NodeWide(NodeServices services, NodeBudget budget, PeerStore store, NodeDials dials) {
    Clock clock() {
        return services.clock();
    }
}
