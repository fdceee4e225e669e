package dev.aptosnet.domain.monitoring;

import static dev.aptosnet.domain.monitoring.Infos.id;
import static dev.aptosnet.domain.monitoring.Infos.info;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.client.ConnectionState;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.PeersAndMetadata;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.monitoring.ConnectedPeer;
import dev.aptosnet.ports.monitoring.NetworkInformation;
import dev.aptosnet.ports.monitoring.NodeInformation;
import dev.aptosnet.ports.monitoring.PeerMonitoring;
import dev.aptosnet.ports.monitoring.PeerOnNetwork;
import dev.aptosnet.ports.settings.MonitoringSettings;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

class MonitoringServerTest {
    private static final MonitoringSettings OPEN = MonitoringSettings.DEFAULT.withSanitize(false);
    private static final NodeInformation NODE =
            new NodeInformation(Map.of("commit", "f00"), 1, 2, 3, 4, Duration.ofSeconds(9));
    private static final PeersAndMetadata NOBODY =
            PeersAndMetadata.of(List.of(NetworkId.VALIDATOR, NetworkId.VFN, NetworkId.PUBLIC));

    private static MonitoringResponse ask(
            MonitoringSettings settings,
            boolean validator,
            PeersAndMetadata peers,
            MonitoringRequest request) {
        return new MonitoringServer(settings, validator).answer(request, peers, () -> NODE);
    }

    private static NetworkInformation network(PeersAndMetadata peers) {
        return network(OPEN, false, peers);
    }

    private static NetworkInformation network(
            MonitoringSettings settings, boolean validator, PeersAndMetadata peers) {
        var answer = ask(settings, validator, peers, new MonitoringRequest.GetNetworkInformation());
        assertThat(answer).isInstanceOf(MonitoringResponse.Network.class);
        return ((MonitoringResponse.Network) answer).information();
    }

    private static PeersAndMetadata reporting(
            PeersAndMetadata peers, PeerOnNetwork peer, long distance) {
        return peers.with(
                peer, PeerMonitoring.NONE.with(new NetworkInformation(Map.of(), distance)));
    }

    /** Connected peers as they are to be listed. */
    private static Map<PeerOnNetwork, ConnectedPeer> listed(PeersAndMetadata peers) {
        var listed = new TreeMap<PeerOnNetwork, ConnectedPeer>();
        for (var peer : peers.connected()) {
            var info = peer.info();
            listed.put(
                    new PeerOnNetwork(info.network(), info.peer()),
                    new ConnectedPeer(info.address(), info.peer(), info.role()));
        }
        return listed;
    }

    @Test
    @DisplayName("MS-01 the version of the service is 1")
    void version() {
        assertThat(ask(OPEN, false, NOBODY, new MonitoringRequest.GetServerProtocolVersion()))
                .isEqualTo(new MonitoringResponse.ServerProtocolVersion(1));
    }

    @Test
    @DisplayName("MS-02 a full node is one farther away than its nearest connected peer")
    void distanceOfAFullNode() {
        assertThat(network(NOBODY)).isEqualTo(new NetworkInformation(Map.of(), 100));
        var peer = new PeerOnNetwork(NetworkId.PUBLIC, id(1));
        var silent = NOBODY.with(info(NetworkId.PUBLIC, 1, PeerRole.UNKNOWN));
        assertThat(network(silent)).isEqualTo(new NetworkInformation(listed(silent), 100));
        var far = reporting(silent, peer, 100);
        assertThat(network(far)).isEqualTo(new NetworkInformation(listed(silent), 100));
        var near = reporting(silent, peer, 2);
        assertThat(network(near)).isEqualTo(new NetworkInformation(listed(silent), 3));
        var validator = new PeerOnNetwork(NetworkId.VFN, id(2));
        var withValidator =
                reporting(near.with(info(NetworkId.VFN, 2, PeerRole.VALIDATOR)), validator, 0);
        assertThat(network(withValidator))
                .isEqualTo(new NetworkInformation(listed(withValidator), 1));
        assertThat(listed(withValidator)).hasSize(2);
        var without = withValidator.with(validator, ConnectionState.DISCONNECTING);
        assertThat(network(without)).isEqualTo(new NetworkInformation(listed(near), 3));
    }

    @Test
    void aValidatorAmongValidatorsIsWhereTheyAre() {
        assertThat(network(OPEN, true, NOBODY).distanceFromValidators()).isEqualTo(100);
        var among = NOBODY.with(info(NetworkId.VALIDATOR, 1, PeerRole.VALIDATOR));
        assertThat(network(OPEN, true, among).distanceFromValidators()).isZero();
    }

    @Test
    @DisplayName("MS-03 node information is what the node's source says")
    void node() {
        for (var i = 0; i <= 10; i++) {
            var told =
                    new NodeInformation(Map.of("a", "b"), 1, 2, 3, 4, Duration.ofMillis(100L * i));
            assertThat(
                            new MonitoringServer(OPEN, false)
                                    .answer(
                                            new MonitoringRequest.GetNodeInformation(),
                                            NOBODY,
                                            () -> told))
                    .isEqualTo(new MonitoringResponse.Node(told));
        }
    }

    @Test
    @DisplayName("MS-04 by default nobody learns who our peers are")
    void sanitized() {
        var silent = NOBODY.with(info(NetworkId.PUBLIC, 1, PeerRole.UNKNOWN));
        assertThat(network(MonitoringSettings.DEFAULT, false, silent))
                .isEqualTo(new NetworkInformation(Map.of(), 100));
        assertThat(
                        ask(
                                MonitoringSettings.DEFAULT,
                                false,
                                silent,
                                new MonitoringRequest.GetNodeInformation()))
                .isEqualTo(
                        new MonitoringResponse.Node(
                                new NodeInformation(Map.of(), 1, 2, 3, 4, Duration.ofSeconds(9))));
    }

    @Test
    void aPingIsEchoed() {
        assertThat(ask(OPEN, false, NOBODY, new MonitoringRequest.LatencyPing(-1)))
                .isEqualTo(new MonitoringResponse.LatencyPing(-1));
    }

    @Test
    void aListOfPeersThatNobodyWouldAcceptIsLeftOut() {
        var many = NOBODY;
        for (var i = 0; i < 1500; i++) {
            many = many.with(at(i));
        }
        var server = new MonitoringServer(OPEN, false);
        var answer = server.answer(new MonitoringRequest.GetNetworkInformation(), many, () -> NODE);
        assertThat(MonitoringBcs.encode(answer).size()).isGreaterThan(OPEN.maxResponseBytes());
        assertThat(MonitoringBcs.decodeResponse(server.encode(answer)))
                .isEqualTo(new MonitoringResponse.Network(new NetworkInformation(Map.of(), 100)));
    }

    private static PeerInfo at(int number) {
        var like = info(NetworkId.PUBLIC, 1, PeerRole.UNKNOWN);
        return new PeerInfo(
                like.network(),
                id(number),
                like.connection(),
                like.role(),
                like.address(),
                like.origin(),
                like.transport(),
                like.suite(),
                like.protocols(),
                like.times());
    }
}
