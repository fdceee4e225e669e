package dev.aptosnet.domain.connectivity;

import dev.aptosnet.domain.connectivity.Live.Standing;
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
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.DialId;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Keeps one network connected to the right peers (behaviour.md section 12): merges what the sources
 * say into the trusted set, dials whom the node should know, each dial in its turn, and closes
 * connections to peers that are trusted no longer. Single owner; not thread-safe.
 */
public final class Connectivity {
    /** How long after a loss others are waited for. */
    private static final Duration GATHERED = Duration.ofMillis(50);

    private final OwnNode own;
    private final ConnectivitySettings settings;
    private final RandomGenerator random;
    private final DialBackoff backoff;
    private final Set<PeerRole> dialled;
    private final Set<PeerRole> expected;
    private final DiscoveredPeers discovered;
    private final NextSet next;
    private final DialQueue dials;

    /** Null where distance does not matter. */
    private final @Nullable LatencyProbes probes;

    private final TreeMap<PeerId, Attempts> attempts = new TreeMap<>();
    private final TreeMap<PeerId, Live> live = new TreeMap<>();
    private TrustedSet trusted = TrustedSet.EMPTY;
    private long nextDial;
    private MonoTime nextCheck;

    /** When what was lost lately is looked at; NEVER if nothing was. */
    private MonoTime lossesAt = MonoTime.NEVER;

    private MonoTime nextDeadline;

    /**
     * @param allowance asked before each dial; shared with the node's other networks
     * @param random a seeded generator
     * @param firstDial the number of the first dial id; later ones count up
     * @param start the moment of the first check
     */
    public Connectivity(
            OwnNode own,
            ConnectivitySettings settings,
            DialAllowance allowance,
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
        this.next = new NextSet(own.self(), settings.handOff());
        this.dials = new DialQueue(settings.pacing().maxPending(), allowance);
        this.probes =
                PeerSelection.isByLatency(own.network(), settings.selection().latencyAware())
                        ? new LatencyProbes(settings.probing(), random)
                        : null;
        this.nextDial = firstDial;
        this.nextCheck = start;
        this.nextDeadline = start;
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
         * A source says what it will know after the next change of epoch. Replaces what was
         * announced before; comes true with the source's next view that differs from its present
         * one.
         *
         * @param expected when the change is expected
         */
        record NextSetAnnounced(
                SourceKind source, Map<PeerId, DiscoveredPeer> view, MonoTime expected)
                implements Event {
            /** Copies the view. */
            public NextSetAnnounced {
                view = Collections.unmodifiableMap(new TreeMap<>(view));
            }
        }

        /** What was announced will not come, or not so. */
        record NextSetRevoked() implements Event {}

        /**
         * A peer is connected, or its connection was replaced by this one.
         *
         * @param requested whether the application dialled it itself; then it need not be trusted
         * @param key what the peer proved to have; null if that does not matter
         */
        record PeerUp(
                PeerId peer,
                ConnectionId connection,
                Origin origin,
                PeerRole role,
                boolean requested,
                @Nullable PublicKey key)
                implements Event {}

        /** A connection is gone; of no consequence if it was replaced before. */
        record PeerDown(PeerId peer, ConnectionId connection) implements Event {}

        /** The transport has answered a dial. */
        record DialEnded(DialId dial, boolean succeeded) implements Event {}

        /** How long it takes to reach a peer and hear from it; of no consequence if not known. */
        record LatencyMeasured(PeerId peer, Duration roundTrip) implements Event {}

        /**
         * A probe has ended.
         *
         * @param took null if nothing answered
         */
        record ProbeEnded(DialId probe, @Nullable Duration took) implements Event {}

        /** It is {@link #nextDeadline} or later. */
        record TimeReached() implements Event {}
    }

    /** What is to be done. */
    public sealed interface Effect {
        /** From now on these are trusted. */
        record Trust(TrustedSet peers) implements Effect {}

        /**
         * Dial; to be answered by {@link Event.DialEnded}, once.
         *
         * @param address over QUIC only if the peer lists no other; see {@link #quicAddresses}
         */
        record Dial(DialId id, PeerId peer, NetworkAddress address) implements Effect {}

