package dev.aptosnet.adapter.quic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets only a few dials of this process begin at a time. A TLS handshake takes milliseconds of a
 * processor at each end. When hundreds begin at once, as after a start, none is done before the
 * library sends its packets again, and in the end most run out of time; one after the other they
 * are through in seconds.
 *
 * <p>A dial that hears nothing keeps its place for {@link #HELD}, so that peers that are down hold
 * up nobody for long. Safe for any number of threads, which wait for their places in no order.
 */
final class DialPace {
    /** How long a dial counts at most. */
    static final Duration HELD = Duration.ofMillis(250);

    /** That of the process, whose processors all its nodes share. */
    static final DialPace OF_PROCESS = new DialPace(4 * Runtime.getRuntime().availableProcessors());

    private final int max;

    /** In the order in which they came. */
    private final List<Place> taken = new ArrayList<>();

    DialPace(int max) {
        this.max = max;
    }

    /** One dial's place. */
    final class Place implements AutoCloseable {
        private final long since = System.nanoTime();

        private Place() {}

        /** Gives the place back. Idempotent. */
        @Override
        public void close() {
            synchronized (DialPace.this) {
                if (taken.remove(this)) {
                    DialPace.this.notifyAll();
                }
            }
        }
    }

    /** Waits for a place. */
    synchronized Place enter() throws InterruptedException {
        while (true) {
            var now = System.nanoTime();
            taken.removeIf(place -> now - place.since >= HELD.toNanos());
            if (taken.size() < max) {
                var place = new Place();
                taken.add(place);
                return place;
            }
            var left = HELD.toNanos() - (now - taken.getFirst().since);
            wait(left / 1_000_000 + 1);
        }
    }
}
