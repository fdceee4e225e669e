package dev.aptosnet.domain.health;

import dev.aptosnet.ports.client.BreakerState;
import dev.aptosnet.ports.client.CallFailureKind;
import dev.aptosnet.ports.client.ProtocolHealth;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.CallSettings;
import dev.aptosnet.ports.settings.ScoreSettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/**
 * What is known of one connection, protocol by protocol (improvements.md I-06 and I-19): at most 4
 * KiB, and a fixed amount of work for each message. One owner writes, except where it says
 * otherwise; any thread reads, without a lock. Protocols beyond the bounds are only counted, since
 * a peer may use every one that we announce.
 */
public final class PeerStatistics {
    /** Protocols whose messages are followed: those that were used first. */
    public static final int MAX_PROTOCOLS = 12;

    /** Protocols whose calls are followed. */
    public static final int MAX_CALLED = 7;

    private final AtomicReferenceArray<TrafficStatistics> traffic =
            new AtomicReferenceArray<>(MAX_PROTOCOLS);
    private final AtomicReferenceArray<CallStatistics> calls =
            new AtomicReferenceArray<>(MAX_CALLED);

    /** Most messages are of the protocol of the one before. Owner only. */
    private @Nullable TrafficStatistics lastTraffic;

    private final AtomicLong lastIn = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong untracked = new AtomicLong();

    /** Of a new connection. */
    public PeerStatistics() {}

    /** A message came. */
    public void in(MonoTime now, ProtocolId protocol, long bytes) {
        lastIn.lazySet(now.nanos());
        var known = traffic(protocol);
        if (known != null) {
            known.in(now.nanos(), bytes);
        }
    }

    /** A message has left. */
    public void out(MonoTime now, ProtocolId protocol, long bytes) {
        var known = traffic(protocol);
        if (known != null) {
            known.out(now.nanos(), bytes);
        }
    }

    /** There was no room for a message that came. */
    public void droppedIn(ProtocolId protocol) {
        var known = traffic(protocol);
        if (known != null) {
            known.droppedIn();
        }
    }

    /** There was no room for a message to the peer. Any thread. */
    public void droppedOut(ProtocolId protocol) {
        var known = find(traffic, protocol, TrafficStatistics::protocol);
        if (known != null) {
            known.droppedOut();
        } else {
            untracked.getAndIncrement();
        }
    }

    /** A call was answered. */
    public void answered(MonoTime now, ProtocolId protocol, long tookNanos, long bytes) {
        var known = calls(protocol);
        if (known != null) {
            known.answered(now.nanos(), tookNanos, bytes);
        }
    }

    /**
     * A call failed.
     *
     * @param waitedNanos how long the answer was waited for, if that was not as long as the caller
     *     would have; else 0
     */
    public void failed(MonoTime now, ProtocolId protocol, CallFailureKind kind, long waitedNanos) {
        var known = calls(protocol);
        if (known != null) {
            known.failed(now.nanos(), kind, waitedNanos);
        }
    }

    private @Nullable TrafficStatistics traffic(ProtocolId protocol) {
        var last = lastTraffic;
        if (last == null || last.protocol().number() != protocol.number()) {
            last =
                    findOrMake(
                            traffic, protocol, TrafficStatistics::protocol, TrafficStatistics::new);
            lastTraffic = last;
        }
        return last;
    }

    private @Nullable CallStatistics calls(ProtocolId protocol) {
        return findOrMake(calls, protocol, CallStatistics::protocol, CallStatistics::new);
    }

    private <T> @Nullable T findOrMake(
            AtomicReferenceArray<T> all,
            ProtocolId protocol,
            Function<T, ProtocolId> of,
            Function<ProtocolId, T> make) {
        for (var i = 0; i < all.length(); i++) {
            var known = all.getPlain(i);
            if (known == null) {
                known = make.apply(protocol);
                all.setRelease(i, known);
                return known;
            }
            if (of.apply(known).number() == protocol.number()) {
                return known;
            }
        }
        untracked.getAndIncrement();
        return null;
    }

    private static <T> @Nullable T find(
            AtomicReferenceArray<T> all, ProtocolId protocol, Function<T, ProtocolId> of) {
        for (var i = 0; i < all.length(); i++) {
            var known = all.getAcquire(i);
            if (known == null || of.apply(known).number() == protocol.number()) {
                return known;
            }
        }
        return null;
    }

    // Any thread.

    /** How many messages and calls of protocols beyond the bounds there were. */
    public long untracked() {
        return untracked.get();
    }

    /** How long ago the peer was last heard of; null if never. */
    public @Nullable Duration sinceIn(MonoTime now) {
        var last = lastIn.get();
        return last == Long.MIN_VALUE ? null : Duration.ofNanos(Math.max(0, now.nanos() - last));
    }

