package dev.aptosnet.domain.peer;

import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.transport.TrustedPeers;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * At most one connection to each peer: admits, refuses, evicts and replaces (behaviour.md section
 * 3). Between two {@code PeerUp} of one peer there is always a {@code PeerDown}. Single owner; not
 * thread-safe.
 */
public final class Peers {
    private final PeerId self;
    private final Admission admission;
    private final TrustedPeers trusted;
    private final RandomGenerator random;
    private final TreeMap<PeerId, Live> live = new TreeMap<>();

    /** Connections that were told to end and have not; each ends within the close limit. */
    private final LinkedHashMap<ConnectionId, Ending> ending = new LinkedHashMap<>();

    /**
     * @param self our own id
     * @param trusted the trusted set as it is at the moment of asking
     * @param random a seeded generator, to choose whom to evict
     */
    public Peers(PeerId self, Admission admission, TrustedPeers trusted, RandomGenerator random) {
        this.self = self;
        this.admission = admission;
        this.trusted = trusted;
        this.random = random;
    }

    /** A proven connection, as far as it matters here. */
    public record Connected(ConnectionId id, PeerId peer, Origin origin, PeerRole role) {}

    /** A connection that was started, and what is special about it. */
    private static final class Live {
        private final Connected connection;

        /** Its peer belongs to the next epoch: it carries messages, and is offered to nobody. */
        private boolean heldBack;

        /** Its peer has left the trusted set: it finishes what it is at. */
        private boolean draining;

        /** Any other connection to the peer takes its place. */
        private boolean givesWay;

        Live(Connected connection, boolean heldBack) {
            this.connection = connection;
            this.heldBack = heldBack;
        }
    }

    /**
     * A connection on its way out.
     *
     * @param request to be answered when it is gone, or {@link Event.Disconnect#NOBODY}
     * @param told whether the upper layers have heard that the peer is down
     * @param heldBack whether they have never heard of it
     */
    private record Ending(
            Connected connection,
            DisconnectReason reason,
            long request,
            boolean told,
            boolean heldBack) {}

    /** What has happened. */
    public sealed interface Event {
        /**
         * A connection was proven and negotiated.
         *
         * @param ahead whether its peer belongs to the next epoch, not to this one
         */
        record Proven(Connected connection, boolean ahead) implements Event {
            /** One of this epoch. */
            public Proven(Connected connection) {
                this(connection, false);
            }
        }

        /** The peer of a connection that was held back or draining belongs to the set now. */
        record Belongs(PeerId peer, ConnectionId id) implements Event {}

        /**
         * The peer of a connection has left the set.
         *
         * @param until when the connection has to be gone
         */
        record Leaves(PeerId peer, ConnectionId id, MonoTime until) implements Event {}

        /** The peer of a connection has another key now. */
        record Rekeyed(PeerId peer, ConnectionId id) implements Event {}

        /** A connection that was started is gone. */
        record Closed(ConnectionId id, PeerId peer, DisconnectReason reason) implements Event {}

        /**
         * The connection to a peer shall end.
         *
         * @param request comes back in {@link Effect.Answer} once it has; {@link #NOBODY} if nobody
         *     waits for that
         */
        record Disconnect(PeerId peer, DisconnectReason reason, long request) implements Event {
            /** A request without an answer. */
            public static final long NOBODY = -1;

            /** Nobody waits. */
            public Disconnect(PeerId peer, DisconnectReason reason) {
                this(peer, reason, NOBODY);
            }
        }
    }

    /** Why a new connection does not start. */
    public enum Refusal {
        /** The access policy does not allow the peer. */
        ACCESS_POLICY,
        /** As many inbound connections of unknown peers are live as may be. */
        INBOUND_LIMIT,
        /** The peer is this node. */
        SELF,
        /** Another connection to the peer wins the tie-break. */
        TIE_BREAK,
        /** The peer has left the trusted set, and its last connection is about to end. */
        DRAINING;

        /** Whether it counts as rejected (behaviour.md section 3.4.2). */
        public boolean isRejection() {
            return this == ACCESS_POLICY || this == INBOUND_LIMIT || this == DRAINING;
        }
    }

    /** What is to be done, in this order. */
    public sealed interface Effect {
        /** Let the connection carry messages, and offer it to senders. */
        record Start(Connected connection) implements Effect {}

        /** End a new connection, which nobody has seen. The detail names the configuration key. */
        record Refuse(Connected connection, Refusal why, String detail) implements Effect {}

        /**
         * Let the connection carry messages, and offer it to nobody: its peer belongs to the next
         * epoch. {@link Offer} may follow; if it ends before, {@link EndedUnseen} does.
         */
        record StartHeldBack(Connected connection) implements Effect {}

