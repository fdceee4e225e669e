package dev.aptosnet.node.budget;

import dev.aptosnet.domain.queue.FairShare;
import dev.aptosnet.domain.stream.StreamShares;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The node's own limit, shared by all its connections; {@code budget.total_bytes}. Neither what
 * waits for one peer nor what one peer sent and nobody has handled may be more than is free, so
 * that one that takes nothing, or floods, leaves something to all others. What large messages that
 * have not arrived whole may take is up to {@link #streams}. Any thread.
 */
public final class NodeBudget implements StreamShares.NodeMemory {
    private final AtomicLong used = new AtomicLong();
    private final long limit;
    private final StreamBudget streams;
    private final LongAdder refusedFull = new LongAdder();
    private final LongAdder refusedShare = new LongAdder();

    /** Who takes from it. */
    public interface Holder {
        /** Bytes that it holds now. */
        long heldBytes();
    }

    public NodeBudget(long limit) {
        this.limit = limit;
        this.streams = new StreamBudget(limit, this);
    }

    /** The part of it that unfinished large messages may take. */
    public StreamBudget streams() {
        return streams;
    }

    /**
     * Takes what a holder has just counted, or nothing.
     *
     * @return whether there was enough
     */
    public boolean takeFor(Holder holder, long bytes) {
        var after = used.addAndGet(bytes);
        var before = after - bytes;
        // Nobody holds more than all together: below half of the limit nobody need be asked.
        if (after <= limit - before) {
            return true;
        }
        if (after > limit) {
            refusedFull.increment();
        } else if (FairShare.admit(holder.heldBytes() - bytes, before, bytes, limit)) {
            return true;
        } else {
            refusedShare.increment();
        }
        used.addAndGet(-bytes);
        return false;
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

    /** How often a holder was refused since all was in use. */
    public long refusedFull() {
        return refusedFull.sum();
    }

    /** How often a holder was refused since it held as much as was free. */
    public long refusedShare() {
        return refusedShare.sum();
    }

    public long used() {
        return used.get();
    }

    public long limit() {
        return limit;
    }
}
