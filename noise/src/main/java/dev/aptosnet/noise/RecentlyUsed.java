package dev.aptosnet.noise;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers something of a bounded number of peers, and forgets the one that was asked for longest
 * ago. Safe for any number of threads.
 *
 * @param <K> who
 * @param <V> what is known of them
 */
public final class RecentlyUsed<K, V> {
    private final Map<K, V> known;

    /**
     * @param max how many are remembered
     */
    public RecentlyUsed(int max) {
        this.known =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                        return size() > max;
                    }
                };
    }

    /** What is known; null if nothing is. */
    public synchronized @Nullable V find(K who) {
        return known.get(who);
    }

    /** Remembers something, in the place of what was known before. */
    public synchronized void keep(K who, V what) {
        known.put(who, what);
    }

    /** What is known, and no longer is; null if nothing was. */
    public synchronized @Nullable V take(K who) {
        return known.remove(who);
    }

    /** How many are remembered. */
    public synchronized int size() {
        return known.size();
    }
}
