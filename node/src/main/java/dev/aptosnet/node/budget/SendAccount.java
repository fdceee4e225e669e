package dev.aptosnet.node.budget;

import dev.aptosnet.domain.send.QueueBounds;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.Clock;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What one connection has queued, by class, against its bounds and the node's. Senders charge it on
 * their own threads; the owner gives back what has left. One word a class holds both counts, so
 * that a charge is one atomic step: 21 bits of messages above 43 bits of bytes. A class that holds
 * more than its own part of the bytes takes a second step, on the count that all classes share.
 */
public final class SendAccount implements NodeBudget.Holder {
    private static final int BYTE_BITS = 43;
    private static final long BYTE_MASK = (1L << BYTE_BITS) - 1;

    /** What a message costs beside its payload, for the queue's own memory. */
    public static final int OVERHEAD_BYTES = 64;

    private final AtomicLongArray queued = new AtomicLongArray(MessageClass.COUNT);
    private final QueueBounds bounds;
    private final long reserved;
    private final NodeBudget node;

    /** What all classes hold beyond the parts that are their own. */
    private final AtomicLong shared = new AtomicLong();

    private final int[] leftMessages = new int[MessageClass.COUNT];
    private final long[] leftBytes = new long[MessageClass.COUNT];
    private boolean left;

    /** Where those wait who may, until something has left. */
    private final Object room = new Object();

    private volatile int waiting;

    public SendAccount(QueueBounds bounds, NodeBudget node) {
        this.bounds = bounds;
        this.reserved = bounds.reservedBytes();
        this.node = node;
    }

    /** Charges one message, or says why not. Any thread. */
    public SendResult charge(MessageClass messageClass, int payloadBytes) {
        var index = messageClass.index();
        var cost = (long) payloadBytes + OVERHEAD_BYTES;
        var word = (1L << BYTE_BITS) + cost;
        var after = queued.addAndGet(index, word);
        var part = sharedPart(after & BYTE_MASK, cost);
        var used = part == 0 ? 0 : shared.addAndGet(part);
        if (after >>> BYTE_BITS > bounds.maxMessages() || !bounds.admits(part, used)) {
            subtract(index, word, cost);
            return SendResult.DROPPED_FULL;
        }
        if (!node.takeFor(this, cost)) {
            subtract(index, word, cost);
            return SendResult.DROPPED_BUDGET;
        }
        return SendResult.QUEUED;
    }

    /**
     * Every step of a class's count moves the shared count by what that very step takes or gives,
     * so that their sums agree whatever the order of the threads.
     */
    private void subtract(int index, long word, long cost) {
        var before = (queued.addAndGet(index, -word) & BYTE_MASK) + cost;
        var part = sharedPart(before, cost);
        if (part != 0) {
            shared.addAndGet(-part);
        }
    }

    /** What the last of a class's bytes take of those that all share. */
    private long sharedPart(long classBytes, long last) {
        return classBytes <= reserved
                ? 0
                : bounds.sharedPart(classBytes) - bounds.sharedPart(classBytes - last);
    }

    /**
     * Charges one message once its class has room, or says at {@code deadline} that there was none.
     * Blocks, so not for owners; fair to nobody in particular.
     */
    public SendResult chargeBy(
            MessageClass messageClass, int payloadBytes, MonoTime deadline, Clock clock)
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
    public void releaseLater(MessageClass messageClass, int payloadBytes) {
        var index = messageClass.index();
        leftMessages[index]++;
        leftBytes[index] += payloadBytes;
        left = true;
    }

    /** Gives back what was noted, in one step a class. Owner only. */
    public void flush() {
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
    public void release(MessageClass messageClass, int messages, long payloadBytes) {
        var cost = payloadBytes + (long) messages * OVERHEAD_BYTES;
        subtract(messageClass.index(), ((long) messages << BYTE_BITS) + cost, cost);
        node.giveBack(cost);
    }

    int messages(MessageClass messageClass) {
        return (int) (queued.get(messageClass.index()) >>> BYTE_BITS);
    }

    @Override
    public long heldBytes() {
        var sum = 0L;
        for (var i = 0; i < MessageClass.COUNT; i++) {
            sum += bytes(MessageClass.ofIndex(i));
        }
        return sum;
    }

    long bytes(MessageClass messageClass) {
        return queued.get(messageClass.index()) & BYTE_MASK;
    }
}
