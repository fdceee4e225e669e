package dev.aptosnet.transport.support;

import dev.aptosnet.ports.model.MonoTime;

import java.time.Duration;

/**
 * Whether a peer that has begun something goes on with it fast enough: in a window of time it has
 * to send as many bytes as the least rate gives for it, so that nobody holds what he began for ever
 * by a byte now and then ({@code admission.min_bytes_per_sec}). The transport counts, and looks
 * from time to time; a machine without a clock or a thread. Single owner.
 */
public final class InputPace {
    private final Duration window;
    private final long leastBytes;
    private MonoTime since = new MonoTime(0);
    private long bytes;

    /**
     * A pace that has to be begun by {@link #restart}.
     *
     * @param window how long a peer may be slower, which is also how long it may be silent
     * @param minBytesPerSecond 0 for none
     */
    public InputPace(Duration window, int minBytesPerSecond) {
        this.window = window;
        this.leastBytes = window.toMillis() * minBytesPerSecond / 1000;
    }

    /** Something has come. */
    public void received(int count) {
        bytes += count;
    }

    /**
     * What came before does not count: nothing is under way, something was finished, or it was we
     * who did not read.
     */
    public void restart(MonoTime now) {
        since = now;
        bytes = 0;
    }

    /** Whether a window is over in which too little came. A new one begins with its end. */
    public boolean isTooSlow(MonoTime now) {
        if (now.since(since).compareTo(window) < 0) {
            return false;
        }
        var slow = bytes < leastBytes;
        restart(now);
        return slow;
    }
}
