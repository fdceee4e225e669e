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

    /** What those wait with, which the node's budget counts already. */
    private volatile long waitingBytes;

    public SendAccount(QueueBounds bounds, NodeBudget node) {
        this.bounds = bounds;
        this.reserved = bounds.reservedBytes();
        this.node = node;
    }

    /** Charges one message, or says why not. Any thread. */
    public SendResult charge(MessageClass messageClass, int payloadBytes) {
        var cost = (long) payloadBytes + OVERHEAD_BYTES;
        if (!admit(messageClass, cost)) {
            return SendResult.DROPPED_FULL;
        }
        if (!node.takeFor(this, cost)) {
            leave(messageClass, cost);
            return SendResult.DROPPED_BUDGET;
        }
        return SendResult.QUEUED;
    }

    /** Counts one message in the queue, if its bounds allow; the node's are another matter. */
    private boolean admit(MessageClass messageClass, long cost) {
        var word = (1L << BYTE_BITS) + cost;
        var after = queued.addAndGet(messageClass.index(), word);
        var part = sharedPart(after & BYTE_MASK, cost);
        var used = part == 0 ? 0 : shared.addAndGet(part);
        if (after >>> BYTE_BITS > bounds.maxMessages() || !bounds.admits(part, used)) {
            leave(messageClass, cost);
            return false;
        }
        return true;
    }

    private void leave(MessageClass messageClass, long cost) {
        subtract(messageClass.index(), (1L << BYTE_BITS) + cost, cost);
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
     * Meanwhile the message is charged to the node: what waits is memory too. Blocks, so not for
     * owners; in no particular order.
     */
    public SendResult chargeBy(
            MessageClass messageClass, int payloadBytes, MonoTime deadline, Clock clock)
            throws InterruptedException {
        var first = charge(messageClass, payloadBytes);
        if (first != SendResult.DROPPED_FULL) {
            return first;
        }
        var cost = (long) payloadBytes + OVERHEAD_BYTES;
        synchronized (room) {
            waiting++;
            waitingBytes += cost;
            var isCharged = node.takeFor(this, cost);
            var isAdmitted = false;
            try {
                // A release between a try and the wait is seen: it needs this lock to tell.
                while (isCharged && !isAdmitted) {
                    isAdmitted = admit(messageClass, cost);
                    var left = deadline.nanosSince(clock.now());
                    if (isAdmitted || left <= 0) {
                        break;
                    }
                    TimeUnit.NANOSECONDS.timedWait(room, Math.max(left, 1_000_000));
                }
            } finally {
                waiting--;
                waitingBytes -= cost;
                if (isCharged && !isAdmitted) {
                    node.giveBack(cost);
                }
                room.notifyAll(); // Also for threads in awaitNoneWaiting.
            }
            if (isAdmitted) {
                return SendResult.QUEUED;
            }
            return isCharged ? SendResult.DROPPED_FULL : SendResult.DROPPED_BUDGET;
        }
    }

    /**
     * Waits while messages wait for room, at most until {@code deadline}: what would make more of
     * them begins when they are queued. Blocks, so not for owners.
     */
    public void awaitNoneWaiting(MonoTime deadline, Clock clock) throws InterruptedException {
        if (waiting == 0) {
            return;
        }
        synchronized (room) {
            for (var left = deadline.nanosSince(clock.now());
                    waiting > 0 && left > 0;
                    left = deadline.nanosSince(clock.now())) {
                TimeUnit.NANOSECONDS.timedWait(room, Math.max(left, 1_000_000));
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
        var sum = waitingBytes;
        for (var i = 0; i < MessageClass.COUNT; i++) {
            sum += bytes(MessageClass.ofIndex(i));
        }
        return sum;
    }

    long bytes(MessageClass messageClass) {
        return queued.get(messageClass.index()) & BYTE_MASK;
    }
}
