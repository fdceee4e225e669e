package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.ConnectivitySettings;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/** All dials of a node, whichever network and whoever wants them, within its limits (I-07). */
@Timeout(60)
class NodeDialsOverSocketsTest {
    private static final ProtocolId ECHO = ProtocolId.custom(200, "Echo");
    private static final int PER_SECOND = 40;
    private static final int BURST = 8;
    private static final int PLACES = 32;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /** Takes connections, and never says a word. */
    private static final class Hole implements AutoCloseable {
        private final ServerSocket socket;
        private final List<Socket> taken = new CopyOnWriteArrayList<>();

        Hole() throws IOException {
            socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
            Thread.ofVirtual()
                    .start(
                            () -> {
                                while (!socket.isClosed()) {
                                    try {
                                        taken.add(socket.accept());
                                    } catch (IOException _) {
                                        return;
                                    }
                                }
                            });
        }

        NetworkAddress address(Identity of) {
            return NetworkAddress.parse("/ip4/127.0.0.1/tcp/" + socket.getLocalPort())
                    .withKey(of.publicKey());
        }

        int connections() {
            return taken.size();
        }

        @Override
        public void close() throws IOException {
            socket.close();
            for (var one : taken) {
                one.close();
            }
        }
    }

    @BeforeEach
    void count() {
        Metrics.addRegistry(meters);
    }

    @AfterEach
    void stop() {
        Metrics.removeRegistry(meters);
    }

    private static void seed(NodeBuilder network, Hole hole) {
        network.protocols(ECHO)
                .connectivity(
                        ConnectivitySettings.builder()
                                .dialsPerSecond(PER_SECOND)
                                .dialBurst(BURST)
                                .maxPending(PLACES)
                                .maxProbes(0) // A probe is a connection too, but no dial.
                                .build());
        for (var i = 0; i < 40; i++) {
            var dead = Identity.generate();
            network.seed(dead.peerId(), hole.address(dead));
        }
    }

    private int dialsInFlight() {
        var gauges = meters.find("aptosnet_node_dials_in_flight").gauges();
        assertThat(gauges).as("one for all networks").hasSize(1);
        return (int) gauges.iterator().next().value();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(5);
        }
    }

    @Test
    void twoNetworksFullOfDeadPeersStayWithinTheNodesRateAndPlaces() throws Exception {
        try (var first = new Hole();
                var second = new Hole()) {
            var begun = System.nanoTime();
            var builder = AptosNode.builder().networkId(NetworkId.VFN);
            seed(builder, first);
            builder.network(NetworkId.PUBLIC, open -> seed(open, second));
            try (var node = builder.start()) {
                // Two places are kept for what the application dials on each network.
                var forNetworks = PLACES - 2 * (PLACES / 16);
                while (first.connections() + second.connections() < forNetworks) {
                    var dialed = first.connections() + second.connections();
                    var seconds = (System.nanoTime() - begun) / 1e9;
                    assertThat((double) dialed).isLessThanOrEqualTo(BURST + PER_SECOND * seconds);
                    Thread.sleep(5);
                }
                assertThat(second.connections())
                        .as("some places are for the less important network")
                        .isGreaterThanOrEqualTo(PLACES / 16);
                Thread.sleep(500);
                assertThat(first.connections() + second.connections()).isEqualTo(forNetworks);
                assertThat(dialsInFlight()).isEqualTo(forNetworks);

                // What the application wants finds its places, and no more than those.
                for (var i = 0; i < 3; i++) {
                    Thread.ofVirtual().start(() -> connect(node, first));
                }
                await(() -> first.connections() + second.connections() == forNetworks + 2);
                await(() -> waiting(NetworkId.VFN) == 1);
                assertThatThrownBy(
                                () -> {
                                    var dead = Identity.generate();
                                    node.connect(
                                            dead.peerId(),
                                            first.address(dead),
                                            Duration.ofMillis(300));
                                })
                        .isInstanceOf(ConnectFailure.class)
                        .hasMessageContaining("TIMEOUT");
                assertThat(first.connections() + second.connections()).isEqualTo(forNetworks + 2);
                await(() -> waiting(NetworkId.VFN) == 1);

                // Places that are free again are taken by those who waited.
                first.taken.getFirst().close();
                await(() -> first.connections() + second.connections() == forNetworks + 3);
            }
        }
        assertThat(meters.getMeters()).isEmpty();
    }

    private int waiting(NetworkId network) {
        return (int)
                meters.get("aptosnet_requested_dials_waiting")
                        .tags("network_id", network.configName())
                        .gauge()
                        .value();
    }

    private static void connect(AptosNode node, Hole hole) {
        var dead = Identity.generate();
        try {
            node.connect(dead.peerId(), hole.address(dead), Duration.ofSeconds(50));
        } catch (ConnectFailure | InterruptedException _) {
            // The hole is closed at the end.
        }
    }
}
