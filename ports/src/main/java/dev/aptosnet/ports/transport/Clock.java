package dev.aptosnet.ports.transport;

import dev.aptosnet.ports.model.MonoTime;

/** Tells the time. Safe for any thread. */
public interface Clock {
    /** Now, on the clock that only goes forward. */
    MonoTime now();

    /**
     * Unix time in milliseconds; may step. For time stamps that others made or will read, such as
     * Noise's; never for a duration.
     */
    long wallMillis();

    /** The machine's clocks; the monotonic one starts at 0 when this is called. */
    static Clock system() {
        var origin = System.nanoTime();
        return new Clock() {
            @Override
            public MonoTime now() {
                return new MonoTime(System.nanoTime() - origin);
            }

            @Override
            public long wallMillis() {
                return System.currentTimeMillis();
            }
        };
    }
}
