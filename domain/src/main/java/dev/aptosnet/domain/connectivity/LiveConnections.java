package dev.aptosnet.domain.connectivity;

import dev.aptosnet.domain.connectivity.Connectivity.Effect;
import dev.aptosnet.domain.connectivity.Connectivity.Event;
import dev.aptosnet.domain.connectivity.Live.Standing;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.settings.ConnectivitySettings;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.TreeMap;

/** The connections that a network has: which may stay, which are to end, and when. */
final class LiveConnections {
    private final OwnNode own;
    private final ConnectivitySettings.HandOff handOff;
    private final Members members;
    private final TreeMap<PeerId, Live> live = new TreeMap<>();

    LiveConnections(OwnNode own, ConnectivitySettings.HandOff handOff, Members members) {
        this.own = own;
        this.handOff = handOff;
        this.members = members;
    }

    boolean contains(PeerId peer) {
        return live.containsKey(peer);
    }

    /** A peer is connected, or connected anew. */
    void add(MonoTime now, Event.PeerUp up) {
        var replaced = live.get(up.peer());
        var since = replaced == null ? now : replaced.since;
        live.put(up.peer(), new Live(up, since, members.standing(up.peer())));
    }

    /** Forgets a connection that has ended; null if it was replaced before. */
    @Nullable Live remove(PeerId peer, ConnectionId connection) {
        var ended = live.get(peer);
        if (ended == null || !ended.up.connection().equals(connection)) {
            return null;
        }
        live.remove(peer);
        return ended;
    }

    /** What was ordered to end and has not may be ordered again. */
    void expectAgain() {
        live.values().forEach(connection -> connection.closing = false);
    }

    /** What a new set means for the connections there are. */
    void judge(MonoTime now, List<Effect> out) {
        live.forEach((peer, connection) -> judge(now, peer, connection, out));
    }

    private void judge(MonoTime now, PeerId peer, Live connection, List<Effect> out) {
        var was = connection.standing;
        var is = members.standing(peer);
        connection.standing = is;
        if (is == Standing.MEMBER) {
            if (connection.heldBack || connection.drainUntil != null) {
                connection.heldBack = false;
                connection.drainUntil = null;
                out.add(new Effect.Offer(peer, connection.connection()));
            }
            var known = members.find(peer);
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
            var limit = handOff.drain();
            if (limit.isPositive()
                    && connection.drainUntil == null
                    && !isWelcomeStranger(connection.up)) {
                var until = now.plus(limit);
                connection.drainUntil = until;
                out.add(new Effect.Drain(peer, connection.connection(), until));
            }
        }
    }

    /** Ends those that may stay no longer. */
    void closeStale(MonoTime now, List<Effect> out) {
        live.forEach(
                (peer, connection) -> {
                    var until = connection.drainUntil;
                    var over =
                            until == null
                                    ? !members.trusted().contains(peer)
                                    : !now.isBefore(until);
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

    /** Whether a peer needs no other connection. */
    boolean isConnected(PeerId peer) {
        var connection = live.get(peer);
        return connection != null && !connection.outdated;
    }

    /** How many of them the node dialed. */
    long outbound() {
        return live.values().stream().filter(c -> c.up.origin() == Origin.OUTBOUND).count();
    }
}