        /**
         * Measure how long a connection takes to open, and close it unused; to be answered by
         * {@link Event.ProbeEnded}, once.
         *
         * @param limit how long to wait
         */
        record Probe(DialId id, PeerId peer, NetworkAddress address, Duration limit)
                implements Effect {}

        /** Give a dial up; it is still to be answered. */
        record CancelDial(DialId id, NetworkAddress address) implements Effect {}

        /** End a connection. Ordered again at the next check if it is there still. */
        record Disconnect(PeerId peer, ConnectionId connection, DisconnectReason reason)
                implements Effect {}

        /**
         * The peer belongs to the set now: its connection, held back or draining until now, may be
         * offered to applications.
         */
        record Offer(PeerId peer, ConnectionId connection) implements Effect {}

        /**
         * The peer has left the set: open nothing more on its connection, and end it once it is
         * idle, or at {@code until}.
         */
        record Drain(PeerId peer, ConnectionId connection, MonoTime until) implements Effect {}

        /**
         * The peer's key is another one now: keep its connection, and let the next one to it take
         * its place, whoever dialled that.
         */
        record GiveWay(PeerId peer, ConnectionId connection) implements Effect {}

        /**
         * An announced change has come.
         *
         * @param joined how many peers are new
         * @param preConnected how many of them were connected already
         */
        record EpochChanged(int joined, int preConnected) implements Effect {}
    }

