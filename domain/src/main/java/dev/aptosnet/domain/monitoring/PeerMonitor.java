package dev.aptosnet.domain.monitoring;

import dev.aptosnet.domain.wire.BcsException;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.monitoring.NetworkInformation;
import dev.aptosnet.ports.monitoring.PeerMonitoring;
import dev.aptosnet.ports.settings.MonitoringSettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Asks every connected peer of one network, again and again, how far away it is, where it stands
 * and how far its ledger reaches, and ends the connection to one that no longer answers pings
 * (behaviour.md section 16.1). Single owner; not thread-safe.
 *
 * <p>It hears of peers that come and go instead of comparing lists, and is told only of those that
 * speak the protocol: unmodified nodes ask the others, too, and count that as failures.
 */
public final class PeerMonitor {
    private static final long NONE = -1;

    /** How much longer than its time-out the report of a time-out may take. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private final MonitoringSettings settings;
    private final NetworkId network;
    private final boolean validator;
    private final RandomGenerator random;
    private final TreeMap<PeerId, Watched> watched = new TreeMap<>();
    private final InternPool said = new InternPool();

    /** Requests whose time has not come: at most one of each kind for each peer. */
    private final PriorityQueue<Delayed> delayed =
            new PriorityQueue<>(
                    Comparator.comparing(Delayed::at).thenComparingLong(d -> d.ask().number()));

    private long nextNumber;
    private MonoTime nextCheck = MonoTime.NEVER;
    private MonoTime nextUpdate = MonoTime.NEVER;

    /**
     * @param network on which it is connected with the peers that it is told of
     * @param validator whether this node is one
     * @param random a seeded generator, for the delays
     */
    public PeerMonitor(
            MonitoringSettings settings,
            NetworkId network,
            boolean validator,
            RandomGenerator random) {
        this.settings = settings;
        this.network = network;
        this.validator = validator;
        this.random = random;
    }

    private record Delayed(MonoTime at, Effect.Ask ask) {}

    private final class Watched {
        private ConnectionId connection;
        private PeerRole role;
        private final Kind[] kinds = {
            new Kind(settings.latency()), new Kind(settings.network()), new Kind(settings.node())
        };
        private final Latencies latencies = new Latencies(settings.retainedLatencies());
        private PeerMonitoring known = PeerMonitoring.NONE;
        private long nextCounter;

        Watched(ConnectionId connection, PeerRole role) {
            this.connection = connection;
            this.role = role;
        }

        /** Counters, failures, start times and requests under way stay. */
        void replace(ConnectionId newer, PeerRole newRole) {
            connection = newer;
            role = newRole;
        }

        Kind of(RequestKind kind) {
            return kinds[kind.ordinal()];
        }
    }

    /** One kind of question to one peer. */
    private static final class Kind {
        private final RequestTracker tracker;
        private final Duration timeout;

        /** Of the request under way. */
        private long number = NONE;

        /** When its outcome must have been lost on the way to us. */
        private MonoTime giveUpAt = MonoTime.NEVER;

        Kind(MonitoringSettings.Asking asking) {
            this.tracker = new RequestTracker(asking.interval());
            this.timeout = asking.timeout();
        }

        void completed() {
            number = NONE;
            giveUpAt = MonoTime.NEVER;
            tracker.completed();
        }
    }

    /**
     * What has happened. Each {@link Effect.Ask} is answered by at most one of the middle three.
     */
    public sealed interface Event {
        /** A connection that speaks the protocol is there, the peer's first or a newer one. */
        record Connected(PeerId peer, ConnectionId connection, PeerRole role) implements Event {}

        /** A connection is gone. */
        record Lost(PeerId peer, ConnectionId connection) implements Event {}

        /** An answer came, so long after the request was sent. */
        record Answered(Effect.Ask ask, Bytes payload, Duration took) implements Event {}

        /** None came in time. */
        record TimedOut(Effect.Ask ask) implements Event {}

        /** The request was not sent, was refused, or ended with its connection. */
        record NotAsked(Effect.Ask ask) implements Event {}

        /** It is {@link #nextDeadline}. */
        record TimeReached() implements Event {}
    }

    /** What is to be done, or to be known. */
    public sealed interface Effect {
        /**
         * Send a request.
         *
         * @param number increasing
         * @param timeout how long to wait for the answer
         */
        record Ask(
                PeerId peer,
                ConnectionId connection,
                RequestKind kind,
                long number,
                MonitoringRequest request,
                Duration timeout)
                implements Effect {
            Ask over(ConnectionId newer) {
                return new Ask(peer, newer, kind, number, request, timeout);
            }
        }

