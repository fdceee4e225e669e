package dev.aptosnet.domain.monitoring;

import static dev.aptosnet.domain.monitoring.Infos.id;
import static dev.aptosnet.domain.monitoring.Infos.info;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.client.ConnectionState;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.PeerMetadata;
import dev.aptosnet.ports.client.PeersAndMetadata;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.monitoring.NetworkInformation;
import dev.aptosnet.ports.monitoring.PeerMonitoring;
import dev.aptosnet.ports.monitoring.PeerOnNetwork;
import dev.aptosnet.ports.transport.TrustedPeers.TrustedPeer;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The store of peers: two networks, one peer on each. */
class PeersAndMetadataTest {
    private static final ProtocolId MEMPOOL = ProtocolId.MEMPOOL_DIRECT_SEND;
    private static final ProtocolId STORAGE = ProtocolId.STORAGE_SERVICE_RPC;
    private static final ProtocolId CONSENSUS = ProtocolId.CONSENSUS_RPC_BCS;

    private final PeerInfo first =
            info(NetworkId.VALIDATOR, 1, PeerRole.VALIDATOR, MEMPOOL, STORAGE);
    private final PeerInfo second =
            info(NetworkId.VFN, 2, PeerRole.VALIDATOR_FULL_NODE, MEMPOOL, CONSENSUS);
    private final PeerOnNetwork one = new PeerOnNetwork(NetworkId.VALIDATOR, id(1));
    private final PeerOnNetwork two = new PeerOnNetwork(NetworkId.VFN, id(2));
    private final PeersAndMetadata empty =
            PeersAndMetadata.of(List.of(NetworkId.VFN, NetworkId.VALIDATOR));
    private final PeersAndMetadata both = empty.with(first).with(second);

    private static List<PeerId> ids(List<PeerMetadata> peers) {
        return peers.stream().map(peer -> peer.info().peer()).toList();
    }

