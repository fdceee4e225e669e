package dev.aptosnet.domain.peer;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.DialId;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Keeps a fixed list of peers connected: dials each at once, its addresses in turn, and again after
 * a growing delay (behaviour.md section 12.6, with full jitter as improvements.md I-07 asks).
 * Single owner; not thread-safe.
 */
public final class SeedDialler {
    private final Duration base;
    private final Duration cap;
    private final RandomGenerator random;
    private final TreeMap<PeerId, Seed> seeds = new TreeMap<>();
    private long nextDial;

    /**
     * @param base the first delay after a failure, doubled by each further one; above zero
     * @param cap the longest delay; {@code max_connection_delay_ms}
     * @param random a seeded generator, for the jitter
     * @param firstDial the number of the first dial id
     */
    public SeedDialler(Duration base, Duration cap, RandomGenerator random, long firstDial) {
        this.base = base;
        this.cap = cap;
        this.random = random;
        this.nextDial = firstDial;
    }

    private static final class Seed {
        private final List<NetworkAddress> addresses;
        private int failures;
        private int nextAddress;
        private boolean connected;
        private @Nullable DialId dial;
        private MonoTime dueAt;

        Seed(List<NetworkAddress> addresses, MonoTime dueAt) {
            this.addresses = addresses;
            this.dueAt = dueAt;
        }
    }

    /** An order to dial. */
    public record Dial(DialId id, PeerId peer, NetworkAddress address) {}

    /** Adds a peer to keep connected, or gives a known one other addresses. */
    public void seed(MonoTime now, PeerId peer, List<NetworkAddress> addresses) {
        var before = seeds.get(peer);
        var seed = new Seed(List.copyOf(addresses), now);
        if (before != null) {
            seed.connected = before.connected;
            seed.dial = before.dial;
        }
        seeds.put(peer, seed);
    }

    /** A connection to the peer is there, whoever dialled it. */
    public void connected(PeerId peer) {
        var seed = seeds.get(peer);
        if (seed != null) {
            seed.connected = true;
            seed.failures = 0;
            seed.nextAddress = 0;
        }
    }

    /** No connection to the peer is left; it is due again after a short jitter. */
    public void disconnected(MonoTime now, PeerId peer) {
        var seed = seeds.get(peer);
        if (seed != null) {
            seed.connected = false;
            seed.dueAt = now.plusNanos(random.nextLong(Math.max(1, base.toNanos())));
        }
    }

    /** A dial ended; if it failed, the next one waits. */
    public void dialEnded(MonoTime now, DialId id, boolean succeeded) {
        for (var seed : seeds.values()) {
            if (id.equals(seed.dial)) {
                seed.dial = null;
                if (!succeeded) {
                    seed.failures = Math.min(seed.failures + 1, 30);
                    seed.dueAt = now.plus(delayAfter(seed.failures));
                }
            }
        }
    }

    private Duration delayAfter(int failures) {
        var longest = Math.min(cap.toNanos(), base.toNanos() << Math.min(failures - 1, 20));
        // Half of the delay is certain, so that a dead address is not dialled in a tight loop.
        return Duration.ofNanos(longest / 2 + random.nextLong(longest / 2 + 1));
    }

    /** The dials that are due. Each is to be answered by {@link #dialEnded}. */
    public List<Dial> due(MonoTime now) {
        var dials = new ArrayList<Dial>();
        for (var entry : seeds.entrySet()) {
            var seed = entry.getValue();
            if (isIdle(seed) && !now.isBefore(seed.dueAt)) {
                seed.dial = new DialId(nextDial++);
                var address = seed.addresses.get(seed.nextAddress % seed.addresses.size());
                seed.nextAddress = (seed.nextAddress + 1) % seed.addresses.size();
                dials.add(new Dial(seed.dial, entry.getKey(), address));
            }
        }
        return dials;
    }

    /** When {@link #due} has something to say next; {@link MonoTime#NEVER} if nothing waits. */
    public MonoTime nextDeadline() {
        var next = MonoTime.NEVER;
        for (var seed : seeds.values()) {
            if (isIdle(seed)) {
                next = MonoTime.earlier(next, seed.dueAt);
            }
        }
        return next;
    }

    private static boolean isIdle(Seed seed) {
        return !seed.connected && seed.dial == null && !seed.addresses.isEmpty();
    }
}
