package dev.aptosnet.domain.peer;

import static dev.aptosnet.ports.model.DisconnectReason.CONNECTION_CLOSED;
import static dev.aptosnet.ports.model.DisconnectReason.NETWORK_HEALTH_CHECK_FAILURE;
import static dev.aptosnet.ports.model.DisconnectReason.REQUESTED_BY_PEER_MANAGER;
import static dev.aptosnet.ports.model.Origin.INBOUND;
import static dev.aptosnet.ports.model.Origin.OUTBOUND;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.peer.Peers.Connected;
import dev.aptosnet.domain.peer.Peers.Effect;
import dev.aptosnet.domain.peer.Peers.Event;
import dev.aptosnet.domain.peer.Peers.Refusal;
import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.transport.TrustedPeers;
import dev.aptosnet.ports.transport.TrustedPeers.TrustedPeer;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

class PeersTest {
    private final PeerId self = PeerId.parse("0x80");
    private final PeerId lower = PeerId.parse("0x70");
    private final PeerId greater = PeerId.parse("0x90");
    private final TreeMap<PeerId, PeerRole> trusted = new TreeMap<>();
    private final Peers peers = peers(Admission.upTo(2), 1);
    private long ids;

    private Peers peers(Admission admission, long seed) {
        TrustedPeers roles =
                peer ->
                        Optional.ofNullable(trusted.get(peer))
                                .map(role -> new TrustedPeer(Set.of(), role));
        return new Peers(self, admission, roles, new SplittableRandom(seed));
    }

    private static Admission priority(int limit, PeerId... listed) {
        return new Admission(limit, AccessPolicy.NONE, List.of(listed));
    }

    private Connected connection(PeerId peer, Origin origin) {
        return connection(peer, origin, PeerRole.UNKNOWN);
    }

    private Connected connection(PeerId peer, Origin origin, PeerRole role) {
        return new Connected(new ConnectionId(ids++), peer, origin, role);
    }

    private Connected inbound(Peers to, String peer) {
        var added = connection(PeerId.parse(peer), INBOUND);
        assertThat(to.on(new Event.Proven(added)))
                .contains(new Effect.Start(added), new Effect.PeerUp(added));
        return added;
    }

