package dev.aptosnet.ports.model;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Names one connection for the life of the process.
 *
 * @param number increasing from 0
 */
public record ConnectionId(long number) {
    /**
     * The next one of this process, for transports; what must be repeatable counts for itself. Any
     * thread.
     */
    public static ConnectionId next() {
        return new ConnectionId(Counter.NEXT.getAndIncrement());
    }

    private static final class Counter {
        static final AtomicLong NEXT = new AtomicLong();
    }

    @Override
    public String toString() {
        return "#" + number;
    }
}
