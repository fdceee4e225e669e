package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.settings.ConnectivitySettings;
import dev.aptosnet.ports.transport.DialId;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * How far away the peers are that might be dialed, measured continuously and beside everything else
 * (improvements.md I-04): so many probes at once and so many a second at most, those first that
 * were never reached, then those whose estimate is stale. A round goes to all addresses of a peer
 * and its shortest answer counts; of several rounds a smoothed value is kept. Peers that are
 * connected are not probed, their pings tell more. Only the public network probes, which a node has
 * once, so that these bounds are the node's.
 */
final class LatencyProbes {
    /** Addresses of one peer that a round goes to; a source may list any number. */
    private static final int ADDRESSES = 8;

    private final ConnectivitySettings.Probing settings;
    private final RandomGenerator random;
    private final DialLimiter limiter;
    private final TreeMap<PeerId, Target> targets = new TreeMap<>();
    private final TreeMap<Long, Target> underWay = new TreeMap<>();

    LatencyProbes(ConnectivitySettings.Probing settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
        this.limiter = new DialLimiter(settings.perSecond(), Math.max(1, settings.maxInFlight()));
    }

    /** What is known of a peer's distance. */
    private static final class Target {
        /** Where it can be reached; null while it is not to be probed. */
        private @Nullable List<NetworkAddress> addresses;

        private MonoTime due;
        private Duration interval;

        /** Of the round under way: what is left to probe, what is not answered, the shortest. */
        private @Nullable Iterator<NetworkAddress> left;

        private int unanswered;
        private @Nullable Duration shortest;

        private @Nullable Duration smoothed;
        private MonoTime measuredAt;

        Target(MonoTime now, Duration interval) {
            this.due = now;
            this.interval = interval;
            this.measuredAt = now;
        }

        /** 0 for one that was never reached, 1 for one with a stale estimate, else 2. */
        private int rank(MonoTime now, Duration stale) {
            return smoothed == null ? 0 : now.since(measuredAt).compareTo(stale) > 0 ? 1 : 2;
        }
    }

    /** A probe that may leave now. */
    record Next(PeerId peer, NetworkAddress address) {}

    /** The peer may be dialed at these addresses, and is to be probed from now on. */
    void probe(MonoTime now, PeerId peer, List<NetworkAddress> addresses) {
        if (addresses.isEmpty()) {
            pause(peer); // A round without an address would be due for ever.
            return;
        }
        target(now, peer).addresses = addresses;
    }

    /** The peer is connected, or is not to be dialed any more. */
    void pause(PeerId peer) {
        var target = targets.get(peer);
        if (target != null) {
            target.addresses = null;
            target.left = null;
        }
    }

    /** Nothing is known of the peer any more. */
    void forget(PeerId peer) {
        targets.remove(peer);
    }

    /** The peer has answered so fast, whoever measured it. */
    void measured(MonoTime now, PeerId peer, Duration took) {
        take(now, target(now, peer), took);
    }

    private Target target(MonoTime now, PeerId peer) {
        return targets.computeIfAbsent(peer, _ -> new Target(now, settings.interval()));
    }

    private void take(MonoTime now, Target target, Duration took) {
        var before = target.smoothed;
        // Half of each: a change is believed after two rounds.
        target.smoothed = before == null ? took : before.plus(took).dividedBy(2);
        target.measuredAt = now;
        target.interval = settings.interval();
        target.due = now.plusNanos(jittered(target.interval));
    }

    /** The interval and a fifth more or less. */
    private long jittered(Duration interval) {
        var nanos = interval.toNanos();
        return nanos * 4 / 5 + random.nextLong(nanos * 2 / 5 + 1);
    }

    /** The smoothed estimate; null if there is none. */
    @Nullable Duration latency(PeerId peer) {
        var known = targets.get(peer);
        return known == null ? null : known.smoothed;
    }

    /** How old the estimate is; null if there is none. */
    @Nullable Duration age(MonoTime now, PeerId peer) {
        var known = targets.get(peer);
        return known == null || known.smoothed == null ? null : now.since(known.measuredAt);
    }

    int inFlight() {
        return underWay.size();
    }

    /** The probe that leaves next; null if none may. To be followed by {@link #started}. */
    @Nullable Next next(MonoTime now) {
        if (underWay.size() >= settings.maxInFlight() || now.isBefore(limiter.nextAt(now))) {
            return null;
        }
        var first = first(now);
        if (first == null || !limiter.take(now)) {
            return null;
        }
        return first;
    }

    private @Nullable Next first(MonoTime now) {
        PeerId peer = null;
        Target best = null;
        var bestRank = Integer.MAX_VALUE;
        var stale = settings.interval().multipliedBy(2);
        for (var entry : targets.entrySet()) {
            var target = entry.getValue();
            if (target.left != null && mayGoOn(target)) {
                return new Next(entry.getKey(), target.left.next()); // A round is finished first.
            }
            if (target.addresses == null || target.unanswered > 0 || now.isBefore(target.due)) {
                continue;
            }
            var rank = target.rank(now, stale);
            if (rank < bestRank
                    || (best != null && rank == bestRank && target.due.isBefore(best.due))) {
                peer = entry.getKey();
                best = target;
                bestRank = rank;
            }
        }
        if (best == null || best.addresses == null || peer == null) {
            return null;
        }
        var left = best.addresses.stream().limit(ADDRESSES).iterator();
        best.left = left;
        best.shortest = null;
        return left.hasNext() ? new Next(peer, left.next()) : null;
    }

    /** Whether a round has an address left, and not too many of them are being probed. */
    private boolean mayGoOn(Target target) {
        return target.left != null
                && target.left.hasNext()
                && target.unanswered < settings.maxOfOnePeer();
    }

    void started(DialId id, PeerId peer) {
        var target = targets.get(peer);
        if (target != null) {
            target.unanswered++;
            underWay.put(id.number(), target);
        }
    }

    /**
     * A probe has ended; of no consequence if it is not one of ours.
     *
     * @param took null if nothing answered
     */
    void ended(MonoTime now, DialId id, @Nullable Duration took) {
        var target = underWay.remove(id.number());
        if (target == null) {
            return;
        }
        target.unanswered--;
        var shortest = target.shortest;
        if (took != null && (shortest == null || took.compareTo(shortest) < 0)) {
            target.shortest = took;
        }
        if (target.unanswered > 0 || (target.left != null && target.left.hasNext())) {
            return;
        }
        target.left = null;
        if (target.shortest != null) {
            take(now, target, target.shortest);
        } else {
            target.smoothed = null;
            target.due = now.plusNanos(jittered(target.interval));
            var doubled = target.interval.multipliedBy(2);
            var longest = settings.longestInterval();
            target.interval = doubled.compareTo(longest) < 0 ? doubled : longest;
        }
    }

    /** When {@link #next} may have something, as far as time decides it. */
    MonoTime nextDeadline(MonoTime now) {
        if (underWay.size() >= settings.maxInFlight()) {
            return MonoTime.NEVER;
        }
        var due = MonoTime.NEVER;
        for (var target : targets.values()) {
            if (mayGoOn(target)) {
                due = now;
            } else if (target.addresses != null && target.unanswered == 0) {
                due = MonoTime.earlier(due, target.due);
            }
        }
        var allowed = limiter.nextAt(now);
        return due.isBefore(allowed) ? allowed : due;
    }
}
