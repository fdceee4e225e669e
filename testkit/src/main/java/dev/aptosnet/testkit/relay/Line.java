package dev.aptosnet.testkit.relay;

import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * One direction of a link: takes packets and hands each on when it has arrived, on a thread of its
 * own. From any thread.
 */
public final class Line implements AutoCloseable {
    /** How much may be on its way; what comes beyond counts as dropped by a full queue. */
    public static final int MOST_UNDER_WAY_BYTES = 64 << 20;

    /** Hands a packet to whoever waits for it. */
    @FunctionalInterface
    public interface Delivery {
        /**
         * Must not block for long: all others wait.
         *
         * @return false if nobody took it
         */
        boolean deliver();
    }

    private record Parcel(long due, long number, int bytes, boolean again, Delivery delivery)
            implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(due - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            var that = (Parcel) other;
            var first = Long.compare(due - that.due, 0);
            return first != 0 ? first : Long.compare(number, that.number);
        }
    }

    private final DelayQueue<Parcel> underWay = new DelayQueue<>();
    private final Thread deliverer;

    /** Guards all that follows. */
    private final Object lock = new Object();

    private final Shaper shaper;
    private long taken;
    private long underWayBytes;
    private boolean paused;
    private boolean closed;
    private long packets;
    private long bytes;
    private long lost;
    private long overflowed;
    private long blocked;
    private long late;
    private long doubled;
    private long undelivered;
    private long waited;
    private long waitedNanos;

    /**
     * A line that is ready.
     *
     * @param name of its thread
     * @param random decides what is lost, late or doubled; the line's own from here on
     */
    public Line(String name, LineSettings settings, RandomGenerator random) {
        this.shaper = new Shaper(settings, random);
        this.deliverer = Thread.ofPlatform().daemon().name(name).start(this::deliver);
    }

    /**
     * Sends a packet, which may be lost.
     *
     * @param size in bytes
     * @param delivery called when it arrives, once for each time that it does
     */
    public void send(int size, Delivery delivery) {
        synchronized (lock) {
            if (closed) {
                return;
            }
            var now = System.nanoTime();
            var waits = shaper.backlogNanos(now);
            if (underWayBytes + size > MOST_UNDER_WAY_BYTES) {
                overflowed++;
                return;
            }
            var arrival = shaper.packet(now, size);
            if (arrival == Shaper.OVERFLOWED) {
                overflowed++;
                return;
            }
            countWait(waits);
            if (arrival == Shaper.LOST) {
                lost++;
                return;
            }
            if (shaper.isLate()) {
                late++;
            }
            underWayBytes += size;
            underWay.add(new Parcel(arrival, taken++, size, false, delivery));
            if (shaper.isDoubled()) {
                doubled++;
                underWayBytes += size;
                underWay.add(new Parcel(arrival, taken++, size, true, delivery));
            }
        }
    }

    /** When bytes of a stream that are sent now arrive, by {@link System#nanoTime}. */
    long sendStream(int size) {
        synchronized (lock) {
            var now = System.nanoTime();
            countWait(shaper.backlogNanos(now));
            packets++;
            bytes += size;
            return shaper.stream(now, size);
        }
    }

    /** Returns when the queue has room for a stream's next bytes. */
    void awaitRoom() throws InterruptedException {
        while (true) {
            long nanos;
            synchronized (lock) {
                nanos = closed ? 0 : shaper.nanosUntilRoom(System.nanoTime());
            }
            if (nanos == 0) {
                return;
            }
            TimeUnit.NANOSECONDS.sleep(nanos);
        }
    }

    /** Counts a packet that was kept from the line. */
    void countBlocked() {
        synchronized (lock) {
            blocked++;
        }
    }

    /** Stops and resumes handing on; what arrives meanwhile waits. */
    public void pause(boolean pause) {
        synchronized (lock) {
            paused = pause;
            lock.notifyAll();
        }
    }

    /** Returns when the line is not paused. */
    void awaitOpen() throws InterruptedException {
        synchronized (lock) {
            while (paused && !closed) {
                lock.wait();
            }
        }
    }

    /** What has become of the packets so far. */
    public LineCounts counts() {
        synchronized (lock) {
            return new LineCounts(
                    packets,
                    bytes,
                    lost,
                    overflowed,
                    blocked,
                    late,
                    doubled,
                    undelivered,
                    waited,
                    waitedNanos);
        }
    }

    /** Drops what is under way. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        deliverer.interrupt();
        try {
            deliverer.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        underWay.clear();
    }

    private void countWait(long nanos) {
        if (nanos > 0) {
            waited++;
            waitedNanos += nanos;
        }
    }

    private void deliver() {
        try {
            while (true) {
                var parcel = underWay.take();
                awaitOpen();
                var delivered = parcel.delivery().deliver();
                synchronized (lock) {
                    underWayBytes -= parcel.bytes();
                    if (!delivered) {
                        undelivered++;
                    } else if (!parcel.again()) {
                        packets++;
                        bytes += parcel.bytes();
                    }
                }
            }
        } catch (InterruptedException _) {
            // Closed.
        }
    }
}
