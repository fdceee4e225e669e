package dev.aptosnet.domain.connectivity;

import static dev.aptosnet.domain.connectivity.Net.A;
import static dev.aptosnet.domain.connectivity.Net.B;
import static dev.aptosnet.domain.connectivity.Net.C;
import static dev.aptosnet.domain.connectivity.Net.at;
import static dev.aptosnet.domain.connectivity.Net.key;
import static dev.aptosnet.domain.connectivity.Net.only;
import static dev.aptosnet.domain.connectivity.Net.peer;
import static dev.aptosnet.ports.discovery.SourceKind.CONFIG;
import static dev.aptosnet.ports.discovery.SourceKind.ON_CHAIN_VALIDATOR_SET;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.connectivity.Connectivity.Effect;
import dev.aptosnet.domain.connectivity.Connectivity.Event;
import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rows of conformance.md section 9, with aptos-core's values. */
class ConnectivityTest {
    private Net net = Net.reference(AuthMode.MUTUAL);

    @Test
    @DisplayName("CM-01 a seed is dialed once, after the first delay")
    void aSeedIsDialedOnce() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        assertThat(net.dials).isEmpty();
        net.pass(Duration.ofMillis(99));
        assertThat(net.dials).isEmpty();
        net.pass(Duration.ofMillis(101));
        var dial = net.dial();
        assertThat(dial.peer()).isEqualTo(A);
        assertThat(dial.address()).isEqualTo(at(1));
        net.check();
        assertThat(net.dials).isEmpty();
    }

    @Test
    @DisplayName("X-13 the first check is due at once, the next a period after the last was made")
    void checksAreMadeAtOnceAndThenAtAFixedDelay() {
        assertThat(net.machine.nextDeadline()).isEqualTo(net.now);
        net.on(new Event.TimeReached());
        assertThat(net.machine.nextDeadline()).isEqualTo(net.now.plus(Net.CHECK));
        net.now = net.now.plus(Net.CHECK).plus(Duration.ofSeconds(3));
        net.on(new Event.TimeReached());
        assertThat(net.machine.nextDeadline()).isEqualTo(net.now.plus(Net.CHECK));
    }

    @Test
    @DisplayName("CM-02 an update with the address of a connected peer queues nothing")
    void nothingIsQueuedForAConnectedPeer() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.check();
        net.succeed(net.dial());
        net.discovered(ON_CHAIN_VALIDATOR_SET, only(A, peer(1, 1)));
        net.check();
        assertThat(net.dials).isEmpty();
        assertThat(net.disconnects).isEmpty();
    }

    @Test
    @DisplayName("CM-03 the on-chain address is dialed before the seed's")
    void addressesAreTriedInTheOrderOfTheirSources() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.check();
        var connection = net.succeed(net.dial());
        net.discovered(ON_CHAIN_VALIDATOR_SET, only(A, peer(1, 2)));
        net.down(A, connection);
        net.check();
        var first = net.dial();
        assertThat(first.address()).isEqualTo(at(2));
        net.fail(first);
        net.check();
        assertThat(net.dial().address()).isEqualTo(at(1));
    }

    @Test
    @DisplayName("CM-04 a lost peer is dialed again at the same address")
    void aLostPeerIsDialedAgain() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.check();
        var connection = net.succeed(net.dial());
        net.down(A, connection);
        net.check();
        assertThat(net.dial().address()).isEqualTo(at(1));
    }

    @Test
    @DisplayName("CM-05 a connected peer that loses its keys is disconnected")
    void aPeerWithoutKeysIsDisconnected() {
        net.discovered(ON_CHAIN_VALIDATOR_SET, only(A, peer(1, 1)));
        net.check();
        var connection = net.succeed(net.dial());
        net.discovered(ON_CHAIN_VALIDATOR_SET, only(A, without(peer(1, 1))));
        net.check();
        assertThat(net.disconnects)
                .containsExactly(
                        new Effect.Disconnect(A, connection, DisconnectReason.STALE_CONNECTION));
    }

    private static PeerDescription without(PeerDescription peer) {
        return PeerDescription.of(peer.addresses(), Set.of(), peer.role());
    }

    @Test
    @DisplayName("CM-06 a failed dial is repeated at the next check")
    void aFailedDialIsRepeated() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.check();
        net.fail(net.dial());
        assertThat(net.dials).isEmpty();
        net.check();
        assertThat(net.dial().peer()).isEqualTo(A);
    }

    @Test
    @DisplayName("CM-07 a disconnect without effect is ordered again at the next check")
    void aDisconnectIsRepeated() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.check();
        net.fail(net.dial());
        net.check();
        var connection = net.succeed(net.dial());
        net.discovered(CONFIG, Map.of());
        net.check();
        assertThat(net.disconnects).hasSize(1);
        net.check();
        assertThat(net.disconnects).hasSize(2);
        net.down(A, connection);
        net.check();
        assertThat(net.disconnects).hasSize(2);
    }

    @Test
    @DisplayName("CM-08 each check dials the missing peer once, and never the connected one")
    void oneDialPerCheck() {
        net.discovered(CONFIG, Map.of(A, peer(1, 1), B, peer(2, 2)));
        net.check();
        assertThat(net.dials).hasSize(2);
        for (var dial : List.copyOf(net.dials)) {
            if (dial.peer().equals(A)) {
                net.succeed(dial);
            } else {
                net.fail(dial);
            }
        }
        net.dials.clear();
        for (var failure = 1; failure < 10; failure++) {
            net.check();
            var dial = net.dial();
            assertThat(dial.peer()).isEqualTo(B);
            net.fail(dial);
        }
        net.check();
        net.succeed(net.dial());
        net.check();
        assertThat(net.dials).isEmpty();
    }

    @Test
    @DisplayName("CM-09 after a failed dial the second address is next")
    void theSecondAddressIsNext() {
        net.discovered(CONFIG, only(A, peer(1, 1, 2)));
        net.check();
        net.fail(net.dial());
        net.check();
        assertThat(net.dial().address()).isEqualTo(at(2));
    }

    @Test
    @DisplayName("CM-10 after the last address comes the first")
    void addressesWrap() {
        net.discovered(CONFIG, only(A, peer(1, 1, 2)));
        for (var port : List.of(1, 2, 1)) {
            net.check();
            var dial = net.dial();
            assertThat(dial.address()).isEqualTo(at(port));
            net.fail(dial);
        }
    }

    @Test
    @DisplayName("CM-11 what one source lists is the trusted set")
    void aSourceMakesTheTrustedSet() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        assertThat(net.machine.trusted().peers()).isEqualTo(only(A, peer(1, 1)));
        assertThat(net.machine.trusted().find(A).orElseThrow().keys()).containsExactly(key(1));
        assertThat(net.trusts).containsExactly(net.machine.trusted());
    }

    @Test
    @DisplayName("CM-12 the same update changes nothing, an empty one empties the trusted set")
    void repeatedAndEmptyUpdates() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.discovered(CONFIG, only(A, peer(1, 1)));
        assertThat(net.trusts).hasSize(1);
        net.discovered(CONFIG, Map.of());
        assertThat(net.machine.trusted()).isEqualTo(TrustedSet.EMPTY);
        assertThat(net.trusts).hasSize(2);
    }

    @Test
    void addressesOverQuicStandBesideTheOthersAndTakeNoTurn() {
        var net = Net.reference(AuthMode.MAYBE_MUTUAL);
        var quic = NetworkAddress.parse("/ip4/10.0.0.1/quic/7").withKey(key(1));
        var known =
                PeerDescription.of(
                        List.of(quic, at(1), at(2)), Set.of(key(1)), PeerRole.VALIDATOR_FULL_NODE);
        net.discovered(CONFIG, only(A, known));
        for (var port : List.of(1, 2, 1)) {
            net.check();
            net.pass(Duration.ofMinutes(2));
            var dial = net.dial();
            assertThat(dial.address()).isEqualTo(at(port));
            assertThat(net.machine.quicAddresses(A)).containsExactly(quic);
            net.fail(dial);
        }
        assertThat(net.machine.quicAddresses(B)).isEmpty();
    }

    @Test
    void aPeerThatListsNothingElseIsDialedOverQuic() {
        var net = Net.reference(AuthMode.MAYBE_MUTUAL);
        var quic = NetworkAddress.parse("/ip4/10.0.0.1/quic/7").withKey(key(1));
        net.discovered(
                CONFIG,
                only(
                        A,
                        PeerDescription.of(
                                List.of(quic), Set.of(key(1)), PeerRole.VALIDATOR_FULL_NODE)));
        net.check();
        assertThat(net.dial().address()).isEqualTo(quic);
    }

    @Test
    @DisplayName("CM-13 keys are united over the sources, addresses without repetition")
    void sourcesAreUnited() {
        net.discovered(ON_CHAIN_VALIDATOR_SET, only(A, peer(1, 1, 2)));
        net.discovered(CONFIG, Map.of(A, peer(2, 2, 3), B, peer(1, 4)));
        var trusted = net.machine.trusted();
        assertThat(trusted.peers()).containsOnlyKeys(A, B);
        assertThat(trusted.find(A).orElseThrow().keys()).containsExactlyInAnyOrder(key(1), key(2));
        assertThat(trusted.find(B).orElseThrow().keys()).containsExactly(key(1));
        assertThat(trusted.addresses(A)).containsExactly(at(1), at(2), at(3));
    }

    @Test
    @DisplayName("CM-14 a peer is trusted until the last source has dropped it")
    void theLastSourceCounts() {
        var view = Map.of(A, peer(1, 1), B, peer(2, 2));
        net.discovered(ON_CHAIN_VALIDATOR_SET, view);
        net.discovered(CONFIG, view);
        var both = net.machine.trusted();
        net.discovered(CONFIG, Map.of());
        assertThat(net.machine.trusted()).isEqualTo(both);
        net.discovered(ON_CHAIN_VALIDATOR_SET, Map.of());
        assertThat(net.machine.trusted()).isEqualTo(TrustedSet.EMPTY);
        net.discovered(ON_CHAIN_VALIDATOR_SET, Map.of());
        net.discovered(CONFIG, Map.of());
        assertThat(net.machine.trusted()).isEqualTo(TrustedSet.EMPTY);
    }

    @Test
    @DisplayName("CM-15 without mutual authentication an unknown inbound peer is not stale")
    void inboundStrangersStay() {
        net = Net.reference(AuthMode.MAYBE_MUTUAL);
        var dialed = net.up(A, Origin.OUTBOUND, PeerRole.UNKNOWN);
        net.up(B, Origin.INBOUND, PeerRole.UNKNOWN);
        net.up(C, Origin.INBOUND, PeerRole.VALIDATOR_FULL_NODE);
        net.check();
        assertThat(net.disconnects).extracting(Effect.Disconnect::connection).containsOnly(dialed);
    }

    @Test
    void withMutualAuthenticationNoStrangerStays() {
        net.up(A, Origin.OUTBOUND, PeerRole.UNKNOWN);
        net.up(B, Origin.INBOUND, PeerRole.UNKNOWN);
        net.check();
        assertThat(net.disconnects).extracting(Effect.Disconnect::peer).contains(A, B);
    }

    @Test
    @DisplayName("CM-16 only peers of the allow list are dialed")
    void theAllowListFilters() {
        net = policy(AccessPolicy.allowOnly(List.of(A, B)));
        assertThat(dialedOf(Map.of(A, peer(1, 1), B, peer(2, 2), C, peer(3, 3))))
                .containsExactlyInAnyOrder(A, B);
    }

    @Test
    @DisplayName("X-08 peers of the block list are not dialed, all others are")
    void theBlockListFilters() {
        net = policy(AccessPolicy.block(List.of(A, B)));
        assertThat(dialedOf(Map.of(A, peer(1, 1), B, peer(2, 2), C, peer(3, 3))))
                .containsExactly(C);
    }

    @Test
    @DisplayName("CM-17 without a policy all are dialed up to the limit")
    void noPolicyDialsAll() {
        assertThat(dialedOf(Map.of(A, peer(1, 1), B, peer(2, 2), C, peer(3, 3))))
                .containsExactlyInAnyOrder(A, B, C);
    }

    private static Net policy(AccessPolicy policy) {
        return new Net(NetworkId.PUBLIC, AuthMode.MUTUAL, policy, Net.reference().build());
    }

    private List<PeerId> dialedOf(Map<PeerId, PeerDescription> view) {
        net.discovered(CONFIG, view);
        net.check();
        return net.dials.stream().map(Effect.Dial::peer).toList();
    }

    @Test
    @DisplayName("X-09 both addresses of a peer are tried before the retry window applies")
    void twoDialsBeforeAPeerGoesBehindOthers() {
        net =
                new Net(
                        NetworkId.PUBLIC,
                        AuthMode.MUTUAL,
                        Net.reference().maxOutboundConnections(1).dialsBeforeBackoff(2).build());
        // By role A goes first as long as it is not recently dialed.
        net.discovered(CONFIG, Map.of(A, peer(PeerRole.UPSTREAM, 1, 1, 2), B, peer(2, 3)));
        for (var expected : List.of(at(1), at(2), at(3))) {
            net.check();
            var dial = net.dial();
            assertThat(dial.address()).isEqualTo(expected);
            net.fail(dial);
        }
    }

    @Test
    void withOneDialBeforeBackoffTheOtherPeerIsNext() {
        net =
                new Net(
                        NetworkId.PUBLIC,
                        AuthMode.MUTUAL,
                        Net.reference().maxOutboundConnections(1).build());
        net.discovered(CONFIG, Map.of(A, peer(PeerRole.UPSTREAM, 1, 1, 2), B, peer(2, 3)));
        for (var expected : List.of(at(1), at(3), at(2))) {
            net.check();
            var dial = net.dial();
            assertThat(dial.address()).isEqualTo(expected);
            net.fail(dial);
        }
    }

    @Test
    void aRoleThatChangesIsNotStale() {
        net.discovered(CONFIG, only(A, peer(PeerRole.DOWNSTREAM, 1, 1)));
        net.check();
        assertThat(net.dials).isEmpty();
        net.discovered(CONFIG, only(A, peer(PeerRole.UPSTREAM, 1, 1)));
        net.check();
        assertThat(net.dial().peer()).isEqualTo(A);
        assertThat(net.machine.trusted().find(A).orElseThrow().role()).isEqualTo(PeerRole.UPSTREAM);
    }

    @Test
    void anAddressThatChangesReachesTheTrustedSet() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.discovered(CONFIG, only(A, peer(1, 2)));
        assertThat(net.machine.trusted().addresses(A)).containsExactly(at(2));
        net.check();
        assertThat(net.dial().address()).isEqualTo(at(2));
    }

    @Test
    void ownIdIsSkipped() {
        net.discovered(CONFIG, only(Net.SELF, peer(1, 1)));
        net.check();
        assertThat(net.dials).isEmpty();
        assertThat(net.machine.trusted()).isEqualTo(TrustedSet.EMPTY);
    }

    @Test
    void rotatedKeysKeepTheConnection() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.check();
        net.succeed(net.dial());
        net.discovered(CONFIG, only(A, peer(2, 1)));
        net.check();
        assertThat(net.disconnects).isEmpty();
    }

    @Test
    void anAnswerToAnOldDialLeavesANewerOneAlone() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.check();
        var orphan = net.dial();
        var inbound = net.up(A, Origin.INBOUND, PeerRole.VALIDATOR_FULL_NODE);
        net.down(A, inbound);
        net.check();
        // The old dial still holds the peer's only place.
        assertThat(net.dials).isEmpty();
        net.fail(orphan);
        net.check();
        var newer = net.dial();
        net.fail(orphan);
        net.check();
        assertThat(net.dials).isEmpty();
        net.fail(newer);
        net.check();
        assertThat(net.dial().peer()).isEqualTo(A);
    }

    @Test
    void aLateReportOfAReplacedConnectionIsIgnored() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        var old = net.up(A, Origin.INBOUND, PeerRole.VALIDATOR_FULL_NODE);
        net.up(A, Origin.OUTBOUND, PeerRole.VALIDATOR_FULL_NODE);
        net.down(A, old);
        net.check();
        assertThat(net.dials).isEmpty();
    }

    @Test
    void aDialUnderWayToARemovedPeerIsCanceled() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.check();
        var dial = net.dial();
        net.discovered(CONFIG, Map.of());
        net.check();
        net.check();
        assertThat(net.cancels).containsExactly(new Effect.CancelDial(dial.id(), at(1)));
        // It was too late.
        var connection = net.succeed(dial);
        net.check();
        assertThat(net.disconnects)
                .extracting(Effect.Disconnect::connection)
                .containsOnly(connection);
    }

    @Test
    void aDialThatWaitsForARemovedPeerNeverLeaves() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.pass(Duration.ofMillis(50));
        net.discovered(CONFIG, Map.of());
        net.check();
        assertThat(net.dials).isEmpty();
    }

    @Test
    void aPinnedPeerIsDialedWhateverItsRoleAndTheLimit() {
        net =
                new Net(
                        NetworkId.PUBLIC,
                        AuthMode.MUTUAL,
                        Net.reference().maxOutboundConnections(0).build());
        var seed = new PeerDescription(List.of(at(1)), Set.of(key(1)), PeerRole.KNOWN, true);
        net.discovered(CONFIG, Map.of(A, seed, B, peer(2, 2)));
        net.check();
        assertThat(net.dial().peer()).isEqualTo(A);
    }

    @Test
    void aConnectionThatTheApplicationAskedForStaysUntilTrustIsTaken() {
        var connection = new ConnectionId(77);
        net.on(
                new Connectivity.Event.PeerUp(
                        A, connection, Origin.OUTBOUND, PeerRole.UNKNOWN, true, null));
        net.check();
        assertThat(net.disconnects).isEmpty();
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.discovered(CONFIG, Map.of());
        net.check();
        assertThat(net.disconnects)
                .extracting(Effect.Disconnect::connection)
                .containsOnly(connection);
    }
}
