package dev.aptosnet.bootstrap.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.bootstrap.AptosNode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.monitoring.MonitoringSettings;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What an application's own registry sees of two nodes that talk. */
@Timeout(60)
class NetworkMetricsTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @BeforeEach
    void add() {
        Metrics.addRegistry(registry);
    }

    @AfterEach
    void remove() {
        Metrics.removeRegistry(registry);
    }

    private double count(AptosNode node, String name, String... labels) {
        return registry.get(name)
                .tags("peer_id", node.peerId().shortText())
                .tags(labels)
                .counter()
                .count();
    }

    @Test
    void messagesCallsAndConnectionsAreCountedAtBothEndsUnderTheirNames() throws Exception {
        var arrived = new CountDownLatch(3);
        String client;
        try (var a =
                        AptosNode.builder()
                                .listen("/memory/0")
                                .monitoring(MonitoringSettings.OFF)
                                .serve(
                                        ProtocolId.NETBENCH_RPC,
                                        request -> request.respond(request.payload()))
                                .receive(ProtocolId.NETBENCH_DIRECT_SEND, _ -> arrived.countDown())
                                .start();
                var b =
                        AptosNode.builder()
                                .protocols(ProtocolId.NETBENCH_RPC, ProtocolId.NETBENCH_DIRECT_SEND)
                                .monitoring(MonitoringSettings.OFF)
                                .seed(a.listenAddress())
                                .start()) {
            var peer = b.awaitPeer(a.peerId(), SOON);
            client = b.peerId().shortText();
            // A new connection is pinged, by a call of its own: what comes after is counted here.
            while (b.roundTrip(peer).isEmpty()) {
                Thread.sleep(5);
            }
            String[] sent = {
                "message_type", "request", "message_direction", "outbound", "state", "sent"
            };
            var callsBefore = count(b, "aptos_network_rpc_messages", sent);
            var bytesBefore = count(b, "aptos_network_rpc_bytes", sent);
            b.client().sendToPeerRpc(peer, ProtocolId.NETBENCH_RPC, Bytes.utf8("12345"), SOON);
            for (var i = 0; i < 3; i++) {
                b.client().sendToPeer(peer, ProtocolId.NETBENCH_DIRECT_SEND, Bytes.utf8("1234567"));
            }
            assertThat(arrived.await(5, TimeUnit.SECONDS)).isTrue();
            // One more round trip, after which both ends have added up what came before.
            b.client().sendToPeerRpc(peer, ProtocolId.NETBENCH_RPC, Bytes.utf8("12345"), SOON);

            assertThat(count(b, "aptos_network_direct_send_messages", "state", "sent"))
                    .isEqualTo(3);
            assertThat(count(b, "aptos_network_direct_send_bytes", "state", "sent")).isEqualTo(21);
            assertThat(count(a, "aptos_network_direct_send_messages", "state", "received"))
                    .isEqualTo(3);
            assertThat(count(b, "aptos_network_rpc_messages", sent) - callsBefore).isEqualTo(2);
            assertThat(count(b, "aptos_network_rpc_bytes", sent) - bytesBefore).isEqualTo(10);
            assertThat(
                            registry.get("aptos_connections")
                                    .tags("peer_id", client, "direction", "outbound")
                                    .gauge()
                                    .value())
                    .isEqualTo(1);
            assertThat(
                            registry.get("aptos_network_outbound_rpc_request_latency_seconds")
                                    .tags("peer_id", client, "protocol_id", "NetbenchRpc")
                                    .timer()
                                    .count())
                    .isEqualTo(2);
            assertThat(
                            registry.get("aptos_network_inbound_rpc_handler_latency_seconds")
                                    .tags(
                                            "peer_id",
                                            a.peerId().shortText(),
                                            "protocol_id",
                                            "NetbenchRpc")
                                    .timer()
                                    .count())
                    .isEqualTo(2);
        }
        assertThat(registry.find("aptos_connections").tags("peer_id", client).gauges()).isEmpty();
    }
}
