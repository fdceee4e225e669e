package dev.aptosnet.domain.connectivity;

import dev.aptosnet.domain.connectivity.Live.Standing;
import dev.aptosnet.domain.connectivity.PeerSelection.Candidate;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.settings.ConnectivitySettings;
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
import java.util.TreeSet;
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
    private final Set<PeerRole> expected;
    private final DiscoveredPeers discovered;
    private final NextEpoch next;
    private final DialQueue dials;

    /** Null where distance does not matter. */
    private final @Nullable LatencyProbes probes;

    private final TreeMap<PeerId, Attempts> attempts = new TreeMap<>();
    private final Members members;
    private final LiveConnections live;
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
        this.expected = DialRoles.expected(own.network(), own.validator());
        this.discovered = new DiscoveredPeers(own.self());
        this.next = new NextEpoch(own.self(), settings.handOff());
        this.members = new Members(own, discovered, next);
        this.live = new LiveConnections(own, settings.handOff(), members);
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
        record Discovered(SourceKind source, Map<PeerId, PeerDescription> view) implements Event {
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
                SourceKind source, Map<PeerId, PeerDescription> view, MonoTime expected)
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
         * @param requested whether the application dialed it itself; then it need not be trusted
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
         * its place, whoever dialed that.
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
            live.expectAgain();
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
        return members.trusted();
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
        return members.standing(peer) == Standing.INCOMING;
    }

    /** Where a peer that is to be dialed may be reached over QUIC, best first. */
    public List<NetworkAddress> quicAddresses(PeerId peer) {
        var known = members.reachable(peer);
        return known == null
                ? List.of()
                : known.addresses().stream().filter(NetworkAddress::isQuic).toList();
    }

    private boolean discovered(
            MonoTime now, SourceKind source, Map<PeerId, PeerDescription> view, List<Effect> out) {
        var knownBefore = discovered.all();
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
        if (next.isAbout(source) && !members(discovered.view(source)).equals(members(before))) {
            next.clear();
            var joined =
                    changed.stream()
                            .filter(
                                    peer ->
                                            !knownBefore.containsKey(peer)
                                                    && members.isWanted(peer))
                            .toList();
            var there = (int) joined.stream().filter(live::contains).count();
            out.add(new Effect.EpochChanged(joined.size(), there));
        }
        return retrust(now, out) || !changed.isEmpty();
    }

    /** The peers that a view makes members; a corrected address is no change of epoch. */
    private static Set<PeerId> members(Map<PeerId, PeerDescription> view) {
        var members = new TreeSet<PeerId>();
        view.forEach(
                (peer, known) -> {
                    if (!known.keys().isEmpty()) {
                        members.add(peer);
                    }
                });
        return members;
    }

    /** Works out anew who is trusted, and what that means for the connections there are. */
    private boolean retrust(MonoTime now, List<Effect> out) {
        var changed = members.update();
        if (changed) {
            out.add(new Effect.Trust(members.trusted()));
        }
        live.judge(now, out);
        return changed;
    }

    private boolean peerUp(MonoTime now, Event.PeerUp up) {
        live.add(now, up);
        var freed = dials.forget(up.peer());
        if (probes != null) {
            probes.pause(up.peer());
        }
        // Validators dial all there are, so that a place that is free again tempts nobody.
        return members.standing(up.peer()) == Standing.STRANGER
                || (freed && own.network() != NetworkId.VALIDATOR);
    }

    /** Losses come in batches, and how a batch is spread depends on its size. */
    private void lost(MonoTime now, boolean something) {
        if (something && settings.checkOnChange()) {
            lossesAt = MonoTime.earlier(lossesAt, now.plus(GATHERED));
        }
    }

    private boolean peerDown(MonoTime now, PeerId peer, ConnectionId connection) {
        var ended = live.remove(peer, connection);
        if (ended == null) {
            return false;
        }
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
            if (!members.isWanted(peer)) {
                dials.forget(peer);
            }
        }
        for (var dial : dials.cancel(peer -> !members.isWanted(peer))) {
            out.add(new Effect.CancelDial(dial.id(), dial.address()));
        }
        live.closeStale(now, out);
        var chosen = choose(now);
        var waiting = dials.waiting() + chosen.size();
        chosen.forEach(candidate -> queue(now, candidate, waiting));
    }

    private List<Candidate> choose(MonoTime now) {
        var chosen = new ArrayList<Candidate>();
        var others = new ArrayList<Candidate>();
        members.candidates()
                .forEach(
                        (peer, known) -> {
                            if (live.isConnected(peer) || !members.isWanted(peer)) {
                                return;
                            }
                            if (probes != null) {
                                probes.probe(now, peer, known.dialedInTurn());
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
        var taken = live.outbound() + dials.size() + chosen.size();
        var free = (int) Math.max(0, settings.maxOutboundConnections() - taken);
        chosen.addAll(
                probes != null
                        ? PeerSelection.byLatency(random, others, free)
                        : PeerSelection.random(random, others, free));
        return chosen;
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
            var known = members.reachable(peer);
            if (known != null && members.isWanted(peer)) {
                var id = new DialId(nextDial++);
                var address = attempts(peer).take(known.dialedInTurn());
                dials.started(id, peer, address);
                out.add(new Effect.Dial(id, peer, address));
            } else {
                dials.notStarted();
            }
        }
    }
}
