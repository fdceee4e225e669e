package dev.aptosnet.node.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.NodeBuilder;
import dev.aptosnet.node.interop.WireMessage.Request;
import dev.aptosnet.node.interop.WireMessage.Response;
import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.PeerMetadata;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.monitoring.NetworkInformation;
import dev.aptosnet.ports.monitoring.NodeInformation;
import dev.aptosnet.ports.monitoring.PeerMonitoring;
import dev.aptosnet.ports.settings.MonitoringSettings;
import dev.aptosnet.ports.settings.MonitoringSettings.Asking;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Peer monitoring of whole nodes over real sockets, among themselves and with peers we make. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MonitoringTest {
    private static final int MONITORING = 10;
    private static final Asking OFTEN = new Asking(Duration.ofMillis(300), Duration.ofSeconds(2));
    private static final Asking ONCE = new Asking(Duration.ofHours(1), Duration.ofSeconds(2));
    private static final MonitoringSettings QUICK =
            MonitoringSettings.DEFAULT
                    .withAsking(OFTEN, OFTEN, OFTEN)
                    .withPace(
                            Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(200));

    private final List<AutoCloseable> open = new ArrayList<>();
    private final BlockingQueue<DisconnectReason> downs = new LinkedBlockingQueue<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private NodeBuilder node(MonitoringSettings settings) {
        return AptosNode.builder()
                .listen("/ip4/127.0.0.1/tcp/0")
                .monitoring(settings)
                .protocols(ProtocolId.NETBENCH_RPC)
                .onPeers(
                        new NetworkEvents<Bytes>() {
                            @Override
                            public void onPeerDown(PeerInfo peer, DisconnectReason reason) {
                                downs.add(reason);
                            }
                        });
    }

    private AptosNode start(NodeBuilder builder) {
        AptosNode node = builder.start();
        open.add(node);
        return node;
    }

    private WireClient dial(AptosNode node, int... protocols) throws IOException {
        int port = node.listenAddress().port().orElseThrow();
        WireClient peer =
                new WireDialer("127.0.0.1", port, node.publicKey().toByteArray())
                        .hello(WireHello.of(4, WireHello.WireNetwork.PUBLIC, protocols))
                        .dial();
        open.add(peer);
        return peer;
    }

    private static PeerMonitoring await(AptosNode node, Predicate<PeerMonitoring> good)
            throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            List<PeerMetadata> all = node.peersAndMetadata().connected();
            if (all.size() == 1 && good.test(all.getFirst().monitoring())) {
                return all.getFirst().monitoring();
            }
            assertThat(System.nanoTime()).as("%s", all).isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    private static boolean isComplete(PeerMonitoring known) {
        return known.averageLatency().isPresent()
                && known.network().isPresent()
                && known.node().isPresent();
    }

    @Test
    void twoNodesKnowOfEachOtherHowFarAwayAndHowFarAlongTheyAre() throws Exception {
        var registry = new SimpleMeterRegistry();
        Metrics.addRegistry(registry);
        open.add(() -> Metrics.removeRegistry(registry));
        AptosNode server =
                start(
                        node(QUICK.withSanitize(false))
                                .nodeInformation(
                                        uptime ->
                                                new NodeInformation(
                                                        Map.of("commit", "f00"),
                                                        7,
                                                        8,
                                                        9,
                                                        6,
                                                        uptime)));
        AptosNode client = start(node(QUICK).seed(server.listenAddress()));
        PeerMonitoring ofServer = await(client, MonitoringTest::isComplete);
        assertThat(ofServer.latestLatency().orElseThrow()).isPositive();
        NodeInformation node = ofServer.node().orElseThrow();
        assertThat(node.buildInformation()).isEqualTo(Map.of("commit", "f00"));
        assertThat(node.highestSyncedVersion()).isEqualTo(8);
        assertThat(node.uptime()).isPositive();
        NetworkInformation network = ofServer.network().orElseThrow();
        assertThat(network.distanceFromValidators()).isEqualTo(100);
        assertThat(network.connectedPeers().values())
                .singleElement()
                .satisfies(peer -> assertThat(peer.peer()).isEqualTo(client.peerId()));

        PeerMonitoring ofClient = await(server, MonitoringTest::isComplete);
        assertThat(ofClient.network())
                .contains(new NetworkInformation(Map.of(), 100)); // the client keeps it to itself
        assertThat(ofClient.node().orElseThrow().highestSyncedVersion()).isZero();

        String[] of = {"peer_id", client.peerId().shortText(), "network_id", "public"};
        for (String kind : List.of("latency_ping", "network_information", "node_information")) {
            assertThat(
                            registry.get("peer_monitoring_client_success_responses")
                                    .tags(of)
                                    .tag("response_type", kind)
                                    .counter()
                                    .count())
                    .isPositive();
            assertThat(
                            registry.get("aptos_peer_monitoring_service_server_requests_received")
                                    .tags(of)
                                    .tag("request_type", kind)
                                    .counter()
                                    .count())
                    .isPositive();
        }
        for (String name :
                List.of(
                        "average_ping_latencies",
                        "distance_from_validators",
                        "num_connected_peers",
                        "node_uptime")) {
            assertThat(registry.get("peer_monitoring_client_" + name).tags(of).summary().count())
                    .as(name)
                    .isPositive();
        }
        assertThat(registry.get("aptos_network_peer_ping_times").tags(of).summary().count())
                .isPositive();
    }

    @Test
    void aPeerThatDoesNotAnswerPingsIsDisconnectedForThat() throws Exception {
        Asking impatient = new Asking(Duration.ofMillis(100), Duration.ofMillis(200));
        AptosNode node = start(node(QUICK.withAsking(impatient, ONCE, ONCE)));
        WireClient peer = dial(node, MONITORING, 13);
        List<String> pings = new ArrayList<>();
        while (pings.size() < 3) {
            if (peer.readMessage() instanceof Request request
                    && request.protocol() == MONITORING
                    && request.raw().array()[1] == 3) {
                pings.add(Bytes.of(request.raw().array()).toHex());
            }
        }
        assertThat(pings)
                .containsExactly(
                        "00030000000000000000", "00030100000000000000", "00030200000000000000");
        assertThat(downs.poll(20, TimeUnit.SECONDS))
                .isEqualTo(DisconnectReason.PEER_MONITORING_PING_FAILURE);
        assertThat(node.peersAndMetadata().all()).isEmpty();
    }

    @Test
    void nonsenseInAnswersIsBorneAndTheGoodAnswerStays() throws Exception {
        AptosNode node = start(node(QUICK.withAsking(ONCE, ONCE, OFTEN)));
        WireClient peer = dial(node, MONITORING, 13);
        List<Payload> nonsense =
                List.of(
                        Payload.hex(""),
                        Payload.hex("ff"),
                        Payload.hex("010001ffffffff07"),
                        Payload.of(new byte[200 * 1024]),
                        Payload.hex("0100000000000000000000"));
        int asked = 0;
        while (asked < 8) {
            if (peer.readMessage() instanceof Request request && request.protocol() == MONITORING) {
                boolean aboutTheNode = request.raw().array()[1] == 1;
                Payload answer =
                        !aboutTheNode
                                ? Payload.hex("01010000")
                                : asked == 0
                                        ? Payload.hex(
                                                "01000200" + "05".repeat(32) + "00".repeat(12))
                                        : nonsense.get(asked % nonsense.size());
                asked += aboutTheNode ? 1 : 0;
                peer.send(new Response(request.id(), request.priority(), answer));
            }
        }
        PeerMonitoring known = await(node, monitoring -> monitoring.node().isPresent());
        assertThat(known.node().orElseThrow().uptime()).isEqualTo(Duration.ZERO);
        assertThat(known.averageLatency()).isEmpty();
        assertThat(downs).isEmpty();
    }

    @Test
    void requestsOfAPeerAreAnsweredAndNonsenseIsRefused() throws Exception {
        AptosNode node = start(node(QUICK.withClient(false)));
        WireClient peer = dial(node, MONITORING, 13);
        assertThat(ask(peer, "0002")).isEqualTo("0100030100000000000000");
        assertThat(ask(peer, "0003efbeadde00000000")).isEqualTo("010000efbeadde00000000");
        assertThat(ask(peer, "0000")).isEqualTo("010001006400000000000000");
        assertThat(ask(peer, "0001")).startsWith("01000200" + "00".repeat(32)).hasSize(2 * 48);
        for (String nonsense : List.of("", "ff", "0004", "000000", "0100030100000000000000")) {
            assertThat(ask(peer, nonsense)).startsWith("010101");
        }
        assertThat(ask(peer, "0002")).isEqualTo("0100030100000000000000");
    }

    private static String ask(WireClient peer, String request) throws IOException {
        peer.request(MONITORING, 0, Payload.hex(request));
        return Bytes.of(peer.readResponse().raw().array()).toHex();
    }

    @Test
    void aSourceThatFailsIsAnInternalErrorForThePeer() throws Exception {
        AptosNode node =
                start(
                        node(QUICK.withClient(false))
                                .nodeInformation(
                                        _ -> {
                                            throw new IllegalStateException("no ledger");
                                        }));
        WireClient peer = dial(node, MONITORING, 13);
        assertThat(ask(peer, "0001")).startsWith("010100");
        assertThat(ask(peer, "0002")).isEqualTo("0100030100000000000000");
    }

    @Test
    void whoDoesNotSpeakTheProtocolIsNotAskedAndNobodyIsIfItIsOff() throws Exception {
        WireClient peer = dial(start(node(QUICK)), 13, 14);
        WireClient other = dial(start(node(MonitoringSettings.OFF)), MONITORING, 14);
        peer.link().expectQuiet(Duration.ofSeconds(1));
        other.link().expectQuiet(Duration.ofMillis(500));
        assertThat(downs).isEmpty();
    }
}
