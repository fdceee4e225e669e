package dev.aptosnet.ports.model;

import java.time.Duration;

/**
 * A moment on a clock that only goes forward, with an arbitrary origin. Not related to the time of
 * day; the Noise time stamp alone uses that, as plain Unix milliseconds.
 *
 * @param nanos nanoseconds since the clock's origin, which a clock chooses so that they never
 *     overflow: 0 or a little more when it is made
 */
public record MonoTime(long nanos) implements Comparable<MonoTime> {
    /** Later than every moment of this process. */
    public static final MonoTime NEVER = new MonoTime(Long.MAX_VALUE);

    /**
     * This moment and {@code length} more; {@link #NEVER} beyond the range of nanoseconds, about
     * 292 years, and the earliest moment there is below it. {@link #NEVER} stays.
     */
    public MonoTime plus(Duration length) {
        return plusNanos(saturatedNanos(length));
    }

    /** This moment and {@code length} nanoseconds more; saturates as {@link #plus}. */
    public MonoTime plusNanos(long length) {
        if (nanos == Long.MAX_VALUE || (length > 0 && nanos > Long.MAX_VALUE - length)) {
            return NEVER;
        }
        return length < 0 && nanos < Long.MIN_VALUE - length
                ? new MonoTime(Long.MIN_VALUE)
                : new MonoTime(nanos + length);
    }

    /** A length in nanoseconds, or the nearest number that there is. */
    public static long saturatedNanos(Duration length) {
        if (length.toSeconds() > Long.MAX_VALUE / 1_000_000_000 - 1) {
            return Long.MAX_VALUE;
        }
        return length.toSeconds() < Long.MIN_VALUE / 1_000_000_000 + 1
                ? Long.MIN_VALUE
                : length.toNanos();
    }

    /** From {@code earlier} to this moment, in nanoseconds. */
    public long nanosSince(MonoTime earlier) {
        return nanos - earlier.nanos;
    }

    /** From {@code earlier} to this moment. */
    public Duration since(MonoTime earlier) {
        return Duration.ofNanos(nanosSince(earlier));
    }

    /** Whether this moment comes before {@code other}. */
    public boolean isBefore(MonoTime other) {
        return compareTo(other) < 0;
    }

    /** The earlier of the two. */
    public static MonoTime earlier(MonoTime a, MonoTime b) {
        return b.isBefore(a) ? b : a;
    }

    @Override
    public int compareTo(MonoTime other) {
        return Long.compare(nanos, other.nanos);
    }
}
