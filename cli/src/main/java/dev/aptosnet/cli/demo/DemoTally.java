package dev.aptosnet.cli.demo;

import java.util.concurrent.atomic.LongAdder;

/** What one node has sent and received. Any thread. */
final class DemoTally {
    final LongAdder votesSent = new LongAdder();
    final LongAdder votesReceived = new LongAdder();
    final LongAdder transactionsSent = new LongAdder();
    final LongAdder transactionsReceived = new LongAdder();

    /** Votes and transactions that the node's own send refused. */
    final LongAdder sendsRefused = new LongAdder();

    /** Votes and transactions that came twice, out of order, changed, or from somebody else. */
    final LongAdder wrong = new LongAdder();

    final LongAdder chunksOk = new LongAdder();
    final LongAdder chunkBytes = new LongAdder();

    /** Chunks whose content is not what their hash says. */
    final LongAdder chunksWrong = new LongAdder();

    final LongAdder pings = new LongAdder();
    final LongAdder rpcFailed = new LongAdder();

    /** Connections that ended before the demo did. */
    final LongAdder lost = new LongAdder();

    final Delays voteDelays = new Delays();
    final Delays roundTrips = new Delays();
}
