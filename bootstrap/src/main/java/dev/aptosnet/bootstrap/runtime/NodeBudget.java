package dev.aptosnet.bootstrap.runtime;

import dev.aptosnet.domain.stream.StreamShares;

import java.util.concurrent.atomic.AtomicLong;

/** The node's own limit, shared by all its connections; {@code budget.total_bytes}. */
final class NodeBudget implements StreamShares.NodeMemory {
    private final AtomicLong used = new AtomicLong();
    private final long limit;
    private final StreamBudget streams;

    NodeBudget(long limit) {
        this.limit = limit;
        this.streams = new StreamBudget(limit, this);
    }

    /** The part of it that unfinished large messages may take. */
    StreamBudget streams() {
        return streams;
    }

    boolean take(long bytes) {
        return take(bytes, 0);
    }

    @Override
    public boolean take(long bytes, long owed) {
        if (used.addAndGet(bytes) - owed > limit) {
            used.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    @Override
    public void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }

    long used() {
        return used.get();
    }

    long limit() {
        return limit;
    }
}
