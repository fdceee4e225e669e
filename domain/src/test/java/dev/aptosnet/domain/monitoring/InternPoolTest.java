package dev.aptosnet.domain.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.monitoring.ConnectedPeer;
import dev.aptosnet.ports.monitoring.NetworkInformation;
import dev.aptosnet.ports.monitoring.NodeInformation;
import dev.aptosnet.ports.monitoring.PeerOnNetwork;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

class InternPoolTest {
    private final InternPool said = new InternPool();

    /** Nothing in it is shared with another call's. */
    private static NetworkInformation network(int peers) {
        var connected = new HashMap<PeerOnNetwork, ConnectedPeer>();
        for (var i = 0; i < peers; i++) {
            var id = new byte[PeerId.LENGTH];
            id[0] = (byte) i;
            id[1] = (byte) (i >> 8);
            connected.put(
                    new PeerOnNetwork(NetworkId.VALIDATOR, PeerId.of(id)),
                    new ConnectedPeer(
                            NetworkAddress.parse("/ip4/10.0.0.1/tcp/" + (6000 + i)),
                            PeerId.of(id),
                            PeerRole.VALIDATOR));
        }
        return new NetworkInformation(connected, 0);
    }

    private static NodeInformation node(String commit, long version) {
        return new NodeInformation(
                Map.of("commit", commit), 1, version, 3, 4, Duration.ofSeconds(version));
    }

    @Test
    void whatTwoPeersSayAlikeIsKeptOnce() {
        var one = said.shared(network(20));
        var other = said.shared(network(21));
        assertThat(other).isEqualTo(network(21));
        var kept = new HashMap<PeerOnNetwork, PeerOnNetwork>();
        one.connectedPeers().keySet().forEach(name -> kept.put(name, name));
        other.connectedPeers()
                .forEach(
                        (name, peer) -> {
                            if (kept.containsKey(name)) {
                                assertThat(name).isSameAs(kept.get(name));
                                assertThat(peer).isSameAs(one.connectedPeers().get(name));
                            }
                        });
    }

    @Test
    void nodesOfOneBuildShareItsDescriptionAndNothingElse() {
        var one = said.shared(node("f00", 1));
        var other = said.shared(node("f00", 2));
        assertThat(other).isEqualTo(node("f00", 2));
        assertThat(other.buildInformation()).isSameAs(one.buildInformation());
        assertThat(said.shared(node("ba4", 2))).isEqualTo(node("ba4", 2));
    }

    @Test
    void moreThanItHoldsIsStillTakenAsItCame() {
        for (var i = 0; i < 100; i++) {
            assertThat(said.shared(node("build " + i, i))).isEqualTo(node("build " + i, i));
        }
        assertThat(said.shared(network(5000))).isEqualTo(network(5000));
    }
}