        /**
         * Offer a connection to senders that was started before.
         *
         * @param isNew whether the upper layers have to be told that the peer is there
         */
        record Offer(Connected connection, boolean isNew) implements Effect {}

        /** A connection is gone that the upper layers never heard of. */
        record EndedUnseen(Connected connection) implements Effect {}

        /**
         * Open nothing more on a connection, and end it as stale once it is idle, or at {@code
         * until}.
         */
        record Drain(Connected connection, MonoTime until) implements Effect {}

        /** Offer the connection to senders no longer. */
        record Withdraw(Connected connection) implements Effect {}

        /** End a connection that was started. */
        record Close(ConnectionId id, DisconnectReason reason, String detail) implements Effect {}

        /** Count that a connection had to make room for a priority peer. */
        record Evicted(Connected connection, PeerId inFavourOf) implements Effect {}

        /** Tell the upper layers that a peer is there. */
        record PeerUp(Connected connection) implements Effect {}

        /** Tell the upper layers that the connection to a peer is another one now. */
        record PeerReplaced(Connected before, Connected after) implements Effect {}

        /** Tell the upper layers that no connection to the peer is left. */
        record PeerDown(Connected connection, DisconnectReason reason) implements Effect {}

        /** Tell who asked for a disconnect: the connection is gone, or there was none. */
        record Answer(long request, boolean wasConnected) implements Effect {}
    }

    /** Takes one event. */
    public List<Effect> on(Event event) {
        var effects = new ArrayList<Effect>();
        switch (event) {
            case Event.Proven(var connection, var ahead) -> proven(connection, ahead, effects);
            case Event.Belongs(var peer, var id) -> belongs(find(peer, id), effects);
            case Event.Leaves(var peer, var id, var until) -> {
                var leaving = find(peer, id);
                if (leaving != null && !leaving.draining) {
                    leaving.draining = true;
                    effects.add(new Effect.Drain(leaving.connection, until));
                }
            }
            case Event.Rekeyed(var peer, var id) -> {
                var outdated = find(peer, id);
                if (outdated != null) {
                    outdated.givesWay = true;
                }
            }
            case Event.Closed(var id, var peer, var reason) -> closed(id, peer, reason, effects);
            case Event.Disconnect(var peer, var reason, var request) -> {
                var connected = live.get(peer);
                if (connected != null) {
                    end(connected, reason, "disconnect requested", request, effects);
                } else if (request != Event.Disconnect.NOBODY) {
                    effects.add(new Effect.Answer(request, false));
                }
            }
        }
        return effects;
    }

    private @Nullable Live find(PeerId peer, ConnectionId id) {
        var connected = live.get(peer);
        return connected != null && connected.connection.id().equals(id) ? connected : null;
    }

    private static void belongs(@Nullable Live connected, List<Effect> effects) {
        if (connected != null && (connected.heldBack || connected.draining)) {
            effects.add(new Effect.Offer(connected.connection, connected.heldBack));
            connected.heldBack = false;
            connected.draining = false;
        }
    }

    /** The live connections, by peer. */
    public List<Connected> all() {
        return live.values().stream().map(connected -> connected.connection).toList();
    }

    /** Whether there is a live connection to {@code peer}. */
    public boolean isConnected(PeerId peer) {
        return live.containsKey(peer);
    }

    /** The live connection to {@code peer}. */
    public Optional<Connected> find(PeerId peer) {
        var connected = live.get(peer);
        return connected == null ? Optional.empty() : Optional.of(connected.connection);
    }

    /** Whether senders may use a connection to {@code peer}. */
    public boolean isOffered(PeerId peer) {
        var connected = live.get(peer);
        return connected != null && !connected.heldBack && !connected.draining;
    }

