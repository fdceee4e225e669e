package dev.aptosnet.domain.connectivity;

import dev.aptosnet.domain.connectivity.PeerSelection.Candidate;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.transport.DialId;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Keeps one network connected to the right peers (behaviour.md section 12): merges what the sources
 * say into the trusted set, dials whom the node should know, each dial in its turn, and closes
 * connections to peers that are trusted no longer. Single owner; not thread-safe.
 */
public final class Connectivity {
    private final OwnNode own;
    private final ConnectivitySettings settings;
    private final RandomGenerator random;
    private final DialBackoff backoff;
    private final Set<PeerRole> dialled;
    private final Set<PeerRole> expected;
    private final DiscoveredPeers discovered;
    private final DialQueue dials;
    private final TreeMap<PeerId, Attempts> attempts = new TreeMap<>();
    private final TreeMap<PeerId, Live> live = new TreeMap<>();
    private TrustedSet trusted = TrustedSet.EMPTY;
    private long nextDial;
    private MonoTime nextCheck;
    private MonoTime nextDeadline;

    /**
     * @param limiter of the node; other networks of it may share it
     * @param random a seeded generator
     * @param firstDial the number of the first dial id; later ones count up
     * @param start the moment of the first check
     */
    public Connectivity(
            OwnNode own,
            ConnectivitySettings settings,
            DialLimiter limiter,
            RandomGenerator random,
            long firstDial,
            MonoTime start) {
        this.own = own;
        this.settings = settings;
        this.random = random;
        this.backoff = new DialBackoff(settings.pacing(), random);
        this.dialled = DialRoles.dialled(own.network(), own.validator());
        this.expected = DialRoles.expected(own.network(), own.validator());
        this.discovered = new DiscoveredPeers(own.self());
        this.dials = new DialQueue(settings.pacing().maxPending(), limiter);
        this.nextDial = firstDial;
        this.nextCheck = start;
        this.nextDeadline = start;
    }

    /** A connection that upper layers know. */
    private static final class Live {
        private final Event.PeerUp up;
        private final MonoTime since;
        private boolean requested;
        private boolean closing;

        Live(Event.PeerUp up, MonoTime since) {
            this.up = up;
            this.since = since;
            this.requested = up.requested();
        }
    }

    /** What has happened. */
    public sealed interface Event {
        /** A source gives its complete view; whom it does not list it does not know any more. */
        record Discovered(SourceKind source, Map<PeerId, DiscoveredPeer> view) implements Event {
            /** Copies the view. */
            public Discovered {
                view = Collections.unmodifiableMap(new TreeMap<>(view));
            }
        }

        /**
         * A peer is connected, or its connection was replaced by this one.
         *
         * @param requested whether the application dialled it itself; then it need not be trusted
         */
        record PeerUp(
                PeerId peer,
                ConnectionId connection,
                Origin origin,
                PeerRole role,
                boolean requested)
                implements Event {}

        /** A connection is gone; of no consequence if it was replaced before. */
        record PeerDown(PeerId peer, ConnectionId connection) implements Event {}

        /** The transport has answered a dial. */
        record DialEnded(DialId dial, boolean succeeded) implements Event {}

        /** How long it takes to reach a peer and hear from it; of no consequence if not known. */
        record LatencyMeasured(PeerId peer, Duration roundTrip) implements Event {}

        /** It is {@link #nextDeadline} or later. */
        record TimeReached() implements Event {}
    }

    /** What is to be done. */
    public sealed interface Effect {
        /** From now on these are trusted. */
        record Trust(TrustedSet peers) implements Effect {}

        /** Dial; to be answered by {@link Event.DialEnded}, once. */
        record Dial(DialId id, PeerId peer, NetworkAddress address) implements Effect {}

        /** Give a dial up; it is still to be answered. */
        record CancelDial(DialId id, NetworkAddress address) implements Effect {}

        /** End a connection. Ordered again at the next check if it is there still. */
        record Disconnect(PeerId peer, ConnectionId connection, DisconnectReason reason)
                implements Effect {}
    }

    /** Takes one event. */
    public List<Effect> on(MonoTime now, Event event) {
        var out = new ArrayList<Effect>();
        var changed =
                switch (event) {
                    case Event.Discovered(var source, var view) -> discovered(source, view, out);
                    case Event.PeerUp up -> peerUp(now, up);
                    case Event.PeerDown(var peer, var connection) ->
                            peerDown(now, peer, connection);
                    // Whom a dial reached is connected once upper layers know of it.
                    case Event.DialEnded(var dial, var succeeded) ->
                            dials.ended(dial) && !succeeded;
                    case Event.LatencyMeasured(var peer, var roundTrip) ->
                            measured(peer, roundTrip);
                    case Event.TimeReached _ -> false;
                };
        if (!now.isBefore(nextCheck)) {
            nextCheck = now.plus(settings.checkInterval());
            live.values().forEach(connection -> connection.closing = false);
            check(now, out);
        } else if (changed && settings.checkOnChange()) {
            check(now, out);
        }
        dial(now, out);
        nextDeadline = MonoTime.earlier(nextCheck, dials.nextDeadline(now));
        return out;
    }

    /** When the machine wants {@link Event.TimeReached}. */
    public MonoTime nextDeadline() {
        return nextDeadline;
    }

    /** Whom all sources together make trusted. */
    public TrustedSet trusted() {
        return trusted;
    }

