package dev.aptosnet.node.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.Identity;
import dev.aptosnet.node.NodeBuilder;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.MonitoringSettings;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

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

    private double gauge(AptosNode node, String name, String... labels) {
        return registry.get(name)
                .tags("peer_id", node.peerId().shortText())
                .tags(labels)
                .gauge()
                .value();
    }

    /** How many calls of the echo protocol a timer has seen. */
    private double timed(AptosNode node, String name) {
        return registry.get(name)
                .tags("peer_id", node.peerId().shortText(), "protocol_id", "NetbenchRpc")
                .timer()
                .count();
    }

    @Test
    void connectionsInSetUpAndTrustedPeersHaveGauges() throws Exception {
        var a = Identity.generate();
        var b = Identity.generate();
        var absent = Identity.generate();
        try (var listener =
                        validator(a)
                                .listen("/ip4/127.0.0.1/tcp/0")
                                .trust(b.peerId(), b.publicKey(), PeerRole.VALIDATOR)
                                .trust(absent.peerId(), absent.publicKey(), PeerRole.VALIDATOR)
                                .start();
                var dialer =
                        validator(b).trust(a.peerId(), a.publicKey(), PeerRole.VALIDATOR).start()) {
            var connected = "aptos_network_peer_connected";
            assertThat(gauge(dialer, connected, "remote_peer_id", a.peerId().shortText())).isZero();
            dialer.connect(a.peerId(), listener.listenAddress(), SOON);
            listener.awaitPeer(b.peerId(), SOON);
            assertThat(gauge(dialer, connected, "remote_peer_id", a.peerId().shortText()))
                    .isEqualTo(1);
            assertThat(gauge(listener, connected, "remote_peer_id", b.peerId().shortText()))
                    .isEqualTo(1);
            assertThat(gauge(listener, connected, "remote_peer_id", absent.peerId().shortText()))
                    .isZero();

            var pending = "aptos_network_pending_connection_upgrades";
            awaitValue(pending, 0, () -> gauge(dialer, pending, "direction", "outbound"));
            var port = listener.listenAddress().port().orElseThrow();
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) { // and says nothing
                awaitValue(pending, 1, () -> gauge(listener, pending, "direction", "inbound"));
            }
            awaitValue(pending, 0, () -> gauge(listener, pending, "direction", "inbound"));
        }
        assertThat(registry.find("aptos_network_peer_connected").gauges()).isEmpty();
    }

    private static NodeBuilder validator(Identity identity) {
        return AptosNode.builder()
                .networkId(NetworkId.VALIDATOR)
                .validator(true)
                .identity(identity)
                .protocols(ProtocolId.NETBENCH_RPC);
    }

    private static void awaitValue(String name, double expected, DoubleSupplier value)
            throws InterruptedException {
        var deadline = System.nanoTime() + SOON.toNanos();
        while (value.getAsDouble() != expected && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        assertThat(value.getAsDouble()).as(name).isEqualTo(expected);
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
            b.client().sendToPeerRpc(peer, ProtocolId.NETBENCH_RPC, Bytes.utf8("12345"), SOON);

            // An answer overtakes the counting of what led to it, at both ends.
            var messages = "aptos_network_direct_send_messages";
            var bytes = "aptos_network_direct_send_bytes";
            awaitValue(messages, 3, () -> count(b, messages, "state", "sent"));
            awaitValue(bytes, 21, () -> count(b, bytes, "state", "sent"));
            awaitValue(messages, 3, () -> count(a, messages, "state", "received"));
            var calls = "aptos_network_rpc_messages";
            awaitValue(calls, 2, () -> count(b, calls, sent) - callsBefore);
            var callBytes = "aptos_network_rpc_bytes";
            awaitValue(callBytes, 10, () -> count(b, callBytes, sent) - bytesBefore);
            assertThat(gauge(b, "aptos_connections", "direction", "outbound")).isEqualTo(1);
            var latency = "aptos_network_outbound_rpc_request_latency_seconds";
            awaitValue(latency, 2, () -> timed(b, latency));
            var handled = "aptos_network_inbound_rpc_handler_latency_seconds";
            awaitValue(handled, 2, () -> timed(a, handled));
        }
        assertThat(registry.find("aptos_connections").tags("peer_id", client).gauges()).isEmpty();
    }
}
