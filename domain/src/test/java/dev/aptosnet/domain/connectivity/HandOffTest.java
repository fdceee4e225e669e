package dev.aptosnet.domain.connectivity;

import static dev.aptosnet.domain.connectivity.Net.A;
import static dev.aptosnet.domain.connectivity.Net.B;
import static dev.aptosnet.domain.connectivity.Net.C;
import static dev.aptosnet.domain.connectivity.Net.key;
import static dev.aptosnet.ports.discovery.SourceKind.CONFIG;
import static dev.aptosnet.ports.discovery.SourceKind.ON_CHAIN_VALIDATOR_SET;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.connectivity.Connectivity.Effect;
import dev.aptosnet.domain.connectivity.Connectivity.Event;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.settings.ConnectivitySettings;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Map;

/** A change of epoch that is announced (improvements.md I-08). A stays, B leaves, C joins. */
class HandOffTest {
    private static final PeerDescription SAYS_A = peer(1);
    private static final PeerDescription SAYS_B = peer(2);
    private static final PeerDescription SAYS_C = peer(3);
    private static final Map<PeerId, PeerDescription> NOW = Map.of(A, SAYS_A, B, SAYS_B);
    private static final Map<PeerId, PeerDescription> NEXT = Map.of(A, SAYS_A, C, SAYS_C);

    private final Net net =
            new Net(NetworkId.VALIDATOR, AuthMode.MUTUAL, ConnectivitySettings.DEFAULTS);
    private final MonoTime change = net.now.plus(Duration.ofMinutes(5));

    private static PeerDescription peer(int key) {
        return Net.peer(PeerRole.VALIDATOR, key, key);
    }

    HandOffTest() {
        net.discovered(ON_CHAIN_VALIDATOR_SET, NOW);
        net.up(A, Origin.INBOUND, key(1));
        net.up(B, Origin.INBOUND, key(2));
    }

    private void announce(Map<PeerId, PeerDescription> view) {
        net.on(new Event.NextSetAnnounced(ON_CHAIN_VALIDATOR_SET, view, change));
    }

    private void passUntil(MonoTime time) {
        net.pass(time.since(net.now));
    }

    @Test
    void bothSetsAreTrustedFromTheAnnouncementOnAndNobodyIsClosed() {
        announce(NEXT);
        assertThat(net.machine.trusted().peers()).containsOnlyKeys(A, B, C);
        assertThat(net.machine.isAhead(C)).isTrue();
        assertThat(net.machine.isAhead(B)).isFalse();
        passUntil(change);
        assertThat(net.disconnects).isEmpty();
        assertThat(net.handOffs).isEmpty();
    }

    @Test
    void thoseWhoJoinAreDialedFromAMinuteBeforeTheChange() {
        announce(NEXT);
        passUntil(change.plusNanos(-Duration.ofSeconds(60).toNanos() - 1));
        assertThat(net.dials).isEmpty();
        net.pass(Duration.ofSeconds(1));
        assertThat(net.dial().peer()).isEqualTo(C);
    }

    @Test
    void theChangeOffersThoseWhoCameAheadAndDrainsThoseWhoLeave() {
        announce(NEXT);
        passUntil(change.plusNanos(-Duration.ofSeconds(50).toNanos()));
        var dial = net.dial();
        var ahead = net.up(C, Origin.OUTBOUND, key(3));
        net.on(new Event.DialEnded(dial.id(), true));
        passUntil(change);
        net.discovered(ON_CHAIN_VALIDATOR_SET, NEXT);

        assertThat(net.machine.trusted().peers()).containsOnlyKeys(A, C);
        assertThat(net.machine.isAhead(C)).isFalse();
        assertThat(net.handOffs)
                .contains(new Effect.EpochChanged(1, 1), new Effect.Offer(C, ahead))
                .filteredOn(Effect.Drain.class::isInstance)
                .extracting(effect -> ((Effect.Drain) effect).peer())
                .containsExactly(B);
        net.pass(Duration.ofSeconds(29));
        assertThat(net.disconnects).isEmpty();
        net.pass(Duration.ofSeconds(6));
        assertThat(net.disconnects).extracting(Effect.Disconnect::peer).containsOnly(B);
        assertThat(net.dials).isEmpty();
    }

