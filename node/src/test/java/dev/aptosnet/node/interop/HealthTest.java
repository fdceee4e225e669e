package dev.aptosnet.node.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.interop.WireMessage.Request;
import dev.aptosnet.node.interop.WireMessage.Response;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.HealthSettings;
import dev.aptosnet.ports.settings.MessageLimits;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The health checker of a whole node, over real sockets, against peers that we make ourselves. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HealthTest {
    private static final int HEALTH = 5;
    private static final HealthSettings QUICK =
            HealthSettings.DEFAULT
                    .withInterval(Duration.ofMillis(500))
                    .withTimeout(Duration.ofMillis(1000));

    private final List<AutoCloseable> open = new ArrayList<>();
    private final PeerQueues peers = new PeerQueues();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private AptosNode start(HealthSettings settings) {
        return start(settings, MessageLimits.DEFAULT);
    }

    private AptosNode start(HealthSettings settings, MessageLimits limits) {
        AptosNode node =
                AptosNode.builder()
                        .listen("/ip4/127.0.0.1/tcp/0")
                        .health(settings)
                        .limits(limits)
                        .protocols(ProtocolId.NETBENCH_RPC)
                        .onPeers(peers)
                        .start();
        open.add(node);
        return node;
    }

    private static MessageLimits oneCallAtOnce() {
        return MessageLimits.builder().maxOutboundRpcs(1).build();
    }

    /** A peer that does what the test does, and nothing by itself. */
    private WireClient dial(AptosNode node, int... protocols) throws IOException {
        int port = node.listenAddress().port().orElseThrow();
        WireClient peer =
                new WireDialer("127.0.0.1", port, node.publicKey().toByteArray())
                        .hello(WireHello.of(4, WireHello.WireNetwork.PUBLIC, protocols))
                        .dial();
        open.add(peer);
        return peer;
    }

    private static Request readPing(WireClient peer) throws IOException {
        if (peer.readMessage() instanceof Request request && request.protocol() == HEALTH) {
            byte[] ping = request.raw().array();
            assertThat(ping).hasSize(5).startsWith(0);
            return request;
        }
        throw new AssertionError("expected a ping");
    }

    /** The next answer, whatever pings come before it. */
    private static Payload readPong(WireClient peer) throws IOException {
        while (true) {
            if (peer.readMessage() instanceof Response response) {
                return response.raw();
            }
        }
    }

    private static void pong(WireClient peer, Request ping) throws IOException {
        byte[] pong = ping.raw().array().clone();
        pong[0] = 1;
        peer.send(new Response(ping.id(), ping.priority(), Payload.of(pong)));
    }

    @Test
    void aPeerThatNeverAnswersIsDisconnectedForItsHealth() throws Exception {
        AptosNode node = start(QUICK);
        long before = System.nanoTime();
        dial(node, HEALTH, 13);
        assertThat(peers.downs.poll(20, TimeUnit.SECONDS))
                .isEqualTo(DisconnectReason.NETWORK_HEALTH_CHECK_FAILURE);
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isGreaterThan(QUICK.interval().plus(QUICK.timeout()));
        assertThat(node.peers()).isEmpty();
    }

    @Test
    void aPeerThatAnswersAndThenFreezesIsDisconnectedAndItsRoundTripIsForgotten() throws Exception {
        AptosNode node = start(QUICK);
        WireClient peer = dial(node, HEALTH, 13);
        for (int i = 0; i < 5; i++) {
            pong(peer, readPing(peer));
        }
        PeerInfo info = peers.ups.take();
        assertThat(peers.downs).isEmpty();
        assertThat(node.roundTrip(info.peer())).isPresent();
        assertThat(peers.downs.poll(20, TimeUnit.SECONDS))
                .isEqualTo(DisconnectReason.NETWORK_HEALTH_CHECK_FAILURE);
        assertThat(node.roundTrip(info.peer())).isEmpty();
    }

    @Test
    void aFrozenPeerStaysIfItIsOnlyToBeReported() throws Exception {
        AptosNode node = start(QUICK.withDisconnect(false));
        WireClient peer = dial(node, HEALTH, 13);
        for (int i = 0; i < 6; i++) {
            readPing(peer);
        }
        assertThat(peers.downs).isEmpty();
        assertThat(node.peers()).hasSize(1);
    }

    @Test
    void aPeerThatPingsUsIsAliveEvenIfItDoesNotAnswer() throws Exception {
        AptosNode node = start(QUICK.withFailuresTolerated(2));
        WireClient peer = dial(node, HEALTH, 13);
        for (int i = 0; i < 8; i++) {
            readPing(peer);
            peer.request(HEALTH, 0, Payload.hex("00efbeadde"));
            assertThat(readPong(peer)).isEqualTo(Payload.hex("01efbeadde"));
        }
        assertThat(peers.downs).isEmpty();
        assertThat(node.peers()).hasSize(1);
    }

    @Test
    void pingsAreSentEvenIfNoFurtherCallMayBeOpen() throws Exception {
        AptosNode node = start(QUICK, oneCallAtOnce());
        WireClient peer = dial(node, HEALTH, 14);
        pong(peer, readPing(peer));
        PeerId peerId = peers.ups.take().peer();
        CompletableFuture<Bytes> held =
                node.client()
                        .sendToPeerRpcAsync(
                                peerId,
                                ProtocolId.NETBENCH_RPC,
                                Bytes.utf8("held"),
                                Duration.ofMinutes(1));
        while (peer.readMessage() instanceof Request request && request.protocol() == HEALTH) {
            pong(peer, request);
        }
        for (int i = 0; i < 4; i++) {
            pong(peer, readPing(peer));
        }
        assertThat(held).isNotDone();
        assertThat(peers.downs).isEmpty();
        assertThat(peers.downs.poll(20, TimeUnit.SECONDS))
                .isEqualTo(DisconnectReason.NETWORK_HEALTH_CHECK_FAILURE);
        assertThat(held).failsWithin(Duration.ofSeconds(5));
    }

    @Test
    void aPeerThatDoesNotSpeakTheProtocolIsNeitherAskedNorBlamed() throws Exception {
        AptosNode node = start(QUICK);
        WireClient peer = dial(node, 13, 14);
        peer.link().expectQuiet(QUICK.interval().multipliedBy(4));
        assertThat(peers.downs).isEmpty();
        assertThat(node.peers()).hasSize(1);
    }

    @Test
    void twoNodesMeasureEachOtherAndTheMetricSaysSo() throws Exception {
        var registry = new SimpleMeterRegistry();
        Metrics.addRegistry(registry);
        open.add(() -> Metrics.removeRegistry(registry));
        AptosNode server = start(QUICK);
        AptosNode client = AptosNode.builder().health(QUICK).seed(server.listenAddress()).start();
        open.add(client);
        client.awaitPeer(server.peerId(), Duration.ofSeconds(20));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (client.roundTrip(server.peerId()).isEmpty()
                || server.roundTrip(client.peerId()).isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(10);
        }
        assertThat(client.roundTrip(server.peerId()).orElseThrow().smoothed())
                .isPositive()
                .isLessThan(Duration.ofSeconds(20));
        assertThat(
                        registry.get("aptos_network_peer_ping_times")
                                .tag("label", "connected")
                                .tag("peer_id", client.peerId().shortText())
                                .summary()
                                .count())
                .isPositive();
    }
}
