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

    /** This moment and {@code length} more; {@link #NEVER} if that cannot be told. */
    public MonoTime plus(Duration length) {
        return plusNanos(length.toNanos());
    }

    /** This moment and {@code length} nanoseconds more. */
    public MonoTime plusNanos(long length) {
        return nanos == Long.MAX_VALUE || (length > 0 && nanos > Long.MAX_VALUE - length)
                ? NEVER
                : new MonoTime(nanos + length);
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