    /** Takes one event. */
    public List<Effect> on(MonoTime now, Event event) {
        var out = new ArrayList<Effect>();
        var changed =
                switch (event) {
                    case Event.Discovered(var source, var view) ->
                            discovered(now, source, view, out);
                    case Event.NextSetAnnounced(var source, var view, var expected) -> {
                        next.announce(now, source, view, expected);
                        yield retrust(now, out);
                    }
                    case Event.NextSetRevoked _ -> {
                        next.clear();
                        yield retrust(now, out);
                    }
                    case Event.PeerUp up -> peerUp(now, up);
                    case Event.PeerDown(var peer, var connection) -> {
                        lost(now, peerDown(now, peer, connection));
                        yield false;
                    }
                    case Event.DialEnded(var dial, var succeeded) -> {
                        // Whom a dial reached is connected once upper layers know of it.
                        lost(now, dials.ended(dial) && !succeeded);
                        yield false;
                    }
                    case Event.LatencyMeasured(var peer, var roundTrip) -> {
                        if (probes != null && discovered.find(peer) != null) {
                            probes.measured(now, peer, roundTrip);
                        }
                        yield false;
                    }
                    case Event.ProbeEnded(var probe, var took) -> {
                        if (probes != null) {
                            probes.ended(now, probe, took);
                        }
                        yield false;
                    }
                    case Event.TimeReached _ -> false;
                };
        if (next.isOverdue(now)) {
            next.clear();
            changed |= retrust(now, out);
        }
        if (next.beginsToDial(now)) {
            check(now, out);
        }
        if (!now.isBefore(nextCheck)) {
            nextCheck = now.plus(settings.checkInterval());
            live.values().forEach(connection -> connection.closing = false);
            check(now, out);
        } else if ((changed && settings.checkOnChange()) || !now.isBefore(lossesAt)) {
            check(now, out);
        }
        dial(now, out);
        if (probes != null) {
            probe(now, probes, out);
        }
        nextDeadline =
                MonoTime.earlier(
                        MonoTime.earlier(nextCheck, lossesAt),
                        MonoTime.earlier(next.nextDeadline(), dials.nextDeadline(now)));
        if (probes != null) {
            nextDeadline = MonoTime.earlier(nextDeadline, probes.nextDeadline(now));
        }
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

    /** How many probes are under way. */
    public int probesInFlight() {
        return probes == null ? 0 : probes.inFlight();
    }

    /** How far away the peer is, as far as that is known. */
    public Optional<Duration> latency(PeerId peer) {
        return Optional.ofNullable(probes == null ? null : probes.latency(peer));
    }

    /** How old that estimate is. */
    public Optional<Duration> latencyAge(MonoTime now, PeerId peer) {
        return Optional.ofNullable(probes == null ? null : probes.age(now, peer));
    }

    private void probe(MonoTime now, LatencyProbes from, List<Effect> out) {
        for (var first = from.next(now); first != null; first = from.next(now)) {
            var id = new DialId(nextDial++);
            from.started(id, first.peer());
            out.add(
                    new Effect.Probe(
                            id, first.peer(), first.address(), settings.probing().limit()));
        }
    }

    /** Whether the peer, if it connects now, comes ahead of the epoch that it belongs to. */
    public boolean isAhead(PeerId peer) {
        return standing(peer) == Standing.INCOMING;
    }

    /** Where a peer that is to be dialled may be reached over QUIC, best first. */
    public List<NetworkAddress> quicAddresses(PeerId peer) {
        var known = reachable(peer);
        return known == null
                ? List.of()
                : known.addresses().stream().filter(NetworkAddress::isQuic).toList();
    }

    private boolean discovered(
            MonoTime now, SourceKind source, Map<PeerId, DiscoveredPeer> view, List<Effect> out) {
        var members = discovered.all();
        var before = discovered.view(source);
        var changed = discovered.update(source, view);
        for (var peer : changed) {
            dials.forget(peer);
            if (probes != null) {
                probes.pause(peer); // The next check knows where it is now.
            }
            if (discovered.find(peer) == null) {
                attempts.remove(peer);
                if (probes != null) {
                    probes.forget(peer);
                }
            } else {
                attempts(peer).startAfresh();
            }
        }
        if (next.isAbout(source) && !discovered.view(source).equals(before)) {
            next.clear();
            var joined =
                    changed.stream()
                            .filter(peer -> !members.containsKey(peer) && isWanted(peer))
                            .toList();
            var there = (int) joined.stream().filter(live::containsKey).count();
            out.add(new Effect.EpochChanged(joined.size(), there));
        }
        return retrust(now, out) || !changed.isEmpty();
    }

    /** Works out anew who is trusted, and what that means for the connections there are. */
    private boolean retrust(MonoTime now, List<Effect> out) {
        var before = trusted;
        trusted = discovered.trusted(next.all());
        if (!trusted.equals(before)) {
            out.add(new Effect.Trust(trusted));
        }
        live.forEach((peer, connection) -> judge(now, peer, connection, out));
        return !trusted.equals(before);
    }

    private void judge(MonoTime now, PeerId peer, Live connection, List<Effect> out) {
        var was = connection.standing;
        var is = standing(peer);
        connection.standing = is;
        if (is == Standing.MEMBER) {
            if (connection.heldBack || connection.drainUntil != null) {
                connection.heldBack = false;
                connection.drainUntil = null;
                out.add(new Effect.Offer(peer, connection.connection()));
            }
            var known = discovered.find(peer);
            if (known != null && connection.isUnderAnotherKeyThan(known.keys())) {
                if (!connection.outdated) {
                    connection.outdated = true;
                    out.add(new Effect.GiveWay(peer, connection.connection()));
                }
            } else {
                connection.outdated = false;
            }
        } else if (was != is && was != Standing.STRANGER) {
            connection.requested = false; // Taking trust away is the later word.
            var limit = settings.handOff().drain();
            if (limit.isPositive()
                    && connection.drainUntil == null
                    && !isWelcomeStranger(connection.up)) {
                var until = now.plus(limit);
                connection.drainUntil = until;
                out.add(new Effect.Drain(peer, connection.connection(), until));
            }
        }
    }

    private Standing standing(PeerId peer) {
        var known = discovered.find(peer);
        if (known != null && !known.keys().isEmpty()) {
            return Standing.MEMBER;
        }
        return trusted.contains(peer) ? Standing.INCOMING : Standing.STRANGER;
    }

    private boolean peerUp(MonoTime now, Event.PeerUp up) {
        var replaced = live.get(up.peer());
        var since = replaced == null ? now : replaced.since;
        var standing = standing(up.peer());
        live.put(up.peer(), new Live(up, since, standing));
        var freed = dials.forget(up.peer());
        if (probes != null) {
            probes.pause(up.peer());
        }
        // Validators dial all there are, so that a place that is free again tempts nobody.
        return standing == Standing.STRANGER || (freed && own.network() != NetworkId.VALIDATOR);
    }

    /** Losses come in batches, and how a batch is spread depends on its size. */
    private void lost(MonoTime now, boolean something) {
        if (something && settings.checkOnChange()) {
            lossesAt = MonoTime.earlier(lossesAt, now.plus(GATHERED));
        }
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

    private Attempts attempts(PeerId peer) {
        return attempts.computeIfAbsent(peer, _ -> new Attempts());
    }

    private void check(MonoTime now, List<Effect> out) {
        lossesAt = MonoTime.NEVER;
        for (var peer : dials.waitingPeers()) {
            if (!isWanted(peer)) {
                dials.forget(peer);
            }
        }
        for (var dial : dials.cancel(peer -> !isWanted(peer))) {
            out.add(new Effect.CancelDial(dial.id(), dial.address()));
        }
        closeStale(now, out);
        var chosen = choose(now);
        var waiting = dials.waiting() + chosen.size();
        chosen.forEach(candidate -> queue(now, candidate, waiting));
    }

    private boolean isWanted(PeerId peer) {
        var known = reachable(peer);
        return known != null
                && (known.pinned() || dialled.contains(known.role()))
                && own.access().allows(peer);
    }

    /** How to reach a peer of the present set, or of the next one if its time has come. */
    private @Nullable DiscoveredPeer reachable(PeerId peer) {
        var known = discovered.find(peer);
        if (known == null || !known.isReachable()) {
            known = next.dialled().get(peer);
        }
        return known != null && known.isReachable() ? known : null;
    }

    private void closeStale(MonoTime now, List<Effect> out) {
        live.forEach(
                (peer, connection) -> {
                    var until = connection.drainUntil;
                    var over = until == null ? !trusted.contains(peer) : !now.isBefore(until);
                    if (over
                            && !connection.requested
                            && !connection.closing
                            && !isWelcomeStranger(connection.up)) {
                        connection.closing = true;
                        out.add(
                                new Effect.Disconnect(
                                        peer,
                                        connection.connection(),
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
        candidates()
                .forEach(
                        (peer, known) -> {
                            if (isConnected(peer) || !isWanted(peer)) {
                                return;
                            }
                            if (probes != null) {
                                probes.probe(now, peer, known.dialledInTurn());
                            }
                            if (dials.contains(peer)) {
                                return;
                            }
                            var attempts = attempts(peer);
                            var candidate =
                                    new Candidate(
                                            peer,
                                            known.role(),
                                            attempts.isRecent(now, settings.selection()),
                                            probes == null ? null : probes.latency(peer));
                            var all = known.pinned() || own.network() == NetworkId.VALIDATOR;
                            (all ? chosen : others).add(candidate);
                        });
        var taken = outbound() + dials.size() + chosen.size();
        var free = (int) Math.max(0, settings.maxOutboundConnections() - taken);
        chosen.addAll(
                probes != null
                        ? PeerSelection.byLatency(random, others, free)
                        : PeerSelection.random(random, others, free));
        return chosen;
    }

    private Map<PeerId, DiscoveredPeer> candidates() {
        var early = next.dialled();
        // Elsewhere a few connections are enough, and nobody has to be there on the minute.
        if (early.isEmpty() || own.network() != NetworkId.VALIDATOR) {
            return discovered.all();
        }
        var all = new TreeMap<>(early);
        all.putAll(discovered.all());
        return all;
    }

    /** Whether a peer needs no other connection. */
    private boolean isConnected(PeerId peer) {
        var connection = live.get(peer);
        return connection != null && !connection.outdated;
    }

    private long outbound() {
        return live.values().stream().filter(c -> c.up.origin() == Origin.OUTBOUND).count();
    }

    private void queue(MonoTime now, Candidate candidate, int waiting) {
        var peer = candidate.peer();
        var attempts = attempts(peer);
        var delay = backoff.delay(attempts.dials, waiting);
        if (mayDialUsNow(candidate.role(), attempts) && own.self().compareTo(peer) < 0) {
            delay = delay.plus(backoff.tieDelay(attempts.dials, waiting));
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
        for (var first = dials.next(now); first != null; first = dials.next(now)) {
            var peer = first.peer();
            var known = reachable(peer);
            if (known != null && isWanted(peer)) {
                var id = new DialId(nextDial++);
                var address = attempts(peer).take(known.dialledInTurn());
                dials.started(id, peer, address);
                out.add(new Effect.Dial(id, peer, address));
            } else {
                dials.notStarted();
            }
        }
    }
}
