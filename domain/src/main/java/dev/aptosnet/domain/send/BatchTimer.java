package dev.aptosnet.domain.send;

import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;

/**
 * Lets messages wait for company, so that more of them share a record and a write (I-18). What
 * waits leaves together: when the first of them has waited as long as its class may, when a message
 * of a class that does not wait comes, or when there is enough for a write. What comes while a link
 * takes its time goes along. Single owner.
 */
final class BatchTimer {
    private static final int FULL_MESSAGES = 64;
    private static final int FULL_BYTES = 64 << 10;

    private final long[] delayNanos;
    private long dueAt = MonoTime.NEVER.nanos();
    private boolean urgent;
    private int messages;
    private long bytes;

    /** Whether what waits was let go, and not all of it has left. */
    private boolean leaving;

    /**
     * @param delayNanos by {@link MessageClass#index}; 0 for a class that does not wait
     */
    BatchTimer(long[] delayNanos) {
        this.delayNanos = delayNanos.clone();
    }

    void add(MonoTime now, MessageClass messageClass, int payloadBytes) {
        var delay = delayNanos[messageClass.index()];
        urgent |= delay == 0;
        dueAt = Math.min(dueAt, now.nanos() + delay);
        messages++;
        bytes += payloadBytes;
    }

    /** Whether nothing leaves yet. */
    boolean holds(MonoTime now) {
        return !leaving && messages > 0 && !urgent && !isFull() && now.nanos() < dueAt;
    }

    /** Why something leaves now. */
    FlushReason letGo(MonoTime now) {
        leaving = messages > 0;
        if (!urgent && isFull()) {
            return FlushReason.FULL;
        }
        return !urgent && now.nanos() >= dueAt ? FlushReason.DUE : FlushReason.AT_ONCE;
    }

    private boolean isFull() {
        return messages >= FULL_MESSAGES || bytes >= FULL_BYTES;
    }

    /** When what waits is let go if nothing else comes; never if it was. */
    MonoTime dueAt() {
        return leaving || messages == 0 ? MonoTime.NEVER : new MonoTime(dueAt);
    }

    /** Nothing is queued any more. */
    void clear() {
        dueAt = MonoTime.NEVER.nanos();
        urgent = false;
        messages = 0;
        bytes = 0;
        leaving = false;
    }
}
