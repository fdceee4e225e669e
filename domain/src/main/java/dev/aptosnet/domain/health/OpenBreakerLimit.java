package dev.aptosnet.domain.health;

import dev.aptosnet.ports.settings.BreakerSettings;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * How many peers are kept from calls by their breakers, and no more than may be: if nearly all seem
 * to fail, the trouble is ours. Any thread.
 */
public final class OpenBreakerLimit {
    private final int oneIn;
    private final IntSupplier connected;
    private final AtomicInteger open = new AtomicInteger();

    /**
     * None.
     *
     * @param connected how many peers there are
     */
    public OpenBreakerLimit(BreakerSettings settings, IntSupplier connected) {
        this.oneIn = settings.openPeersOneIn();
        this.connected = connected;
    }

    /** How many. */
    public int size() {
        return open.get();
    }

    /** Counts one more, if there may be one. */
    boolean tryAdd() {
        var most = Math.max(1, connected.getAsInt() / oneIn);
        while (true) {
            var now = open.get();
            if (now >= most) {
                return false;
            }
            if (open.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    void remove() {
        open.decrementAndGet();
    }
}