    private void proven(Connected added, boolean ahead, List<Effect> effects) {
        if (!admission.access().allows(added.peer())) {
            effects.add(
                    new Effect.Refuse(added, Refusal.ACCESS_POLICY, admission.access().toString()));
            return;
        }
        if (added.peer().equals(self)) {
            effects.add(new Effect.Refuse(added, Refusal.SELF, "the peer is this node"));
            return;
        }
        var existing = live.get(added.peer());
        if (existing == null) {
            if (isUnknownInbound(added) && !makeRoom(added, effects)) {
                return;
            }
            tellThatItWasDown(added.peer(), effects);
            live.put(added.peer(), new Live(added, ahead));
            if (ahead) {
                effects.add(new Effect.StartHeldBack(added));
            } else {
                effects.add(new Effect.Start(added));
                effects.add(new Effect.PeerUp(added));
            }
            return;
        }
        if (existing.draining) {
            effects.add(
                    new Effect.Refuse(
                            added,
                            Refusal.DRAINING,
                            "the peer has left the trusted set (connection_drain_ms)"));
            return;
        }
        var before = existing.connection;
        switch (existing.givesWay
                ? TieBreak.DROP_EXISTING
                : TieBreak.decide(self, added.peer(), before.origin(), added.origin())) {
            case DROP_NEW ->
                    effects.add(
                            new Effect.Refuse(
                                    added,
                                    Refusal.TIE_BREAK,
                                    "a connection to the peer exists and wins the tie-break"));
            case DROP_EXISTING -> {
                live.put(added.peer(), new Live(added, existing.heldBack));
                if (existing.heldBack) {
                    effects.add(new Effect.StartHeldBack(added));
                } else {
                    effects.add(new Effect.Start(added));
                    effects.add(new Effect.PeerReplaced(before, added));
                }
                effects.add(
                        new Effect.Close(
                                before.id(),
                                DisconnectReason.REQUESTED_BY_PEER_MANAGER,
                                "replaced by connection " + added.id()));
            }
        }
    }

    /** Whether an unknown inbound peer may come in, if need be in place of another. */
    private boolean makeRoom(Connected added, List<Effect> effects) {
        if (countedInbound() < admission.maxInboundUnknown()) {
            return true;
        }
        var limit = "max_inbound_connections: " + admission.maxInboundUnknown();
        var candidates =
                admission.isPriority(added.peer())
                        ? live.values().stream()
                                .filter(known -> isUnknownInbound(known.connection))
                                .filter(known -> !admission.isPriority(known.connection.peer()))
                                .toList()
                        : List.<Live>of();
        if (candidates.isEmpty()) {
            effects.add(new Effect.Refuse(added, Refusal.INBOUND_LIMIT, limit));
            return false;
        }
        var evicted = candidates.get(random.nextInt(candidates.size()));
        effects.add(new Effect.Evicted(evicted.connection, added.peer()));
        end(
                evicted,
                DisconnectReason.REQUESTED_BY_PEER_MANAGER,
                limit + ", and one of priority_inbound_peers came",
                Event.Disconnect.NOBODY,
                effects);
        return true;
    }

    private static boolean isUnknownInbound(Connected connection) {
        return connection.origin() == Origin.INBOUND && connection.role() == PeerRole.UNKNOWN;
    }

    /**
     * Inbound connections that count against the limit: by what the trusted set says now, not by
     * the role that a peer had when it came.
     */
    private long countedInbound() {
        return live.values().stream()
                .map(connected -> connected.connection)
                .filter(known -> known.origin() == Origin.INBOUND)
                .filter(
                        known ->
                                trusted.find(known.peer())
                                        .map(peer -> peer.role() == PeerRole.UNKNOWN)
                                        .orElse(true))
                .count();
    }

    private void end(
            Live ended,
            DisconnectReason reason,
            String detail,
            long request,
            List<Effect> effects) {
        var connection = ended.connection;
        live.remove(connection.peer());
        ending.put(connection.id(), new Ending(connection, reason, request, false, ended.heldBack));
        effects.add(new Effect.Withdraw(connection));
        effects.add(new Effect.Close(connection.id(), reason, detail));
    }

    /** A peer that is back before its last connection was gone goes down before it comes up. */
    private void tellThatItWasDown(PeerId peer, List<Effect> effects) {
        for (var entry : ending.entrySet()) {
            var before = entry.getValue();
            if (!before.told() && before.connection().peer().equals(peer)) {
                effects.add(gone(before.connection(), before.reason(), before.heldBack()));
                entry.setValue(
                        new Ending(
                                before.connection(),
                                before.reason(),
                                before.request(),
                                true,
                                before.heldBack()));
            }
        }
    }

    private void closed(
            ConnectionId id, PeerId peer, DisconnectReason reason, List<Effect> effects) {
        var ended = ending.remove(id);
        if (ended != null) {
            if (ended.request() != Event.Disconnect.NOBODY) {
                effects.add(new Effect.Answer(ended.request(), true));
            }
            if (!ended.told()) {
                effects.add(gone(ended.connection(), reason, ended.heldBack()));
            }
            return;
        }
        var known = find(peer, id);
        if (known == null) {
            return; // A late report of a connection that was replaced.
        }
        live.remove(peer);
        effects.add(gone(known.connection, reason, known.heldBack));
    }

    private static Effect gone(Connected connection, DisconnectReason reason, boolean heldBack) {
        return heldBack
                ? new Effect.EndedUnseen(connection)
                : new Effect.PeerDown(connection, reason);
    }
}
