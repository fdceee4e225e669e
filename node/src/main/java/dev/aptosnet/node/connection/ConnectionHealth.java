package dev.aptosnet.node.connection;

import dev.aptosnet.domain.connection.Observation;
import dev.aptosnet.domain.health.CircuitBreaker;
import dev.aptosnet.domain.health.Departures;
import dev.aptosnet.domain.health.OpenBreakerLimit;
import dev.aptosnet.domain.health.PeerBreakers;
import dev.aptosnet.domain.health.PeerBreakers.Ending;
import dev.aptosnet.domain.health.PeerScore;
import dev.aptosnet.domain.health.PeerStatistics;
import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.wire.RefusalCode;
import dev.aptosnet.node.metrics.HealthMetrics;
import dev.aptosnet.ports.client.BreakerState;
import dev.aptosnet.ports.client.CallFailureKind;
import dev.aptosnet.ports.client.PeerHealth;
import dev.aptosnet.ports.client.PeerHealth.Condition;
import dev.aptosnet.ports.client.RoundTrip;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.PeerHealthSettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/**
 * What is known of one connection and which calls over it are made. The connection's owner tells it
 * what happens; the rest is for any thread.
 */
public final class ConnectionHealth {
    private final PeerHealthSettings settings;
    private final HealthMetrics metrics;
    private final MonoTime since;
    private final PeerStatistics statistics = new PeerStatistics();

    /** Guards itself: callers ask it and the owner tells it, each for some nanoseconds. */
    private final PeerBreakers breakers;

    /** Until a first call has failed there is no breaker, and nobody needs the lock. */
    private volatile boolean hasFailed;

    private volatile long[] losses = {};

    public ConnectionHealth(
            PeerHealthSettings settings,
            OpenBreakerLimit openPeers,
            HealthMetrics metrics,
            MonoTime now) {
        this.settings = settings;
        this.metrics = metrics;
        this.since = now;
        this.breakers = new PeerBreakers(settings.breaker(), openPeers);
    }

    // From any thread.

    /** The number of a call that may be made; {@link CircuitBreaker#DENIED} if it may not. */
    public int admit(MonoTime now, ProtocolId protocol) {
        if (!hasFailed) {
            return CircuitBreaker.FIRST;
        }
        int number;
        BreakerState before;
        BreakerState after;
        synchronized (breakers) {
            before = breakers.state(protocol);
            number = breakers.admit(now, protocol);
            after = breakers.state(protocol);
        }
        if (after != before) {
            metrics.breakerChanged(protocol, after);
        }
        if (number == CircuitBreaker.DENIED) {
            metrics.shortCircuited(protocol);
        }
        return number;
    }

    /** A call that was admitted was not made after all. */
    public void notMade(MonoTime now, ProtocolId protocol, int number) {
        ended(now, protocol, number, Ending.SAID_NOTHING);
    }

    /** How long to wait for an answer, in nanoseconds. */
    public long patienceNanos(ProtocolId protocol, int requestBytes, long callerNanos) {
        return statistics.patienceNanos(settings.calls(), protocol, requestBytes, callerNanos);
    }

    /** What nearly all answers took at most; null if that is not known. */
    public @Nullable Duration p99(ProtocolId protocol) {
        return statistics.p99(protocol);
    }

    /** There was no room for a message to the peer. */
    void droppedOut(ProtocolId protocol) {
        statistics.droppedOut(protocol);
    }

    BreakerState breaker(ProtocolId protocol) {
        synchronized (breakers) {
            return breakers.state(protocol);
        }
    }

    /** How many breakers are in a state, other than closed. */
    public long breakers(BreakerState state) {
        synchronized (breakers) {
            return breakers.states().values().stream().filter(s -> s == state).count();
        }
    }

    /**
     * How the peer is.
     *
     * @param interval of pings
     */
    public PeerHealth read(
            MonoTime now,
            PeerId peer,
            @Nullable RoundTrip roundTrip,
            boolean suspected,
            Duration interval) {
        return new PeerHealth(
                peer,
                score(now, roundTrip, interval),
                condition(now, suspected),
                roundTrip,
                statistics.sinceIn(now),
                now.since(since),
                Departures.count(now, losses),
                statistics.bytesPerSecondIn(now),
                statistics.bytesPerSecondOut(now),
                statistics.protocols(now, this::breaker));
    }

    public double score(MonoTime now, @Nullable RoundTrip roundTrip, Duration interval) {
        return new PeerScore(
                        statistics.success(now, settings.score()),
                        PeerScore.latency(roundTrip),
                        PeerScore.liveness(statistics.sinceIn(now), interval),
                        PeerScore.stability(now.since(since), Departures.count(now, losses)))
                .of(settings.score());
    }

    public Condition condition(MonoTime now, boolean suspected) {
        if (suspected) {
            return Condition.SUSPECTED;
        }
        boolean broken;
        synchronized (breakers) {
            broken = !breakers.states().isEmpty();
        }
        return broken || statistics.isFailing(now) ? Condition.DEGRADED : Condition.HEALTHY;
    }

