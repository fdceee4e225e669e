package dev.aptosnet.noise;

import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.SetupFailure;

import java.util.HashMap;
import java.util.Map;

/**
 * Remembers the last timestamp of each trusted key, so that a recorded first message is worth
 * nothing (wire.md section 4.7, step 6; mutual mode only). Safe for any number of threads.
 *
 * <p>The timestamp is checked when the first message arrives and committed when the session is
 * proven by its first good record, which a replay can never produce (design.md section 5). So a
 * message that an attacker delivers, or that was sent into a connection which broke, burns nothing;
 * the dialer may even send the same one again. Further tolerance there is none: a window in which
 * an older timestamp still counts would let a recorded message through once more, and the wire
 * format demands a strict increase.
 *
 * <p>Bounded: only keys of the trusted set are committed, so a stranger can neither fill the table
 * nor evict from it. When it is full the smallest timestamp goes, and from then on a key that is
 * not in the table needs one greater than that: nothing that was accepted once is accepted again.
 */
public final class ReplayGuard {
    /** How many keys are remembered; {@link #ReplayGuard()}. */
    public static final int DEFAULT_KEYS = 16_384;

    private final int maxKeys;
    private final Map<PublicKey, Long> last = new HashMap<>();

    /** What a key outside the table must exceed, once something was evicted. */
    private long floor;

    private boolean evicted;

    /** With {@link #DEFAULT_KEYS}. */
    public ReplayGuard() {
        this(DEFAULT_KEYS);
    }

    /**
     * An empty table.
     *
     * @param maxKeys at least 1
     */
    public ReplayGuard(int maxKeys) {
        if (maxKeys < 1) {
            throw new IllegalArgumentException("maxKeys: " + maxKeys + " (expected: >= 1)");
        }
        this.maxKeys = maxKeys;
    }

    /**
     * Asks whether a first message is new. Changes nothing.
     *
     * @param key a static key that is authenticated and trusted
     * @param timestamp as received, unsigned
     * @throws HandshakeException REPLAY
     */
    public synchronized void check(PublicKey key, long timestamp) throws HandshakeException {
        var stored = last.get(key);
        if (stored == null && !evicted) {
            return;
        }
        var bound = stored == null ? floor : stored;
        if (Long.compareUnsigned(timestamp, bound) <= 0) {
            throw HandshakeException.of(
                    SetupFailure.Reason.REPLAY,
                    "timestamp "
                            + Long.toUnsignedString(timestamp)
                            + " is not after "
                            + Long.toUnsignedString(bound)
                            + "; a replayed message, or the dialer's clock was set back");
        }
    }

    /**
     * Remembers the timestamp of a session that is proven, and checks once more: of two sessions
     * that were set up at the same time the one with the smaller timestamp loses.
     *
     * @throws HandshakeException REPLAY; the connection must be closed
     */
    public synchronized void commit(PublicKey key, long timestamp) throws HandshakeException {
        check(key, timestamp);
        if (last.size() >= maxKeys && !last.containsKey(key)) {
            evictSmallest();
        }
        last.put(key, timestamp);
    }

    /** How many keys are remembered. */
    public synchronized int size() {
        return last.size();
    }

    private void evictSmallest() {
        PublicKey smallest = null;
        var least = -1L; // the greatest unsigned value
        for (var entry : last.entrySet()) {
            if (smallest == null || Long.compareUnsigned(entry.getValue(), least) < 0) {
                smallest = entry.getKey();
                least = entry.getValue();
            }
        }
        last.remove(smallest);
        floor = evicted && Long.compareUnsigned(floor, least) > 0 ? floor : least;
        evicted = true;
    }
}
