package dev.aptosnet.bootstrap.runtime;

import dev.aptosnet.domain.stream.StreamMemory;
import dev.aptosnet.domain.stream.StreamShares;

/**
 * The memory for unfinished large messages of all connections of a node: three quarters of {@code
 * budget.total_bytes}, so that whatever peers begin and never end, messages can still be queued.
 * Any thread; the lock is held for as long as it takes to count one piece, and pieces of a record
 * or more are few.
 */
final class StreamBudget {
    private final long limit;

    /** Also the lock. */
    private final StreamShares shares;

    StreamBudget(long nodeBytes, StreamShares.NodeMemory node) {
        this.limit = nodeBytes / 4 * 3;
        this.shares = new StreamShares(limit, node);
    }

    /**
     * The share of one more connection.
     *
     * @param onOwed called by any thread when it has to give some back; returns at once
     */
    StreamMemory join(Runnable onOwed) {
        return new Locked(onOwed);
    }

    long used() {
        synchronized (shares) {
            return shares.used();
        }
    }

    long limit() {
        return limit;
    }

    /** One connection's. */
    private final class Locked implements StreamMemory {
        private final StreamShares.Share share;

        private Locked(Runnable onOwed) {
            synchronized (shares) {
                share = shares.join(onOwed);
            }
        }

        @Override
        public boolean take(int bytes) {
            synchronized (shares) {
                return share.take(bytes);
            }
        }

        @Override
        public void giveBack(long bytes) {
            synchronized (shares) {
                share.giveBack(bytes);
            }
        }

        @Override
        public boolean isOwing() {
            synchronized (shares) {
                return share.isOwing();
            }
        }
    }
}
