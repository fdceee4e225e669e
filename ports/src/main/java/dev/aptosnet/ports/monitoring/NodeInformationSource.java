package dev.aptosnet.ports.monitoring;

import java.time.Duration;
import java.util.Collections;

/**
 * Tells what the node's peers may know of it; an application with a ledger brings its own. Asked on
 * virtual threads, one for each request, up to {@code max_concurrent_requests} at once. What it
 * throws is logged, and the peer is told of an internal error.
 */
@FunctionalInterface
public interface NodeInformationSource {
    /** A node without a ledger: every number is 0. */
    NodeInformationSource NO_LEDGER =
            uptime -> new NodeInformation(Collections.emptyMap(), 0, 0, 0, 0, uptime);

    /**
     * How the node stands at this moment.
     *
     * @param uptime since the network was started, to be handed on
     */
    NodeInformation current(Duration uptime);
}
