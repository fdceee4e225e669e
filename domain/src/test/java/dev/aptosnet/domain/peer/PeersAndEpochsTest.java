package dev.aptosnet.domain.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.peer.Peers.Connected;
import dev.aptosnet.domain.peer.Peers.Effect;
import dev.aptosnet.domain.peer.Peers.Event;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;

import org.junit.jupiter.api.Test;

import java.util.Optional;
import java.util.SplittableRandom;

/** Peers of the next epoch, peers that leave, and peers with another key (improvements.md I-08). */
class PeersAndEpochsTest {
    private static final PeerId SELF = PeerId.parse("0x80");
    private static final PeerId PEER = PeerId.parse("0xa0");
    private static final MonoTime UNTIL = new MonoTime(30_000_000_000L);
    private static final DisconnectReason STALE = DisconnectReason.STALE_CONNECTION;

    private final Peers peers =
            new Peers(SELF, Admission.upTo(10), _ -> Optional.empty(), new SplittableRandom(1));
    private final Connected first = connection(1, Origin.INBOUND);

    private static Connected connection(long id, Origin origin) {
        return new Connected(new ConnectionId(id), PEER, origin, PeerRole.VALIDATOR);
    }

    @Test
    void aPeerOfTheNextEpochIsOfferedWhenItComesAndNotBefore() {
        assertThat(peers.on(new Event.Proven(first, true)))
                .containsExactly(new Effect.StartHeldBack(first));
        assertThat(peers.on(new Event.Belongs(PEER, first.id())))
                .containsExactly(new Effect.Offer(first, true));
        assertThat(peers.on(new Event.Closed(first.id(), PEER, STALE)))
                .containsExactly(new Effect.PeerDown(first, STALE));
    }

    @Test
    void aPeerThatGoesBeforeItsEpochWasNeverThere() {
        peers.on(new Event.Proven(first, true));
        assertThat(peers.on(new Event.Closed(first.id(), PEER, STALE)))
                .containsExactly(new Effect.EndedUnseen(first));

        peers.on(new Event.Proven(first, true));
        peers.on(new Event.Disconnect(PEER, STALE));
        assertThat(peers.on(new Event.Closed(first.id(), PEER, STALE)))
                .containsExactly(new Effect.EndedUnseen(first));
    }

    @Test
    void aConnectionInPlaceOfOneThatIsHeldBackIsHeldBackToo() {
        peers.on(new Event.Proven(first, true));
        var second = connection(2, Origin.INBOUND);
        assertThat(peers.on(new Event.Proven(second, true)))
                .startsWith(new Effect.StartHeldBack(second));
        assertThat(peers.on(new Event.Belongs(PEER, first.id()))).isEmpty();
        assertThat(peers.on(new Event.Belongs(PEER, second.id())))
                .containsExactly(new Effect.Offer(second, true));
    }

    @Test
    void aPeerThatLeavesDrainsAndOpensNoOtherConnection() {
        peers.on(new Event.Proven(first));
        assertThat(peers.on(new Event.Leaves(PEER, first.id(), UNTIL)))
                .containsExactly(new Effect.Drain(first, UNTIL));
        assertThat(peers.on(new Event.Leaves(PEER, first.id(), UNTIL))).isEmpty();
        for (var origin : Origin.values()) {
            assertThat(peers.on(new Event.Proven(connection(2, origin))))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Effect.Refuse.class,
                            refused -> assertThat(refused.why()).isEqualTo(Peers.Refusal.DRAINING));
        }
        assertThat(peers.on(new Event.Closed(first.id(), PEER, STALE)))
                .containsExactly(new Effect.PeerDown(first, STALE));
    }

    @Test
    void aPeerThatComesBackWhileItDrainsIsOfferedAgainButNotNew() {
        peers.on(new Event.Proven(first));
        peers.on(new Event.Leaves(PEER, first.id(), UNTIL));
        assertThat(peers.on(new Event.Belongs(PEER, first.id())))
                .containsExactly(new Effect.Offer(first, false));
        assertThat(peers.on(new Event.Belongs(PEER, first.id()))).isEmpty();
    }

    @Test
    void anOutdatedConnectionGivesWayWhoeverDialedTheNext() {
        for (var origin : Origin.values()) {
            for (var next : Origin.values()) {
                var own = new Peers(SELF, Admission.upTo(1), _ -> Optional.empty(), randomness());
                var old = connection(1, origin);
                own.on(new Event.Proven(old));
                own.on(new Event.Rekeyed(PEER, old.id()));
                var added = connection(2, next);
                assertThat(own.on(new Event.Proven(added)))
                        .startsWith(new Effect.Start(added), new Effect.PeerReplaced(old, added));
            }
        }
    }

    private static SplittableRandom randomness() {
        return new SplittableRandom(2);
    }
}