    private boolean discovered(
            SourceKind source, Map<PeerId, DiscoveredPeer> view, List<Effect> out) {
        var changed = discovered.update(source, view);
        for (var peer : changed) {
            dials.forget(peer);
            if (discovered.find(peer) == null) {
                attempts.remove(peer);
            } else {
                attempts(peer).startAfresh();
            }
        }
        var before = trusted;
        trusted = discovered.trusted();
        if (trusted.equals(before)) {
            return !changed.isEmpty();
        }
        out.add(new Effect.Trust(trusted));
        live.forEach(
                (peer, connection) -> {
                    if (before.contains(peer) && !trusted.contains(peer)) {
                        connection.requested = false; // Taking trust away is the later word.
                    }
                });
        return true;
    }

    private boolean peerUp(MonoTime now, Event.PeerUp up) {
        var replaced = live.get(up.peer());
        live.put(up.peer(), new Live(up, replaced == null ? now : replaced.since));
        dials.forget(up.peer());
        return true;
    }

    private boolean peerDown(MonoTime now, PeerId peer, ConnectionId connection) {
        var ended = live.get(peer);
        if (ended == null || !ended.up.connection().equals(connection)) {
            return false;
        }
        live.remove(peer);
        if (discovered.find(peer) != null) {
            var attempts = attempts(peer);
            attempts.wasConnected = true;
            if (now.since(ended.since).compareTo(settings.pacing().stableAfter()) >= 0) {
                attempts.startAfresh();
            } else {
                attempts.dials = Math.max(attempts.dials, 1);
            }
        }
        return true;
    }

    private boolean measured(PeerId peer, Duration roundTrip) {
        if (discovered.find(peer) != null) {
            attempts(peer).latency = roundTrip;
        }
        return false;
    }

    private Attempts attempts(PeerId peer) {
        return attempts.computeIfAbsent(peer, _ -> new Attempts());
    }

    private void check(MonoTime now, List<Effect> out) {
        for (var peer : dials.waitingPeers()) {
            if (!isWanted(peer)) {
                dials.forget(peer);
            }
        }
        for (var dial : dials.cancel(peer -> !isWanted(peer))) {
            out.add(new Effect.CancelDial(dial.id(), dial.address()));
        }
        closeStale(out);
        var chosen = choose(now);
        var waiting = dials.waiting() + chosen.size();
        chosen.forEach(candidate -> queue(now, candidate, waiting));
    }

    private boolean isWanted(PeerId peer) {
        var known = discovered.find(peer);
        return known != null
                && known.isReachable()
                && (known.pinned() || dialled.contains(known.role()))
                && own.access().allows(peer);
    }

    private void closeStale(List<Effect> out) {
        live.forEach(
                (peer, connection) -> {
                    if (!trusted.contains(peer)
                            && !connection.requested
                            && !connection.closing
                            && !isWelcomeStranger(connection.up)) {
                        connection.closing = true;
                        out.add(
                                new Effect.Disconnect(
                                        peer,
                                        connection.up.connection(),
                                        DisconnectReason.STALE_CONNECTION));
                    }
                });
    }

    private boolean isWelcomeStranger(Event.PeerUp up) {
        return own.authMode() == AuthMode.MAYBE_MUTUAL
                && up.origin() == Origin.INBOUND
                && (up.role() == PeerRole.UNKNOWN || up.role() == PeerRole.VALIDATOR_FULL_NODE);
    }

    private List<Candidate> choose(MonoTime now) {
        var chosen = new ArrayList<Candidate>();
        var others = new ArrayList<Candidate>();
        discovered
                .all()
                .forEach(
                        (peer, known) -> {
                            if (live.containsKey(peer) || dials.contains(peer) || !isWanted(peer)) {
                                return;
                            }
                            var attempts = attempts(peer);
                            var candidate =
                                    new Candidate(
                                            peer,
                                            known.role(),
                                            attempts.isRecent(now, settings.selection()),
                                            attempts.latency);
                            var all = known.pinned() || own.network() == NetworkId.VALIDATOR;
                            (all ? chosen : others).add(candidate);
                        });
        var taken = outbound() + dials.size() + chosen.size();
        var free = (int) Math.max(0, settings.maxOutboundConnections() - taken);
        chosen.addAll(
                PeerSelection.isByLatency(own.network(), settings.selection().latencyAware())
                        ? PeerSelection.byLatency(random, others, free)
                        : PeerSelection.random(random, others, free));
        return chosen;
    }

    private long outbound() {
        return live.values().stream().filter(c -> c.up.origin() == Origin.OUTBOUND).count();
    }

    private void queue(MonoTime now, Candidate candidate, int waiting) {
        var peer = candidate.peer();
        var attempts = attempts(peer);
        var delay = backoff.delay(attempts.dials, waiting);
        if (mayDialUsNow(candidate.role(), attempts) && own.self().compareTo(peer) < 0) {
            delay = delay.plus(backoff.tieDelay());
        }
        attempts.stamp(now, settings.selection());
        dials.add(new DialQueue.Waiting(peer, candidate.role(), now.plus(delay)));
    }

    /** Validators hear of each other at the same time, and both ends of a link lose it at once. */
    private boolean mayDialUsNow(PeerRole role, Attempts attempts) {
        return expected.contains(role)
                && (own.network() == NetworkId.VALIDATOR
                        || attempts.wasConnected
                        || attempts.dials > 0);
    }

    private void dial(MonoTime now, List<Effect> out) {
        for (var next = dials.next(now); next != null; next = dials.next(now)) {
            var known = discovered.find(next.peer());
            if (known != null && isWanted(next.peer())) {
                var id = new DialId(nextDial++);
                var address = attempts(next.peer()).take(known.addresses());
                dials.started(id, next.peer(), address);
                out.add(new Effect.Dial(id, next.peer(), address));
            }
        }
    }
}