        /** A peer gave a good answer. */
        record Succeeded(PeerId peer, RequestKind kind, Duration took, PeerMonitoring known)
                implements Effect {}

        /** So many requests of a kind have failed in a row. */
        record Failed(PeerId peer, RequestKind kind, MonitoringFailure why, int failures)
                implements Effect {}

        /** End the connection: so many pings in a row have failed. */
        record Disconnect(PeerId peer, ConnectionId connection, int failures) implements Effect {}

        /** This is known of the peers; of others nothing. */
        record Update(Map<PeerId, PeerMonitoring> peers) implements Effect {}
    }

    /** Takes one event. */
    public List<Effect> on(MonoTime now, Event event) {
        var out = new ArrayList<Effect>(2);
        switch (event) {
            case Event.Connected(var peer, var connection, var role) ->
                    connected(now, peer, connection, role, out);
            case Event.Lost(var peer, var connection) -> lost(peer, connection);
            case Event.Answered(var ask, var payload, var took) ->
                    answered(now, ask, payload, took, out);
            case Event.TimedOut(var ask) -> unanswered(ask, MonitoringFailure.TIMED_OUT, out);
            case Event.NotAsked(var ask) -> unanswered(ask, MonitoringFailure.NOT_ASKED, out);
            case Event.TimeReached _ -> timeReached(now, out);
        }
        return out;
    }

    /** When to be called next; {@link MonoTime#NEVER} without peers. */
    public MonoTime nextDeadline() {
        var first = delayed.peek();
        var next = MonoTime.earlier(nextCheck, nextUpdate);
        return first == null ? next : MonoTime.earlier(next, first.at());
    }

    /** What is known of a peer. */
    public PeerMonitoring known(PeerId peer) {
        var of = watched.get(peer);
        return of == null ? PeerMonitoring.NONE : of.known;
    }

    /** How many requests of a kind have failed in a row. */
    public int failures(PeerId peer, RequestKind kind) {
        var of = watched.get(peer);
        return of == null ? 0 : of.of(kind).tracker.failures();
    }

    private void connected(
            MonoTime now, PeerId peer, ConnectionId connection, PeerRole role, List<Effect> out) {
        if (watched.isEmpty()) {
            nextCheck = now.plus(settings.checkInterval());
            nextUpdate = now.plus(settings.updateInterval());
        }
        var of = watched.get(peer);
        if (of == null) {
            of = new Watched(connection, role);
            watched.put(peer, of);
        } else {
            of.replace(connection, role);
            redirectDelayed(peer, connection);
        }
        check(now, peer, of);
        sendDelayed(now, out);
    }

    private void lost(PeerId peer, ConnectionId connection) {
        var known = watched.get(peer);
        if (known == null || !known.connection.equals(connection)) {
            return;
        }
        watched.remove(peer);
        forgetDelayed(peer);
        if (watched.isEmpty()) {
            nextCheck = MonoTime.NEVER;
            nextUpdate = MonoTime.NEVER;
            said.clear();
        }
    }

    private void redirectDelayed(PeerId peer, ConnectionId connection) {
        var redirected = new ArrayList<Delayed>();
        delayed.removeIf(
                waiting -> {
                    if (!waiting.ask().peer().equals(peer)) {
                        return false;
                    }
                    redirected.add(new Delayed(waiting.at(), waiting.ask().over(connection)));
                    return true;
                });
        delayed.addAll(redirected);
    }

    private void forgetDelayed(PeerId peer) {
        delayed.removeIf(waiting -> waiting.ask().peer().equals(peer));
    }

    private void timeReached(MonoTime now, List<Effect> out) {
        if (!now.isBefore(nextCheck)) {
            nextCheck = now.plus(settings.checkInterval());
            watched.forEach((peer, of) -> check(now, peer, of));
        }
        sendDelayed(now, out);
        if (!now.isBefore(nextUpdate)) {
            nextUpdate = now.plus(settings.updateInterval());
            var all = new TreeMap<PeerId, PeerMonitoring>();
            watched.forEach((peer, of) -> all.put(peer, of.known));
            out.add(new Effect.Update(Collections.unmodifiableMap(all)));
        }
    }

