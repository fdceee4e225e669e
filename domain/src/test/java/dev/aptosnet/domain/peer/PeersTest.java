package dev.aptosnet.domain.peer;

import static dev.aptosnet.ports.model.DisconnectReason.CONNECTION_CLOSED;
import static dev.aptosnet.ports.model.DisconnectReason.REQUESTED_BY_PEER_MANAGER;
import static dev.aptosnet.ports.model.Origin.INBOUND;
import static dev.aptosnet.ports.model.Origin.OUTBOUND;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.peer.Peers.Connected;
import dev.aptosnet.domain.peer.Peers.Effect;
import dev.aptosnet.domain.peer.Peers.Event;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PeersTest {
    private final PeerId self = PeerId.parse("0x80");
    private final PeerId lower = PeerId.parse("0x70");
    private final PeerId greater = PeerId.parse("0x90");
    private final Peers peers = new Peers(self, 2);
    private long ids;

    private Connected connection(PeerId peer, Origin origin) {
        return new Connected(new ConnectionId(ids++), peer, origin, PeerRole.UNKNOWN);
    }

    private Effect.Close close(Connected connection, String detail) {
        return new Effect.Close(connection.id(), REQUESTED_BY_PEER_MANAGER, detail);
    }

    @Test
    void theFirstConnectionStartsAndThePeerIsUp() {
        var first = connection(lower, INBOUND);
        assertThat(peers.on(new Event.Proven(first)))
                .containsExactly(new Effect.Start(first), new Effect.PeerUp(first));
    }

    @Test
    @DisplayName("PM-01 of two inbound connections the newer replaces the older, silently")
    void newerInboundReplaces() {
        var old = connection(lower, INBOUND);
        peers.on(new Event.Proven(old));
        var added = connection(lower, INBOUND);
        assertThat(peers.on(new Event.Proven(added)))
                .containsExactly(
                        new Effect.Start(added),
                        new Effect.PeerReplaced(old, added),
                        close(old, "replaced by connection " + added.id()));
        assertThat(peers.on(new Event.Closed(old.id(), lower, REQUESTED_BY_PEER_MANAGER)))
                .isEmpty();
        assertThat(peers.on(new Event.Closed(added.id(), lower, CONNECTION_CLOSED)))
                .containsExactly(new Effect.PeerDown(added, CONNECTION_CLOSED));
    }

    @Test
    @DisplayName("PM-02 an outbound connection to a greater peer loses against its inbound one")
    void outboundLosesAgainstGreaterPeer() {
        peers.on(new Event.Proven(connection(greater, INBOUND)));
        var added = connection(greater, OUTBOUND);
        assertThat(peers.on(new Event.Proven(added)))
                .containsExactly(
                        close(added, "a connection to the peer exists and wins the tie-break"));
    }

    @Test
    @DisplayName("PM-03 an outbound connection to a lower peer replaces its inbound one")
    void outboundWinsAgainstLowerPeer() {
        var old = connection(lower, INBOUND);
        peers.on(new Event.Proven(old));
        var added = connection(lower, OUTBOUND);
        assertThat(peers.on(new Event.Proven(added)))
                .contains(new Effect.Start(added), new Effect.PeerReplaced(old, added));
    }

    @Test
    @DisplayName("PM-04 an inbound connection of a greater peer replaces our outbound one")
    void inboundOfGreaterPeerWins() {
        var old = connection(greater, OUTBOUND);
        peers.on(new Event.Proven(old));
        var added = connection(greater, INBOUND);
        assertThat(peers.on(new Event.Proven(added)))
                .contains(new Effect.Start(added), new Effect.PeerReplaced(old, added));
    }

    @Test
    void unknownInboundPeersAboveTheLimitAreRefusedWithTheKey() {
        peers.on(new Event.Proven(connection(PeerId.parse("0x1"), INBOUND)));
        peers.on(new Event.Proven(connection(PeerId.parse("0x2"), INBOUND)));
        var third = connection(PeerId.parse("0x3"), INBOUND);
        assertThat(peers.on(new Event.Proven(third)))
                .containsExactly(close(third, "max_inbound_connections: 2"));
        var dialled = connection(PeerId.parse("0x3"), OUTBOUND);
        assertThat(peers.on(new Event.Proven(dialled))).contains(new Effect.PeerUp(dialled));
    }

    @Test
    void aConnectionToOurselvesIsClosed() {
        var mirror = connection(self, OUTBOUND);
        assertThat(peers.on(new Event.Proven(mirror)))
                .containsExactly(close(mirror, "the peer is this node"));
        assertThat(peers.all()).isEmpty();
    }

    @Test
    @DisplayName("PM-05 a requested disconnect takes the peer down once")
    void requestedDisconnect() {
        var live = connection(lower, OUTBOUND);
        peers.on(new Event.Proven(live));
        assertThat(peers.on(new Event.Disconnect(lower, REQUESTED_BY_PEER_MANAGER)))
                .containsExactly(
                        close(live, "disconnect requested"),
                        new Effect.PeerDown(live, REQUESTED_BY_PEER_MANAGER));
        assertThat(peers.on(new Event.Closed(live.id(), lower, REQUESTED_BY_PEER_MANAGER)))
                .isEmpty();
    }
}
