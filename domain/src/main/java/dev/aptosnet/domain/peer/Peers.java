package dev.aptosnet.domain.peer;

import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * At most one connection to each peer: admits, refuses and replaces (behaviour.md section 3).
 * Single owner; not thread-safe.
 */
public final class Peers {
    private final PeerId self;
    private final int maxInboundUnknown;
    private final TreeMap<PeerId, Connected> connected = new TreeMap<>();

    /**
     * @param self our own id
     * @param maxInboundUnknown inbound connections of peers with role Unknown, at most; {@code
     *     max_inbound_connections}
     */
    public Peers(PeerId self, int maxInboundUnknown) {
        if (maxInboundUnknown < 0) {
            throw new IllegalArgumentException(
                    "max_inbound_connections: " + maxInboundUnknown + " (expected: >= 0)");
        }
        this.self = self;
        this.maxInboundUnknown = maxInboundUnknown;
    }

    /** A proven connection, as far as it matters here. */
    public record Connected(ConnectionId id, PeerId peer, Origin origin, PeerRole role) {}

    /** What has happened. */
    public sealed interface Event {
        /** A connection was proven and negotiated. */
        record Proven(Connected connection) implements Event {}

        /** A connection that was started is gone. */
        record Closed(ConnectionId id, PeerId peer, DisconnectReason reason) implements Event {}

        /** The connection to a peer shall end. */
        record Disconnect(PeerId peer, DisconnectReason reason) implements Event {}
    }

    /** What is to be done. */
    public sealed interface Effect {
        /** Let the connection carry messages. */
        record Start(Connected connection) implements Effect {}

        /** End a connection. */
        record Close(ConnectionId id, DisconnectReason reason, String detail) implements Effect {}

        /** Tell the upper layers that a peer is there. */
        record PeerUp(Connected connection) implements Effect {}

        /** Tell the upper layers that the connection to a peer is another one now. */
        record PeerReplaced(Connected before, Connected after) implements Effect {}

        /** Tell the upper layers that no connection to the peer is left. */
        record PeerDown(Connected connection, DisconnectReason reason) implements Effect {}
    }

    /** Takes one event. */
    public List<Effect> on(Event event) {
        return switch (event) {
            case Event.Proven(var connection) -> proven(connection);
            case Event.Closed(var id, var peer, var reason) -> closed(id, peer, reason);
            case Event.Disconnect(var peer, var reason) -> disconnect(peer, reason);
        };
    }

    /** The live connections, by peer. */
    public List<Connected> all() {
        return List.copyOf(connected.values());
    }

    /** Whether there is a live connection to {@code peer}. */
    public boolean isConnected(PeerId peer) {
        return connected.containsKey(peer);
    }

    private List<Effect> proven(Connected added) {
        if (added.peer().equals(self)) {
            return refuse(added, "the peer is this node");
        }
        var existing = connected.get(added.peer());
        if (existing == null) {
            if (isUnknownInbound(added) && unknownInbound() >= maxInboundUnknown) {
                return refuse(added, "max_inbound_connections: " + maxInboundUnknown);
            }
            connected.put(added.peer(), added);
            return List.of(new Effect.Start(added), new Effect.PeerUp(added));
        }
        return switch (TieBreak.decide(self, added.peer(), existing.origin(), added.origin())) {
            case DROP_NEW ->
                    refuse(added, "a connection to the peer exists and wins the tie-break");
            case DROP_EXISTING -> {
                connected.put(added.peer(), added);
                yield List.of(
                        new Effect.Start(added),
                        new Effect.PeerReplaced(existing, added),
                        new Effect.Close(
                                existing.id(),
                                DisconnectReason.REQUESTED_BY_PEER_MANAGER,
                                "replaced by connection " + added.id()));
            }
        };
    }

    private static boolean isUnknownInbound(Connected connection) {
        return connection.origin() == Origin.INBOUND && connection.role() == PeerRole.UNKNOWN;
    }

    private long unknownInbound() {
        return connected.values().stream().filter(Peers::isUnknownInbound).count();
    }

    private static List<Effect> refuse(Connected connection, String detail) {
        return List.of(
                new Effect.Close(
                        connection.id(), DisconnectReason.REQUESTED_BY_PEER_MANAGER, detail));
    }

    private List<Effect> closed(ConnectionId id, PeerId peer, DisconnectReason reason) {
        var live = connected.get(peer);
        if (live == null || !live.id().equals(id)) {
            return List.of(); // A late report of a connection that was replaced.
        }
        connected.remove(peer);
        return List.of(new Effect.PeerDown(live, reason));
    }

    private List<Effect> disconnect(PeerId peer, DisconnectReason reason) {
        var live = connected.remove(peer);
        if (live == null) {
            return List.of();
        }
        var effects = new ArrayList<Effect>();
        effects.add(new Effect.Close(live.id(), reason, "disconnect requested"));
        effects.add(new Effect.PeerDown(live, reason));
        return effects;
    }
}