    private void check(MonoTime now, PeerId peer, Watched of) {
        for (var kind : RequestKind.values()) {
            var state = of.of(kind);
            if (state.number != NONE && !now.isBefore(state.giveUpAt)) {
                state.completed();
            }
            if (state.tracker.isDue(now)) {
                var at = now.plusNanos(jitter());
                state.tracker.started(now);
                state.number = nextNumber++;
                state.giveUpAt = at.plus(state.timeout).plus(GRACE);
                delayed.add(
                        new Delayed(
                                at,
                                new Effect.Ask(
                                        peer,
                                        of.connection,
                                        kind,
                                        state.number,
                                        request(kind, of),
                                        state.timeout)));
            }
        }
    }

    private long jitter() {
        var maximum = settings.maxJitter().toNanos();
        return maximum == 0 ? 0 : random.nextLong(maximum);
    }

    private static MonitoringRequest request(RequestKind kind, Watched of) {
        return switch (kind) {
            case LATENCY_PING -> new MonitoringRequest.LatencyPing(of.nextCounter++);
            case NETWORK_INFORMATION -> new MonitoringRequest.GetNetworkInformation();
            case NODE_INFORMATION -> new MonitoringRequest.GetNodeInformation();
        };
    }

    private void sendDelayed(MonoTime now, List<Effect> out) {
        for (var first = delayed.peek();
                first != null && !now.isBefore(first.at());
                first = delayed.peek()) {
            out.add(delayed.remove().ask());
        }
    }

    /** The state of the peer that was asked, if the request is the one under way. */
    private @Nullable Watched completed(Effect.Ask ask) {
        var of = watched.get(ask.peer());
        if (of == null || of.of(ask.kind()).number != ask.number()) {
            return null;
        }
        var state = of.of(ask.kind());
        state.completed();
        return of;
    }

    private void unanswered(Effect.Ask ask, MonitoringFailure why, List<Effect> out) {
        var by = completed(ask);
        if (by != null) {
            failed(ask, by, why, out);
        }
    }

    private void answered(
            MonoTime now, Effect.Ask ask, Bytes payload, Duration took, List<Effect> out) {
        var by = completed(ask);
        if (by == null) {
            return;
        }
        var failure = take(ask, by, payload, took);
        if (failure != null) {
            failed(ask, by, failure, out);
            return;
        }
        by.of(ask.kind()).tracker.succeeded(now);
        out.add(new Effect.Succeeded(ask.peer(), ask.kind(), took, by.known));
    }

    /** Keeps what a good answer says; null, or what is wrong with it. */
    private @Nullable MonitoringFailure take(
            Effect.Ask ask, Watched by, Bytes payload, Duration took) {
        if (payload.size() - MonitoringBcs.RESPONSE_HEAD_BYTES > settings.maxResponseBytes()) {
            return MonitoringFailure.TOO_LARGE;
        }
        MonitoringResponse response;
        try {
            response = MonitoringBcs.decodeResponse(payload);
        } catch (BcsException _) {
            return MonitoringFailure.MALFORMED;
        }
        var known = by.known;
        switch (response) {
            case MonitoringResponse.LatencyPing(var counter)
                    when ask.request() instanceof MonitoringRequest.LatencyPing(var asked) -> {
                if (counter != asked) {
                    return MonitoringFailure.WRONG_COUNTER;
                }
                by.latencies.add(took);
                by.known =
                        new PeerMonitoring(
                                by.latencies.average(),
                                by.latencies.latest(),
                                known.network(),
                                known.node());
            }
            case MonitoringResponse.Network(var information)
                    when ask.kind() == RequestKind.NETWORK_INFORMATION -> {
                if (!isPlausible(information, by)) {
                    return MonitoringFailure.IMPLAUSIBLE_DISTANCE;
                }
                by.known = known.with(said.shared(information));
            }
            case MonitoringResponse.Node(var information)
                    when ask.kind() == RequestKind.NODE_INFORMATION ->
                    by.known = known.with(said.shared(information));
            case MonitoringResponse.Internal _, MonitoringResponse.Invalid _ -> {
                return MonitoringFailure.ERROR_ANSWER;
            }
            default -> {
                return MonitoringFailure.WRONG_ANSWER;
            }
        }
        return null;
    }

    private boolean isPlausible(NetworkInformation information, Watched by) {
        return Distance.isPlausible(
                information.distanceFromValidators(), validator, network, by.role);
    }

    private void failed(Effect.Ask ask, Watched by, MonitoringFailure why, List<Effect> out) {
        var failures = by.of(ask.kind()).tracker.failed();
        out.add(new Effect.Failed(ask.peer(), ask.kind(), why, failures));
        if (ask.kind() == RequestKind.LATENCY_PING
                && failures >= settings.maxLatencyFailures()
                && settings.disconnect()) {
            out.add(new Effect.Disconnect(ask.peer(), by.connection, failures));
        }
    }
}