    @Test
    void whoJoinsAndWasNotReachedCountsAsMissingAndIsStillDialed() {
        announce(NEXT);
        passUntil(change);
        net.fail(net.dial());
        net.discovered(ON_CHAIN_VALIDATOR_SET, NEXT);
        assertThat(net.handOffs).contains(new Effect.EpochChanged(1, 0));
        net.dials.clear();
        net.pass(Duration.ofSeconds(2));
        assertThat(net.dial().peer()).isEqualTo(C);
    }

    @Test
    void aRevokedAnnouncementDrainsWhoCameAhead() {
        announce(NEXT);
        var ahead = net.up(C, Origin.INBOUND, key(3));
        net.on(new Event.NextSetRevoked());
        assertThat(net.machine.trusted().peers()).containsOnlyKeys(A, B);
        assertThat(net.handOffs)
                .containsExactly(new Effect.Drain(C, ahead, net.now.plus(Duration.ofSeconds(30))));
        net.pass(Duration.ofSeconds(35));
        assertThat(net.disconnects).extracting(Effect.Disconnect::peer).containsOnly(C);
        passUntil(change);
        assertThat(net.dials).isEmpty();
    }

    @Test
    void anAnnouncementCanBeReplacedAndPostponed() {
        announce(NEXT);
        var later = change.plus(Duration.ofMinutes(10));
        net.on(new Event.NextSetAnnounced(ON_CHAIN_VALIDATOR_SET, NEXT, later));
        passUntil(change);
        assertThat(net.dials).isEmpty();
        announce(NOW);
        assertThat(net.machine.trusted().peers()).containsOnlyKeys(A, B);
    }

    @Test
    void aChangeThatNeverComesIsForgotten() {
        announce(NEXT);
        var ahead = net.up(C, Origin.INBOUND, key(3));
        passUntil(change.plus(Duration.ofMinutes(5)).plusNanos(-1));
        assertThat(net.machine.trusted().contains(C)).isTrue();
        net.pass(Duration.ofSeconds(1));
        assertThat(net.machine.trusted().contains(C)).isFalse();
        assertThat(net.handOffs)
                .hasSize(1)
                .first()
                .isInstanceOfSatisfying(
                        Effect.Drain.class,
                        drain -> assertThat(drain.connection()).isEqualTo(ahead));
    }

    @Test
    void theSameViewAgainAndOtherSourcesAreNoChangeOfEpoch() {
        announce(NEXT);
        net.discovered(ON_CHAIN_VALIDATOR_SET, NOW);
        net.discovered(CONFIG, Map.of(A, SAYS_A));
        assertThat(net.machine.trusted().contains(C)).isTrue();
        assertThat(net.handOffs).isEmpty();
    }

    @Test
    void whoComesBackWhileDrainingIsOfferedAgain() {
        net.discovered(ON_CHAIN_VALIDATOR_SET, Map.of(A, SAYS_A));
        net.pass(Duration.ofSeconds(10));
        net.handOffs.clear();
        net.discovered(ON_CHAIN_VALIDATOR_SET, NOW);
        assertThat(net.handOffs).hasSize(1).first().isInstanceOf(Effect.Offer.class);
        net.pass(Duration.ofSeconds(60));
        assertThat(net.disconnects).isEmpty();
    }

    @Test
    void aRotatedKeyKeepsTheConnectionAndTheNewKeyIsDialed() {
        net.discovered(ON_CHAIN_VALIDATOR_SET, Map.of(A, peer(9), B, SAYS_B));
        assertThat(net.handOffs).hasSize(1).first().isInstanceOf(Effect.GiveWay.class);
        net.pass(Duration.ofSeconds(1));
        var dial = net.dial();
        assertThat(dial.peer()).isEqualTo(A);
        assertThat(dial.address().key()).contains(key(9));
        assertThat(net.disconnects).isEmpty();

        net.up(A, Origin.OUTBOUND, key(9));
        net.on(new Event.DialEnded(dial.id(), true));
        net.pass(Duration.ofSeconds(60));
        assertThat(net.dials).isEmpty();
        assertThat(net.disconnects).isEmpty();
    }

    @Test
    void whileBothSetsAreTrustedBothKeysOfAPeerAre() {
        announce(Map.of(A, peer(9), C, SAYS_C));
        assertThat(net.machine.trusted().find(A).orElseThrow().keys())
                .containsExactlyInAnyOrder(key(1), key(9));
        passUntil(change);
        assertThat(net.handOffs).isEmpty();
    }
}