    private static void refused(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("AP-01 a new store has its networks and no peers")
    void newStore() {
        assertThat(empty.networks()).containsExactly(NetworkId.VALIDATOR, NetworkId.VFN);
        assertThat(empty.all()).isEmpty();
        assertThat(empty.connected()).isEmpty();
    }

    @Test
    @DisplayName("AP-02 peers are found by the protocols that they speak")
    void byProtocol() {
        assertThat(ids(both.supporting(MEMPOOL))).containsExactly(id(1), id(2));
        assertThat(ids(both.supporting(STORAGE))).containsExactly(id(1));
        assertThat(ids(both.supporting(CONSENSUS))).containsExactly(id(2));
        assertThat(both.supporting(ProtocolId.PEER_MONITORING_SERVICE_RPC)).isEmpty();
        assertThat(ids(both.supporting(CONSENSUS, STORAGE))).containsExactly(id(1), id(2));
    }

    @Test
    @DisplayName("AP-03 a peer that is disconnecting is listed, but neither connected nor usable")
    void disconnecting() {
        var leaving = both.with(one, ConnectionState.DISCONNECTING);
        assertThat(ids(leaving.all())).containsExactly(id(1), id(2));
        assertThat(ids(leaving.connected())).containsExactly(id(2));
        assertThat(ids(leaving.supporting(MEMPOOL))).containsExactly(id(2));
        assertThat(ids(both.connected())).containsExactly(id(1), id(2)); // this view stays
    }

    @Test
    @DisplayName("AP-04 a peer goes with its own connection, not with another")
    void removal() {
        refused(() -> both.without(two, new ConnectionId(1)));
        assertThat(ids(both.all())).containsExactly(id(1), id(2));
        var without = both.without(two, second.connection());
        assertThat(ids(without.all())).containsExactly(id(1));
        assertThat(ids(without.connected())).containsExactly(id(1));
        assertThat(without.supporting(CONSENSUS)).isEmpty();
        refused(() -> without.get(two));
    }

    @Test
    @DisplayName("AP-05 unknown peers and unregistered networks are refused")
    void unknown() {
        var nobody = new PeerOnNetwork(NetworkId.VALIDATOR, id(3));
        var elsewhere = new PeerOnNetwork(NetworkId.PUBLIC, id(1));
        for (var peer : List.of(nobody, elsewhere)) {
            refused(() -> both.get(peer));
            refused(() -> both.with(peer, ConnectionState.CONNECTED));
            refused(() -> both.with(peer, PeerMonitoring.NONE));
            refused(() -> both.without(peer, first.connection()));
        }
        refused(() -> both.with(info(NetworkId.PUBLIC, 1, PeerRole.KNOWN)));
        refused(() -> both.withMonitoring(NetworkId.PUBLIC, Map.of()));
    }

    @Test
    @DisplayName("AP-06 the trusted set of a registered network is empty, of another is refused")
    void noTrust() {
        assertThat(empty.trusted(NetworkId.VALIDATOR)).isEmpty();
        refused(() -> empty.trusted(NetworkId.PUBLIC));
        refused(() -> empty.withTrusted(NetworkId.PUBLIC, Map.of()));
    }

    @Test
    @DisplayName("AP-07 each network has a trusted set of its own")
    void trust() {
        var key = PublicKey.of(new byte[32]);
        var validator = new TrustedPeer(Set.of(key), PeerRole.VALIDATOR);
        var fullNode = new TrustedPeer(Set.of(key), PeerRole.VALIDATOR_FULL_NODE);
        var trusting =
                empty.withTrusted(NetworkId.VALIDATOR, Map.of(id(1), validator))
                        .withTrusted(NetworkId.VFN, Map.of(id(2), fullNode));
        assertThat(trusting.trusted(NetworkId.VALIDATOR)).isEqualTo(Map.of(id(1), validator));
        assertThat(trusting.trusted(NetworkId.VFN)).isEqualTo(Map.of(id(2), fullNode));
        var cleared = trusting.withTrusted(NetworkId.VALIDATOR, Map.of());
        assertThat(cleared.trusted(NetworkId.VALIDATOR)).isEmpty();
        assertThat(cleared.trusted(NetworkId.VFN)).isEqualTo(Map.of(id(2), fullNode));
    }

    @Test
    @DisplayName("AP-08 the connected peers follow what connects and what goes")
    void tracking() {
        assertThat(empty.connected()).isEmpty();
        assertThat(empty.with(first).connected())
                .containsExactly(
                        new PeerMetadata(ConnectionState.CONNECTED, first, PeerMonitoring.NONE));
        assertThat(both.connected()).extracting(PeerMetadata::info).containsExactly(first, second);
        assertThat(both.without(one, first.connection()).connected())
                .extracting(PeerMetadata::info)
                .containsExactly(second);
    }

    @Test
    void aNewConnectionKeepsTheStateAndTheMonitoringDataOfAKnownPeer() {
        var known = PeerMonitoring.NONE.with(new NetworkInformation(Map.of(), 3));
        var newer = info(NetworkId.VALIDATOR, 1, PeerRole.VALIDATOR, MEMPOOL);
        var after =
                both.with(one, known).with(one, ConnectionState.DISCONNECTING).with(newer).get(one);
        assertThat(after).isEqualTo(new PeerMetadata(ConnectionState.DISCONNECTING, newer, known));
    }

    @Test
    void monitoringDataIsRenewedForEveryPeerOfANetworkAtOnce() {
        var known = PeerMonitoring.NONE.with(new NetworkInformation(Map.of(), 3));
        var after =
                both.with(two, known)
                        .with(info(NetworkId.VALIDATOR, 3, PeerRole.VALIDATOR))
                        .withMonitoring(NetworkId.VALIDATOR, Map.of(id(1), known, id(9), known));
        assertThat(after.all())
                .extracting(PeerMetadata::monitoring)
                .containsExactly(known, PeerMonitoring.NONE, known);
    }
}