    /** When the peer was lost before; from the node's loop. */
    public void remember(long[] earlierLosses) {
        losses = earlierLosses;
    }

    // On the owner.

    /** A message came, has left, or was dropped. */
    void observe(MonoTime now, Observation what, @Nullable ProtocolId protocol, long bytes) {
        if (protocol == null) {
            return;
        }
        switch (what) {
            case REQUEST_IN_RECEIVED, RESPONSE_IN_RECEIVED, DIRECT_SEND_RECEIVED ->
                    statistics.in(now, protocol, bytes);
            case REQUEST_OUT_SENT, RESPONSE_OUT_SENT, DIRECT_SEND_SENT ->
                    statistics.out(now, protocol, bytes);
            case REQUEST_IN_DECLINED -> statistics.droppedIn(protocol);
            default -> {}
        }
    }

    /** A message came for which its handler's queue has no room. */
    void droppedIn(ProtocolId protocol) {
        statistics.droppedIn(protocol);
    }

    /** A ping was answered. */
    public void pinged(MonoTime now, ProtocolId protocol, long tookNanos, long bytes) {
        statistics.answered(now, protocol, tookNanos, bytes);
    }

    /** A ping was not answered. */
    public void pingFailed(MonoTime now, ProtocolId protocol) {
        statistics.failed(now, protocol, CallFailureKind.TIMED_OUT, 0);
    }

    /** A call that was admitted was answered. */
    public void answered(
            MonoTime now, ProtocolId protocol, int number, long tookNanos, long bytes) {
        statistics.answered(now, protocol, tookNanos, bytes);
        ended(now, protocol, number, Ending.ANSWERED);
    }

    /**
     * A call that was admitted failed.
     *
     * @param waitedNanos since it was made
     * @param savedNanos how much longer its caller would have waited; 0 unless it was given up
     *     early
     */
    public void failed(
            MonoTime now,
            ProtocolId protocol,
            int number,
            CallFailure failure,
            long waitedNanos,
            long savedNanos) {
        switch (failure) {
            case CallFailure.TimedOut _ -> {
                var early = savedNanos > 0;
                metrics.failed(early ? "timed_out_early" : "timed_out");
                metrics.saved(savedNanos);
                // A caller with less time than an answer takes says nothing of the peer.
                var says = early || statistics.isPatient(protocol, waitedNanos);
                statistics.failed(
                        now, protocol, CallFailureKind.TIMED_OUT, early ? waitedNanos : 0);
                ended(now, protocol, number, says ? Ending.FAILED : Ending.SAID_NOTHING);
            }
            case CallFailure.RefusedByPeer(var code) -> {
                metrics.refused(code);
                statistics.failed(
                        now,
                        protocol,
                        code == RefusalCode.EXPIRED
                                ? CallFailureKind.TIMED_OUT
                                : CallFailureKind.REFUSED,
                        0);
                ended(now, protocol, number, endingOf(code));
            }
            case CallFailure.Disconnected _ -> {
                metrics.failed("disconnected");
                statistics.failed(now, protocol, CallFailureKind.DISCONNECTED, 0);
                ended(now, protocol, number, Ending.SAID_NOTHING);
            }
            case CallFailure.Canceled _ -> saidNothing(now, protocol, number, "canceled");
            case CallFailure.RefusedHere _ -> saidNothing(now, protocol, number, "refused_here");
            case CallFailure.TooLarge _ -> saidNothing(now, protocol, number, "too_large");
            case CallFailure.UnsupportedProtocol _ ->
                    saidNothing(now, protocol, number, "unsupported_protocol");
        }
    }

    private void saidNothing(MonoTime now, ProtocolId protocol, int number, String kind) {
        metrics.failed(kind);
        ended(now, protocol, number, Ending.SAID_NOTHING);
    }

    /**
     * Whether a refusal says that the peer's handler is in trouble, and not that we asked amiss.
     */
    private static Ending endingOf(RefusalCode code) {
        return switch (code) {
            case OVERLOADED, HANDLER_FAILED, EXPIRED, UNSPECIFIED -> Ending.FAILED;
            case UNSUPPORTED_PROTOCOL, TOO_MANY_PENDING, RATE_LIMITED, BAD_PAYLOAD ->
                    Ending.SAID_NOTHING;
        };
    }

    private void ended(MonoTime now, ProtocolId protocol, int number, Ending ending) {
        if (!hasFailed) {
            if (ending != Ending.FAILED) {
                return;
            }
            hasFailed = true;
        }
        BreakerState changed;
        int withheld;
        synchronized (breakers) {
            var before = breakers.withheld();
            changed = breakers.onEnd(now, protocol, number, ending);
            withheld = breakers.withheld() - before;
        }
        if (changed != null) {
            metrics.breakerChanged(protocol, changed);
        }
        if (withheld > 0) {
            metrics.breakerWithheld();
        }
    }

    void onClosed() {
        synchronized (breakers) {
            breakers.onClosed();
        }
    }
}
