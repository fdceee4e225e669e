package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.MessageClass;

import java.util.function.LongSupplier;

/**
 * Lets critical messages go first. The library has no priorities: whatever the streams of a
 * connection have handed to it shares the connection evenly, so that an urgent message waits behind
 * as many bytes of bulk as its own. So while critical messages come, the other lanes hand over a
 * little at a time, and only when what the library has of all lanes is nearly sent.
 *
 * <p>What it has is what was handed over less what it says to have sent. Bytes that were lost are
 * sent twice, and those of a stream that was reset not at all, so this is an estimate; it is put
 * right whenever it turns out too small, and forgotten when nothing moves. In between a lane is
 * held back for {@link #LONGEST_NANOS} at most, so that nothing stands still for good.
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

    /** How much others hand over at a time, if they are held back. */
    private static final int PIECE = 4 << 10;

    private final LongSupplier sent;
    private final Time time;

    private volatile boolean wasCritical;
    private volatile long criticalAt;

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
        while (unsent() >= ENOUGH) {
            if (time.nanos() - begun >= LONGEST_NANOS) {
                forget();
                break;
            }
            time.pass();
        }
        var piece = Math.min(wanted, PIECE);
        give(piece);
        return piece;
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

    private synchronized void forget() {
        given = sent.getAsLong();
    }
}
