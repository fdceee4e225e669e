package dev.aptosnet.domain.health;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;

/**
 * When peers were lost, for an hour: those that come and go are not stable. The longest gone is
 * forgotten if there are too many. Single owner; not thread-safe.
 */
public final class Departures {
    /** How long a loss counts. */
    public static final Duration MEMORY = Duration.ofHours(1);

    /** Peers that are remembered. */
    public static final int MAX_PEERS = 4096;

    /** Losses of one peer that are remembered; each halves, so that one more makes no odds. */
    public static final int MAX_LOSSES = 8;

    /** In the order of their last losses. */
    private final LinkedHashMap<PeerId, long[]> lost = new LinkedHashMap<>();

    /** None. */
    public Departures() {}

    /** A peer was lost. */
    public void lost(MonoTime now, PeerId peer) {
        var before = lost.remove(peer);
        var times = before == null ? new long[0] : before;
        var from = Math.max(0, times.length + 1 - MAX_LOSSES);
        var after = Arrays.copyOfRange(times, from, times.length + 1);
        after[after.length - 1] = now.nanos();
        lost.put(peer, after);
        if (lost.size() > MAX_PEERS) {
            lost.pollFirstEntry();
        }
        while (count(now, lost.firstEntry().getValue()) == 0) {
            lost.pollFirstEntry();
        }
    }

    /** When a peer was lost, for {@link #count}; the caller's own. */
    public long[] of(PeerId peer) {
        var known = lost.get(peer);
        return known == null ? new long[0] : known.clone();
    }

    /** How many peers are remembered. */
    public int size() {
        return lost.size();
    }

    /** How many of the losses count now. */
    public static int count(MonoTime now, long[] losses) {
        var count = 0;
        for (var loss : losses) {
            if (now.nanos() - loss < MEMORY.toNanos()) {
                count++;
            }
        }
        return count;
    }
}