    private static Effect.Refuse refuse(Connected connection, Refusal why, String detail) {
        return new Effect.Refuse(connection, why, detail);
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
                        refuse(
                                added,
                                Refusal.TIE_BREAK,
                                "a connection to the peer exists and wins the tie-break"));
        assertThat(peers.all()).extracting(Connected::origin).containsExactly(INBOUND);
    }

    @Test
    @DisplayName("PM-03 an outbound connection to a lower peer replaces its inbound one")
    void outboundWinsAgainstLowerPeer() {
        var old = connection(lower, INBOUND);
        peers.on(new Event.Proven(old));
        var added = connection(lower, OUTBOUND);
        assertThat(peers.on(new Event.Proven(added)))
                .containsExactly(
                        new Effect.Start(added),
                        new Effect.PeerReplaced(old, added),
                        close(old, "replaced by connection " + added.id()));
    }

    @Test
    @DisplayName("PM-04 an inbound connection of a greater peer replaces our outbound one")
    void inboundOfGreaterPeerWins() {
        var old = connection(greater, OUTBOUND);
        peers.on(new Event.Proven(old));
        var added = connection(greater, INBOUND);
        assertThat(peers.on(new Event.Proven(added)))
                .containsExactly(
                        new Effect.Start(added),
                        new Effect.PeerReplaced(old, added),
                        close(old, "replaced by connection " + added.id()));
    }

    @Test
    void unknownInboundPeersAboveTheLimitAreRefusedWithTheKey() {
        peers.on(new Event.Proven(connection(PeerId.parse("0x1"), INBOUND)));
        peers.on(new Event.Proven(connection(PeerId.parse("0x2"), INBOUND)));
        var third = connection(PeerId.parse("0x3"), INBOUND);
        assertThat(peers.on(new Event.Proven(third)))
                .containsExactly(
                        refuse(third, Refusal.INBOUND_LIMIT, "max_inbound_connections: 2"));
        var dialed = connection(PeerId.parse("0x3"), OUTBOUND);
        assertThat(peers.on(new Event.Proven(dialed))).contains(new Effect.PeerUp(dialed));
    }

    @Test
    void aConnectionToOurselvesIsClosed() {
        var mirror = connection(self, OUTBOUND);
        assertThat(peers.on(new Event.Proven(mirror)))
                .containsExactly(refuse(mirror, Refusal.SELF, "the peer is this node"));
        assertThat(peers.all()).isEmpty();
    }

    @Test
    @DisplayName("PM-05 a requested disconnect is answered, and the peer down, once it is gone")
    void requestedDisconnect() {
        var live = connection(lower, OUTBOUND);
        assertThat(peers.on(new Event.Proven(live))).contains(new Effect.PeerUp(live));
        assertThat(peers.on(new Event.Disconnect(lower, NETWORK_HEALTH_CHECK_FAILURE, 7)))
                .containsExactly(
                        new Effect.Withdraw(live),
                        new Effect.Close(
                                live.id(), NETWORK_HEALTH_CHECK_FAILURE, "disconnect requested"));
        assertThat(peers.isConnected(lower)).isFalse();
        assertThat(peers.on(new Event.Closed(live.id(), lower, NETWORK_HEALTH_CHECK_FAILURE)))
                .containsExactly(
                        new Effect.Answer(7, true),
                        new Effect.PeerDown(live, NETWORK_HEALTH_CHECK_FAILURE));
        assertThat(peers.on(new Event.Closed(live.id(), lower, NETWORK_HEALTH_CHECK_FAILURE)))
                .isEmpty();
    }

    @Test
    void aDisconnectOfNobodyIsAnsweredAtOnce() {
        assertThat(peers.on(new Event.Disconnect(lower, REQUESTED_BY_PEER_MANAGER, 3)))
                .containsExactly(new Effect.Answer(3, false));
        assertThat(peers.on(new Event.Disconnect(lower, REQUESTED_BY_PEER_MANAGER))).isEmpty();
    }

    @Test
    void aSecondDisconnectFindsNobodyAndTheFirstIsStillAnswered() {
        var live = connection(lower, OUTBOUND);
        peers.on(new Event.Proven(live));
        peers.on(new Event.Disconnect(lower, REQUESTED_BY_PEER_MANAGER, 1));
        assertThat(peers.on(new Event.Disconnect(lower, REQUESTED_BY_PEER_MANAGER, 2)))
                .containsExactly(new Effect.Answer(2, false));
        assertThat(peers.on(new Event.Closed(live.id(), lower, CONNECTION_CLOSED)))
                .containsExactly(
                        new Effect.Answer(1, true), new Effect.PeerDown(live, CONNECTION_CLOSED));
    }

    @Test
    void aPeerThatIsBackBeforeItsDisconnectIsDoneGoesDownFirstAndOnce() {
        var old = connection(lower, OUTBOUND);
        peers.on(new Event.Proven(old));
        peers.on(new Event.Disconnect(lower, REQUESTED_BY_PEER_MANAGER, 1));
        var back = connection(lower, INBOUND);
        assertThat(peers.on(new Event.Proven(back)))
                .containsExactly(
                        new Effect.PeerDown(old, REQUESTED_BY_PEER_MANAGER),
                        new Effect.Start(back),
                        new Effect.PeerUp(back));
        assertThat(peers.on(new Event.Closed(old.id(), lower, REQUESTED_BY_PEER_MANAGER)))
                .containsExactly(new Effect.Answer(1, true));
        assertThat(peers.all()).containsExactly(back);
    }

    @ParameterizedTest
    @EnumSource(Origin.class)
    @DisplayName("PM-07 an allow list lets in whom it names and rejects everybody else")
    void allowList(Origin origin) {
        var listed = peers(new Admission(2, AccessPolicy.allowOnly(List.of(lower)), List.of()), 1);
        var allowed = connection(lower, origin);
        assertThat(listed.on(new Event.Proven(allowed)))
                .containsExactly(new Effect.Start(allowed), new Effect.PeerUp(allowed));
        // Any role, in either direction.
        var other = connection(greater, origin, PeerRole.VALIDATOR);
        trusted.put(greater, PeerRole.VALIDATOR);
        assertThat(listed.on(new Event.Proven(other)))
                .containsExactly(
                        refuse(
                                other,
                                Refusal.ACCESS_POLICY,
                                "access_control_policy.allow_list: 1 peers"));
        assertThat(Refusal.ACCESS_POLICY.isRejection()).isTrue();
        assertThat(listed.all()).containsExactly(allowed);
    }

    @Test
    @DisplayName("PM-08 a block list lets in whom it does not name, and rejects whom it does")
    void blockList() {
        var listed = peers(new Admission(2, AccessPolicy.block(List.of(greater)), List.of()), 1);
        inbound(listed, "0x70");
        var blocked = connection(greater, OUTBOUND);
        assertThat(listed.on(new Event.Proven(blocked)))
                .containsExactly(
                        refuse(
                                blocked,
                                Refusal.ACCESS_POLICY,
                                "access_control_policy.block_list: 1 peers"));
    }

    @Test
    @DisplayName("PM-09 without a policy everybody is let in")
    void noPolicy() {
        var seed = 9L;
        var random = new SplittableRandom(seed);
        var open = peers(Admission.upTo(50), seed);
        for (var i = 0; i < 50; i++) {
            var bytes = new byte[PeerId.LENGTH];
            random.nextBytes(bytes);
            var added = connection(PeerId.of(bytes), INBOUND);
            assertThat(open.on(new Event.Proven(added)))
                    .as("seed %d, peer %d", seed, i)
                    .containsExactly(new Effect.Start(added), new Effect.PeerUp(added));
        }
    }

    @Test
    @DisplayName("PM-10 a priority peer below the limit comes in and nobody is evicted")
    void priorityBelowTheLimit() {
        var listed = peers(priority(100, lower), 1);
        inbound(listed, "0x1");
        var added = connection(lower, INBOUND);
        assertThat(listed.on(new Event.Proven(added)))
                .containsExactly(new Effect.Start(added), new Effect.PeerUp(added));
        assertThat(listed.all()).hasSize(2);
    }

    @Test
    @DisplayName("PM-11 a priority peer at the limit evicts one that is not listed")
    void priorityEvicts() {
        var listed = peers(priority(2, lower), 1);
        var first = inbound(listed, "0x1");
        var second = inbound(listed, "0x2");
        var added = connection(lower, INBOUND);
        var effects = listed.on(new Event.Proven(added));
        var gone =
                ((Effect.Evicted) effects.getFirst()).connection().equals(first) ? first : second;
        assertThat(effects)
                .containsExactly(
                        new Effect.Evicted(gone, lower),
                        new Effect.Withdraw(gone),
                        close(
                                gone,
                                "max_inbound_connections: 2, and one of priority_inbound_peers"
                                        + " came"),
                        new Effect.Start(added),
                        new Effect.PeerUp(added));
        assertThat(listed.all())
                .containsExactlyInAnyOrder(gone.equals(first) ? second : first, added);
        assertThat(listed.on(new Event.Closed(gone.id(), gone.peer(), REQUESTED_BY_PEER_MANAGER)))
                .containsExactly(new Effect.PeerDown(gone, REQUESTED_BY_PEER_MANAGER));
    }

    @Test
    @DisplayName("PM-12 whom a priority peer evicts is random, and the same for the same seed")
    void evictionIsRandom() {
        assertThat(evictedOver(100)).hasSizeBetween(2, 3).isEqualTo(evictedOver(100));
    }

    private SortedSet<PeerId> evictedOver(int runs) {
        var evicted = new TreeSet<PeerId>();
        for (var seed = 0; seed < runs; seed++) {
            var listed = peers(priority(3, lower), seed);
            inbound(listed, "0x1");
            inbound(listed, "0x2");
            inbound(listed, "0x3");
            var effects = listed.on(new Event.Proven(connection(lower, INBOUND)));
            evicted.add(((Effect.Evicted) effects.getFirst()).connection().peer());
        }
        return evicted;
    }

    @Test
    @DisplayName("PM-13 a peer that is not listed is rejected at the limit and the first one stays")
    void ordinaryAtTheLimit() {
        var listed = peers(priority(1, greater), 1);
        var first = inbound(listed, "0x1");
        var second = connection(PeerId.parse("0x2"), INBOUND);
        assertThat(listed.on(new Event.Proven(second)))
                .containsExactly(
                        refuse(second, Refusal.INBOUND_LIMIT, "max_inbound_connections: 1"));
        assertThat(listed.all()).containsExactly(first);
    }

    @Test
    @DisplayName("PM-14 a limit of zero rejects every unknown inbound peer, a listed one too")
    void limitOfZero() {
        var closed = peers(priority(0, lower), 1);
        for (var peer : List.of(lower, greater)) {
            var added = connection(peer, INBOUND);
            assertThat(closed.on(new Event.Proven(added)))
                    .containsExactly(
                            refuse(added, Refusal.INBOUND_LIMIT, "max_inbound_connections: 0"));
        }
        var known = connection(greater, INBOUND, PeerRole.KNOWN);
        assertThat(closed.on(new Event.Proven(known))).contains(new Effect.PeerUp(known));
    }

    @Test
    void priorityPeersDoNotEvictEachOther() {
        var listed = peers(priority(1, lower, greater), 1);
        inbound(listed, "0x70");
        var added = connection(greater, INBOUND);
        assertThat(listed.on(new Event.Proven(added)))
                .containsExactly(
                        refuse(added, Refusal.INBOUND_LIMIT, "max_inbound_connections: 1"));
    }

    @Test
    void whomTheTrustedSetNamesWithARoleDoesNotCountAndIsNotEvicted() {
        var listed = peers(priority(1, lower), 1);
        trusted.put(PeerId.parse("0x1"), PeerRole.DOWNSTREAM);
        var known = connection(PeerId.parse("0x1"), INBOUND, PeerRole.DOWNSTREAM);
        listed.on(new Event.Proven(known));
        listed.on(new Event.Proven(connection(PeerId.parse("0x2"), OUTBOUND)));
        inbound(listed, "0x70");
        assertThat(listed.all()).hasSize(3);
    }

    @Test
    void whoHasLeftTheTrustedSetCountsWithWhateverRoleItCame() {
        var listed = peers(Admission.upTo(1), 1);
        trusted.put(PeerId.parse("0x1"), PeerRole.DOWNSTREAM);
        listed.on(new Event.Proven(connection(PeerId.parse("0x1"), INBOUND, PeerRole.DOWNSTREAM)));
        trusted.clear();
        var added = connection(PeerId.parse("0x2"), INBOUND);
        assertThat(listed.on(new Event.Proven(added)))
                .containsExactly(
                        refuse(added, Refusal.INBOUND_LIMIT, "max_inbound_connections: 1"));
    }

    @Test
    void aPeerThatIsConnectedPassesTheLimitToItsTieBreak() {
        var listed = peers(Admission.upTo(1), 1);
        var old = inbound(listed, "0x70");
        var added = connection(lower, INBOUND);
        assertThat(listed.on(new Event.Proven(added)))
                .contains(new Effect.PeerReplaced(old, added));
    }
}
