package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.MessageClass;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Lets critical messages go first. The library has no priorities: whatever the streams of a
 * connection have handed to it shares the connection evenly, so that an urgent message waits behind
 * as many bytes of bulk as its own. So while critical messages come, the other lanes hand over a
 * little at a time, and only when what the library has of all lanes is nearly sent.
 *
 * <p>What it has is what was handed over less what it says to have sent. Bytes that were lost count
 * as sent twice, so this is an estimate; it is put right whenever it turns out too small, and for
 * streams that were reset, of which the rest is never sent. Whatever it says, a lane is held back
 * for {@link #LONGEST_NANOS} at most before each piece, so that nothing stands still for good. What
 * is no estimate is that a critical message waits for room in its own stream; then others wait as
 * well.
 *
 * <p>Safe for any number of threads.
 */
final class RightOfWay {
    /** How long after a critical message others are still held back. */
    private static final long LATELY_NANOS = 1_000_000_000L;

    /** From so many unsent bytes on others wait. */
    static final long ENOUGH = 16 << 10;

    /** The longest that others wait for one piece; shorter than what makes a lane stalled. */
    static final long LONGEST_NANOS = 80_000_000L;

    /** What is handed over within this time did not wait for room. */
    private static final long BLOCKED_NANOS = 1_000_000;

    /** What the library has of one stream at most. */
    private static final int BUFFER = 50 << 10;

    /** How much others hand over at a time, if they are held back. */
    private static final int PIECE = 4 << 10;

    private final LongSupplier sent;
    private final Time time;

    private volatile boolean wasCritical;
    private volatile long criticalAt;
    private final AtomicInteger handingOver = new AtomicInteger();
    private volatile long handingOverSince;

    /** What was handed over, by the measure of {@link #sent}. */
    private long given;

    /** What passes while a lane is held back. */
    interface Time {
        /** The real one. */
        Time REAL =
                new Time() {
                    @Override
                    public long nanos() {
                        return System.nanoTime();
                    }

                    @Override
                    public void pass() throws InterruptedException {
                        Thread.sleep(1);
                    }
                };

        long nanos();

        /** Lets a moment pass. */
        void pass() throws InterruptedException;
    }

    /**
     * @param sent how many bytes of streams left, those sent twice counted twice; on any thread
     */
    RightOfWay(LongSupplier sent, Time time) {
        this.sent = sent;
        this.time = time;
    }

    /** A critical message is on its way. */
    void critical() {
        criticalAt = time.nanos();
        wasCritical = true;
    }

    /**
     * Waits until a lane may hand over something, and counts it.
     *
     * @return how much of {@code wanted} bytes, at least one
     */
    int take(MessageClass messageClass, int wanted) throws InterruptedException {
        if (messageClass == MessageClass.CRITICAL || !isHeld()) {
            give(wanted);
            return wanted;
        }
        var begun = time.nanos();
        while ((unsent() >= ENOUGH || isCriticalBlocked())
                && time.nanos() - begun < LONGEST_NANOS) {
            time.pass();
        }
        var piece = Math.min(wanted, PIECE);
        give(piece);
        return piece;
    }

    /** A critical message is handed to the library now, which may take until there is room. */
    void criticalBegins() {
        handingOverSince = time.nanos();
        handingOver.incrementAndGet();
    }

    /** The library has taken it. */
    void criticalEnds() {
        handingOver.decrementAndGet();
    }

    private boolean isCriticalBlocked() {
        return handingOver.get() > 0 && time.nanos() - handingOverSince >= BLOCKED_NANOS;
    }

    private boolean isHeld() {
        return wasCritical && time.nanos() - criticalAt < LATELY_NANOS;
    }

    private synchronized void give(int bytes) {
        unsent();
        given += bytes;
    }

    private synchronized long unsent() {
        var now = sent.getAsLong();
        given = Math.max(given, now);
        return given - now;
    }

    /**
     * A stream was reset.
     *
     * @param handed how many bytes it was given; all but what the library had not sent have left
     */
    synchronized void reset(long handed) {
        unsent();
        given -= Math.min(handed, BUFFER);
    }
}
