package dev.aptosnet.cli.demo;

import dev.aptosnet.ports.model.CipherSuite;

import java.util.List;
import java.util.Optional;

/**
 * What happened, counted where it arrived.
 *
 * @param links connections at the end, each counted once and only if both ends list it
 * @param transport the name of the transport of all links
 * @param votesSent to each receiver, and accepted by the sender's queue
 * @param chunkBytes bytes of the chunks that arrived as their hash says
 * @param rpcFailed calls without the right answer, pings among them
 * @param voteDelayP99Nanos from the sender's call to the receiver's handler
 * @param roundTripP50Nanos of pings, as the callers saw them
 * @param stop the node that was stopped and started again; empty if none was, or in vain
 * @param freeze the same for the node that was frozen and thawed
 * @param problems why {@link #ok} is false, one line each
 */
public record DemoResult(
        int nodes,
        int links,
        CipherSuite suite,
        String transport,
        long votesSent,
        long votesReceived,
        long transactionsSent,
        long transactionsReceived,
        long chunksOk,
        long chunkBytes,
        long rpcFailed,
        long pings,
        long voteDelayP50Nanos,
        long voteDelayP99Nanos,
        long voteDelayWorstNanos,
        long roundTripP50Nanos,
        double seconds,
        Optional<Outage> stop,
        Optional<Outage> freeze,
        List<String> problems) {
    /** Copies the list. */
    public DemoResult {
        problems = List.copyOf(problems);
    }

    /** Whether everything that was to happen did, and nothing else. */
    public boolean ok() {
        return problems.isEmpty();
    }
}
