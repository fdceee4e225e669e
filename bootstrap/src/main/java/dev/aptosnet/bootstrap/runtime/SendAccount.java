package dev.aptosnet.bootstrap.runtime;

import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.Clock;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What one connection has queued, by class, against its limits and the node's: so many messages of
 * each class, and so many bytes of all together. Senders charge it on their own threads; the owner
 * gives back what has left. One word a class holds both counts, so that a charge is one atomic
 * step: 21 bits of messages above 43 bits of bytes.
 */
final class SendAccount {
    private static final int BYTE_BITS = 43;
    private static final long BYTE_MASK = (1L << BYTE_BITS) - 1;

    /** What a message costs beside its payload, for the queue's own memory. */
    static final int OVERHEAD_BYTES = 64;

    /** Eight words apart, so that classes do not share a cache line. */
    private static final int STRIDE = 8;

    private final AtomicLongArray queued = new AtomicLongArray(MessageClass.COUNT * STRIDE);
    private final int maxMessages;
    private final long maxBytes;
    private final NodeBudget node;
    private final int[] leftMessages = new int[MessageClass.COUNT];
    private final long[] leftBytes = new long[MessageClass.COUNT];
    private boolean left;

    /** Where those wait who may, until something has left. */
    private final Object room = new Object();

    private volatile int waiting;

    SendAccount(int maxMessages, long maxBytes, NodeBudget node) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        this.node = node;
    }

    /** Charges one message, or says why not. Any thread. */
    SendResult charge(MessageClass messageClass, int payloadBytes) {
        var index = messageClass.index() * STRIDE;
        var cost = (long) payloadBytes + OVERHEAD_BYTES;
        var word = (1L << BYTE_BITS) + cost;
        var after = queued.addAndGet(index, word);
        var messages = after >>> BYTE_BITS;
        var bytes = after & BYTE_MASK;
        if (messages > maxMessages || isTooMuch(messageClass, bytes, cost)) {
            queued.addAndGet(index, -word);
            return SendResult.DROPPED_FULL;
        }
        if (!node.charge(cost)) {
            queued.addAndGet(index, -word);
            return SendResult.DROPPED_BUDGET;
        }
        return SendResult.QUEUED;
    }

    /**
     * Whether all classes together hold more than this one may bring them to: each leaves an eighth
     * for every more urgent one, so that a flood of it keeps none of those out. Every charge adds
     * before it looks, so of two at once at least one sees both. With nothing else queued any
     * message is taken, so that none is too large for ever.
     */
    private boolean isTooMuch(MessageClass messageClass, long bytes, long cost) {
        var all = bytes;
        for (var i = 0; i < MessageClass.COUNT; i++) {
            all += i == messageClass.index() ? 0 : queued.get(i * STRIDE) & BYTE_MASK;
        }
        return all > maxBytes - maxBytes / 8 * messageClass.index() && all > cost;
    }

    /**
     * Charges one message once its class has room, or says at {@code deadline} that there was none.
     * Blocks, so not for owners; fair to nobody in particular.
     */
    SendResult chargeBy(MessageClass messageClass, int payloadBytes, MonoTime deadline, Clock clock)
            throws InterruptedException {
        synchronized (room) {
            waiting++;
            try {
                while (true) {
                    var result = charge(messageClass, payloadBytes);
                    var left = deadline.nanosSince(clock.now());
                    if (result != SendResult.DROPPED_FULL || left <= 0) {
                        return result;
                    }
                    // A release between the charge and the wait is seen: it needs this lock to
                    // tell.
                    TimeUnit.NANOSECONDS.timedWait(room, Math.max(left, 1_000_000));
                }
            } finally {
                waiting--;
            }
        }
    }

    /** Notes that a message is gone; given back by the next {@link #flush}. Owner only. */
    void releaseLater(MessageClass messageClass, int payloadBytes) {
        var index = messageClass.index();
        leftMessages[index]++;
        leftBytes[index] += payloadBytes;
        left = true;
    }

    /** Gives back what was noted, in one step a class. Owner only. */
    void flush() {
        if (!left) {
            return;
        }
        left = false;
        for (var i = 0; i < MessageClass.COUNT; i++) {
            if (leftMessages[i] > 0) {
                release(MessageClass.ofIndex(i), leftMessages[i], leftBytes[i]);
                leftMessages[i] = 0;
                leftBytes[i] = 0;
            }
        }
        if (waiting > 0) {
            synchronized (room) {
                room.notifyAll();
            }
        }
    }

    /** Gives messages back at once. Any thread. */
    void release(MessageClass messageClass, int messages, long payloadBytes) {
        var cost = payloadBytes + (long) messages * OVERHEAD_BYTES;
        queued.addAndGet(messageClass.index() * STRIDE, -(((long) messages << BYTE_BITS) + cost));
        node.release(cost);
    }

    int messages(MessageClass messageClass) {
        return (int) (queued.get(messageClass.index() * STRIDE) >>> BYTE_BITS);
    }

    long bytes(MessageClass messageClass) {
        return queued.get(messageClass.index() * STRIDE) & BYTE_MASK;
    }

    /** The node's own limit, shared by all its connections; {@code budget.total_bytes}. */
    static final class NodeBudget {
        private final AtomicLong used = new AtomicLong();
        private final long limit;

        NodeBudget(long limit) {
            this.limit = limit;
        }

        boolean charge(long bytes) {
            if (used.addAndGet(bytes) > limit) {
                used.addAndGet(-bytes);
                return false;
            }
            return true;
        }

        void release(long bytes) {
            used.addAndGet(-bytes);
        }

        long used() {
            return used.get();
        }

        long limit() {
            return limit;
        }
    }
}
