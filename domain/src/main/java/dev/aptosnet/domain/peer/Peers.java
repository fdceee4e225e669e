package dev.aptosnet.domain.peer;

import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.transport.TrustedPeers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
    private final TreeMap<PeerId, Connected> connected = new TreeMap<>();

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

    /**
     * A connection on its way out.
     *
     * @param request to be answered when it is gone, or {@link Event.Disconnect#NOBODY}
     * @param told whether the upper layers have heard that the peer is down
     */
    private record Ending(
            Connected connection, DisconnectReason reason, long request, boolean told) {}

    /** What has happened. */
    public sealed interface Event {
        /** A connection was proven and negotiated. */
        record Proven(Connected connection) implements Event {}

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
        TIE_BREAK;

        /** Whether it counts as rejected (behaviour.md section 3.4.2). */
        public boolean isRejection() {
            return this == ACCESS_POLICY || this == INBOUND_LIMIT;
        }
    }

    /** What is to be done, in this order. */
    public sealed interface Effect {
        /** Let the connection carry messages, and offer it to senders. */
        record Start(Connected connection) implements Effect {}

        /** End a new connection, which nobody has seen. The detail names the configuration key. */
        record Refuse(Connected connection, Refusal why, String detail) implements Effect {}

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
            case Event.Proven(var connection) -> proven(connection, effects);
            case Event.Closed(var id, var peer, var reason) -> closed(id, peer, reason, effects);
            case Event.Disconnect(var peer, var reason, var request) -> {
                var live = connected.get(peer);
                if (live != null) {
                    end(live, reason, "disconnect requested", request, effects);
                } else if (request != Event.Disconnect.NOBODY) {
                    effects.add(new Effect.Answer(request, false));
                }
            }
        }
        return effects;
    }

    /** The live connections, by peer. */
    public List<Connected> all() {
        return List.copyOf(connected.values());
    }

    /** Whether there is a live connection to {@code peer}. */
    public boolean isConnected(PeerId peer) {
        return connected.containsKey(peer);
    }

    private void proven(Connected added, List<Effect> effects) {
        if (!admission.access().allows(added.peer())) {
            effects.add(
                    new Effect.Refuse(added, Refusal.ACCESS_POLICY, admission.access().toString()));
            return;
        }
        if (added.peer().equals(self)) {
            effects.add(new Effect.Refuse(added, Refusal.SELF, "the peer is this node"));
            return;
        }
        var existing = connected.get(added.peer());
        if (existing == null) {
            if (isUnknownInbound(added) && !makeRoom(added, effects)) {
                return;
            }
            tellThatItWasDown(added.peer(), effects);
            connected.put(added.peer(), added);
            effects.add(new Effect.Start(added));
            effects.add(new Effect.PeerUp(added));
            return;
        }
        switch (TieBreak.decide(self, added.peer(), existing.origin(), added.origin())) {
            case DROP_NEW ->
                    effects.add(
                            new Effect.Refuse(
                                    added,
                                    Refusal.TIE_BREAK,
                                    "a connection to the peer exists and wins the tie-break"));
            case DROP_EXISTING -> {
                connected.put(added.peer(), added);
                effects.add(new Effect.Start(added));
                effects.add(new Effect.PeerReplaced(existing, added));
                effects.add(
                        new Effect.Close(
                                existing.id(),
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
                        ? connected.values().stream()
                                .filter(live -> isUnknownInbound(live))
                                .filter(live -> !admission.isPriority(live.peer()))
                                .toList()
                        : List.<Connected>of();
        if (candidates.isEmpty()) {
            effects.add(new Effect.Refuse(added, Refusal.INBOUND_LIMIT, limit));
            return false;
        }
        var evicted = candidates.get(random.nextInt(candidates.size()));
        effects.add(new Effect.Evicted(evicted, added.peer()));
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
        return connected.values().stream()
                .filter(live -> live.origin() == Origin.INBOUND)
                .filter(
                        live ->
                                trusted.find(live.peer())
                                        .map(peer -> peer.role() == PeerRole.UNKNOWN)
                                        .orElse(true))
                .count();
    }

    private void end(
            Connected live,
            DisconnectReason reason,
            String detail,
            long request,
            List<Effect> effects) {
        connected.remove(live.peer());
        ending.put(live.id(), new Ending(live, reason, request, false));
        effects.add(new Effect.Withdraw(live));
        effects.add(new Effect.Close(live.id(), reason, detail));
    }

    /** A peer that is back before its last connection was gone goes down before it comes up. */
    private void tellThatItWasDown(PeerId peer, List<Effect> effects) {
        for (var entry : ending.entrySet()) {
            var before = entry.getValue();
            if (!before.told() && before.connection().peer().equals(peer)) {
                effects.add(new Effect.PeerDown(before.connection(), before.reason()));
                entry.setValue(
                        new Ending(before.connection(), before.reason(), before.request(), true));
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
                effects.add(new Effect.PeerDown(ended.connection(), reason));
            }
            return;
        }
        var live = connected.get(peer);
        if (live == null || !live.id().equals(id)) {
            return; // A late report of a connection that was replaced.
        }
        connected.remove(peer);
        effects.add(new Effect.PeerDown(live, reason));
    }
}