    /**
     * How long an answer is worth waiting for (improvements.md I-22): less than the caller would
     * wait, for a small request to a peer that has always answered such quickly.
     *
     * @param requestBytes the request's size
     * @param callerNanos how long the caller waits, which is never exceeded
     * @return nanoseconds
     */
    public long patienceNanos(
            CallSettings settings, ProtocolId protocol, int requestBytes, long callerNanos) {
        var shortest = settings.shortest().toNanos();
        if (!settings.adaptive()
                || callerNanos <= shortest
                || requestBytes > settings.smallBytes()
                || isServedForLong(settings, protocol)) {
            return callerNanos;
        }
        var known = find(calls, protocol, CallStatistics::protocol);
        return known == null ? callerNanos : Math.min(callerNanos, known.patienceNanos(settings));
    }

    /** What 99 of the last 100 answers took at most; null if there were fewer than ten. */
    public @Nullable Duration p99(ProtocolId protocol) {
        var known = find(calls, protocol, CallStatistics::protocol);
        return known == null || known.answers() < CallStatistics.ENOUGH_ANSWERS
                ? null
                : known.p99();
    }

    /** Whether an answer that was waited for so long in vain should have come. Owner only. */
    public boolean isPatient(ProtocolId protocol, long waitedNanos) {
        var known = find(calls, protocol, CallStatistics::protocol);
        var latency = known == null ? null : known.latency();
        return latency == null || waitedNanos >= 2 * latency.toNanos();
    }

    /** Some requests wait at the peer for something to happen: state sync's subscriptions. */
    private static boolean isServedForLong(CallSettings settings, ProtocolId protocol) {
        var served = settings.served().get(protocol);
        return served != null && served.compareTo(settings.longest()) > 0;
    }

    /**
     * The mean success rate of calls, 0 to 1, in which protocols count by their class; not a number
     * without calls. Pings do not count: they have parts of the score of their own.
     */
    public double success(MonoTime now, ScoreSettings settings) {
        var sum = 0.0;
        var weights = 0;
        for (var i = 0; i < calls.length(); i++) {
            var each = calls.getAcquire(i);
            if (each == null) {
                break;
            }
            var rate = each.standing(now);
            if (!Double.isNaN(rate) && !each.protocol().equals(ProtocolId.HEALTH_CHECKER_RPC)) {
                var weight = settings.classes().get(each.protocol().messageClass().index());
                sum += weight * rate;
                weights += weight;
            }
        }
        return weights == 0 ? Double.NaN : sum / weights;
    }

    /** Whether at least half of the last calls of some protocol failed. */
    public boolean isFailing(MonoTime now) {
        for (var i = 0; i < calls.length(); i++) {
            var each = calls.getAcquire(i);
            if (each == null) {
                return false;
            }
            if (each.isFailing(now) && !each.protocol().equals(ProtocolId.HEALTH_CHECKER_RPC)) {
                return true;
            }
        }
        return false;
    }

    /** Payload from the peer under all protocols, bytes a second. */
    public double bytesPerSecondIn(MonoTime now) {
        var sum = 0.0;
        for (var each : tracked()) {
            sum += each.rateIn(now);
        }
        return sum;
    }

    /** Payload to the peer under all protocols, bytes a second. */
    public double bytesPerSecondOut(MonoTime now) {
        var sum = 0.0;
        for (var each : tracked()) {
            sum += each.rateOut(now);
        }
        return sum;
    }

    /**
     * Protocol by protocol.
     *
     * @param breaker whether calls of one are made
     */
    public List<ProtocolHealth> protocols(
            MonoTime now, Function<ProtocolId, BreakerState> breaker) {
        var all = new ArrayList<ProtocolHealth>();
        for (var each : tracked()) {
            var called = find(calls, each.protocol(), CallStatistics::protocol);
            all.add(
                    new ProtocolHealth(
                            each.protocol(),
                            called == null ? 0 : called.count(),
                            called == null ? 0 : called.timedOut(),
                            called == null ? 0 : called.refused(),
                            called == null ? 0 : called.disconnected(),
                            called == null ? Double.NaN : called.successRate(now),
                            called == null ? null : called.latency(),
                            called == null ? null : called.p99(),
                            each.sinceIn(now),
                            each.sinceOut(now),
                            each.rateIn(now),
                            each.rateOut(now),
                            each.dropsIn(),
                            each.dropsOut(),
                            breaker.apply(each.protocol())));
        }
        return all;
    }

    private List<TrafficStatistics> tracked() {
        var all = new ArrayList<TrafficStatistics>(MAX_PROTOCOLS);
        for (var i = 0; i < traffic.length(); i++) {
            var each = traffic.getAcquire(i);
            if (each == null) {
                break;
            }
            all.add(each);
        }
        return all;
    }
}
