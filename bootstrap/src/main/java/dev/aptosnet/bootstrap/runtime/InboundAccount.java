package dev.aptosnet.bootstrap.runtime;

import dev.aptosnet.bootstrap.runtime.SendAccount.NodeBudget;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes received from one peer and not yet handled, against {@code budget.per_peer_bytes} and the
 * node's {@code budget.total_bytes}. Any thread.
 */
final class InboundAccount {
    private final AtomicLong used = new AtomicLong();
    private final long limit;
    private final NodeBudget node;

    InboundAccount(long limit, NodeBudget node) {
        this.limit = limit;
        this.node = node;
    }

    /**
     * Takes the bytes, or nothing. A single message may exceed the peer's limit, not the node's.
     */
    boolean charge(long payloadBytes) {
        var bytes = payloadBytes + SendAccount.OVERHEAD_BYTES;
        if (used.getAndAdd(bytes) + bytes > limit && used.get() != bytes) {
            used.addAndGet(-bytes);
            return false;
        }
        if (!node.charge(bytes)) {
            used.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void release(long payloadBytes) {
        var bytes = payloadBytes + SendAccount.OVERHEAD_BYTES;
        used.addAndGet(-bytes);
        node.release(bytes);
    }

    long used() {
        return used.get();
    }
}
