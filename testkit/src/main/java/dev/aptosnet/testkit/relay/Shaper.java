package dev.aptosnet.testkit.relay;

import java.util.random.RandomGenerator;

/** Decides when each packet of one direction arrives. Takes the time; not thread-safe. */
final class Shaper {
    /** The answer for a packet that does not arrive. */
    static final long LOST = Long.MIN_VALUE;

    /** The answer for a packet that the queue had no room for. */
    static final long OVERFLOWED = Long.MIN_VALUE + 1;

    private static final long LEAST_LATENESS = 1_000_000;

    private final LineSettings settings;
    private final RandomGenerator random;

    /** When the last packet that was taken will have left the queue. */
    private long free;

    /** When the last packet that kept its place arrives. */
    private long lastArrival;

    private boolean began;
    private boolean late;

    Shaper(LineSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
    }

    /** When a packet of that size arrives, in the time of {@code now}; or one of the constants. */
    long packet(long now, int bytes) {
        begin(now);
        late = false;
        if (settings.bytesPerSecond() > 0 && queuedBytes(now) + bytes > settings.queueBytes()) {
            return OVERFLOWED;
        }
        var left = transmit(now, bytes);
        if (falls(settings.loss())) {
            return LOST;
        }
        if (falls(settings.reorder())) {
            late = true;
            var delay = settings.delay().toNanos();
            return left + delay + Math.max(LEAST_LATENESS, delay / 2);
        }
        return arrival(left);
    }

    /** When bytes of a stream arrive, which neither fall out nor overtake each other. */
    long stream(long now, int bytes) {
        begin(now);
        late = false;
        return arrival(transmit(now, bytes));
    }

    /** Whether the packet that was last asked about may be overtaken. */
    boolean isLate() {
        return late;
    }

    /** Whether the packet that was last asked about arrives twice. */
    boolean isDoubled() {
        return falls(settings.duplicate());
    }

    /** How long until the queue has room for a stream's next bytes. */
    long nanosUntilRoom(long now) {
        if (!began || settings.bytesPerSecond() == 0) {
            return 0;
        }
        return Math.max(0, free - now - nanosFor(settings.queueBytes()));
    }

    /** How long a packet that comes now would wait. */
    long backlogNanos(long now) {
        return began ? Math.max(0, free - now) : 0;
    }

    private void begin(long now) {
        if (!began) {
            began = true;
            free = now;
            lastArrival = now;
        }
    }

    private long transmit(long now, int bytes) {
        free = Math.max(free, now) + nanosFor(bytes);
        return free;
    }

    private long arrival(long left) {
        var spread = settings.jitter().toNanos();
        var give = spread == 0 ? 0 : random.nextLong(-spread, spread + 1);
        var travels = Math.max(0, settings.delay().toNanos() + give);
        lastArrival = Math.max(lastArrival, left + travels);
        return lastArrival;
    }

    private double queuedBytes(long now) {
        return backlogNanos(now) / 1e9 * settings.bytesPerSecond();
    }

    private long nanosFor(long bytes) {
        return settings.bytesPerSecond() == 0
                ? 0
                : (long) (bytes * 1e9 / settings.bytesPerSecond());
    }

    private boolean falls(double share) {
        return share > 0 && random.nextDouble() < share;
    }
}
