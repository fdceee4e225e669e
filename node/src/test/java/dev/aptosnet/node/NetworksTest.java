package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.discovery.PeerSourceSettings.FileDiscovery;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.MessageLimits;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Several networks in one node. */
@Timeout(60)
class NetworksTest {
    private static final ProtocolId ECHO = ProtocolId.custom(200, "Echo");
    private static final ProtocolId HELD = ProtocolId.custom(201, "Held");
    private static final String LOOPBACK = "/ip4/127.0.0.1/tcp/0";
    private static final Duration SOON = Duration.ofSeconds(20);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @BeforeEach
    void add() {
        Metrics.addRegistry(registry);
    }

    @AfterEach
    void remove() {
        Metrics.removeRegistry(registry);
    }

    /** Answers with the name of the network that was asked. */
    private static void naming(NodeBuilder builder, String name) {
        builder.listen(LOOPBACK).serve(ECHO, request -> request.respond(Bytes.utf8(name)));
    }

    private static String ask(AptosNetwork from, PeerId peer) throws Exception {
        return from.client().sendToPeerRpc(peer, ECHO, Bytes.utf8("?"), SOON).asUtf8();
    }

    @Test
    void validatorFullNodeAndPublicNodeMeetOnThreeNetworks() throws Exception {
        var other = Identity.generate();
        var own = Identity.generate();
        try (var first =
                        AptosNode.builder()
                                .validator(true)
                                .networkId(NetworkId.VALIDATOR)
                                .identity(other)
                                .trust(own.peerId(), own.publicKey(), PeerRole.VALIDATOR)
                                .listen(LOOPBACK)
                                .serve(ECHO, request -> request.respond(Bytes.utf8("other")))
                                .start();
                var validator = validator(own, first);
                var fullNode = fullNodeOf(validator);
                var stranger =
                        AptosNode.builder()
                                .protocols(ECHO)
                                .seed(fullNode.network(NetworkId.PUBLIC).listenAddress())
                                .start()) {
            var vfn = validator.network(NetworkId.VFN);
            validator.awaitPeer(first.peerId(), SOON);
            fullNode.awaitPeer(vfn.peerId(), SOON);
            stranger.awaitPeer(fullNode.network(NetworkId.PUBLIC).peerId(), SOON);

            assertThat(ask(validator, first.peerId())).isEqualTo("other");
            assertThat(ask(fullNode, vfn.peerId())).isEqualTo("vfn of the validator");
            assertThat(ask(vfn, fullNode.peerId())).isEqualTo("vfn of the full node");
            assertThat(ask(stranger, fullNode.network(NetworkId.PUBLIC).peerId()))
                    .isEqualTo("public");

            // Who is known on one network is nobody on another.
            assertThat(validator.networks().keySet())
                    .containsExactly(NetworkId.VALIDATOR, NetworkId.VFN);
            assertThat(validator.networks().get(NetworkId.VALIDATOR)).isSameAs(validator);
            assertThat(vfn.peers()).extracting("peer").containsExactly(fullNode.peerId());
            assertThat(validator.peers()).extracting("peer").containsExactly(first.peerId());
            assertThatThrownBy(() -> ask(vfn, first.peerId()))
                    .isInstanceOf(NetworkException.NotConnected.class);
            assertThatThrownBy(() -> validator.network(NetworkId.PUBLIC))
                    .hasMessageContaining("network_id: public (expected: one of");
            assertThat(
                            registry.get("aptos_connections")
                                    .tags(
                                            "role_type",
                                            "validator",
                                            "network_id",
                                            "vfn",
                                            "peer_id",
                                            vfn.peerId().shortText(),
                                            "direction",
                                            "inbound")
                                    .gauge()
                                    .value())
                    .isEqualTo(1);
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    private static AptosNode validator(Identity own, AptosNode other) {
        return AptosNode.builder()
                .validator(true)
                .networkId(NetworkId.VALIDATOR)
                .identity(own)
                .trust(other.peerId(), other.publicKey(), PeerRole.VALIDATOR)
                .seed(other.peerId(), other.listenAddress())
                .protocols(ECHO)
                .network(NetworkId.VFN, vfn -> naming(vfn, "vfn of the validator"))
                .start();
    }

    private static AptosNode fullNodeOf(AptosNode validator) {
        return AptosNode.builder()
                .networkId(NetworkId.VFN)
                .seed(validator.network(NetworkId.VFN).listenAddress())
                .serve(ECHO, request -> request.respond(Bytes.utf8("vfn of the full node")))
                .network(NetworkId.PUBLIC, open -> naming(open, "public"))
                .start();
    }

    @Test
    void networkThatCannotStartLeavesNothingOfTheOthers() throws Exception {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var mine = "/ip4/127.0.0.1/tcp/" + port;
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var theirs = "/ip4/127.0.0.1/tcp/" + taken.getLocalPort();
            var builder =
                    AptosNode.builder()
                            .protocols(ECHO)
                            .listen(mine)
                            .network(NetworkId.VFN, vfn -> vfn.protocols(ECHO).listen(theirs));
            assertThatThrownBy(builder::start)
                    .isInstanceOf(ConnectFailure.class)
                    .hasMessageContaining(theirs);
        }
        assertThat(registry.getMeters()).isEmpty();
        try (var node = AptosNode.builder().protocols(ECHO).listen(mine).start()) {
            assertThat(node.listenAddress().toString()).startsWith(mine);
        }
    }

    @Test
    void nodeThatIsRefusedLeavesNoMeters() {
        var builder =
                AptosNode.builder()
                        .protocols(ECHO)
                        .discover(FileDiscovery.of(Path.of("a.yaml")))
                        .discover(FileDiscovery.of(Path.of("b.yaml")));
        assertThatThrownBy(builder::start).hasMessageContaining("discovery_methods");
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void networksShareTheNodesBytes() throws Exception {
        var few = new CountDownLatch(1);
        var arrived = new CountDownLatch(1);
        var payload = Bytes.wrap(new byte[700_000]);
        try (var peer =
                        AptosNode.builder()
                                .networkId(NetworkId.VFN)
                                .listen(LOOPBACK)
                                .protocols(HELD)
                                .start();
                var open = AptosNode.builder().listen(LOOPBACK).receive(HELD, _ -> {}).start();
                var node =
                        AptosNode.builder()
                                .limits(withNodeBytes(1_000_000))
                                .seed(open.listenAddress())
                                .protocols(HELD)
                                .network(
                                        NetworkId.VFN,
                                        vfn ->
                                                vfn.seed(peer.listenAddress())
                                                        .receive(
                                                                HELD,
                                                                _ -> {
                                                                    arrived.countDown();
                                                                    awaitQuietly(few);
                                                                }))
                                .start()) {
            var vfn = node.network(NetworkId.VFN);
            peer.awaitPeer(vfn.peerId(), SOON);
            node.awaitPeer(open.peerId(), SOON);
            assertThat(
                            registry.find("aptosnet_budget_limit_bytes").gauges().stream()
                                    .filter(gauge -> gauge.value() == 1_000_000))
                    .hasSize(1);

            peer.client().sendToPeer(vfn.peerId(), HELD, payload);
            arrived.await();
            // What one network has not handled yet counts against what another sends.
            assertThat(node.client().sendToPeer(open.peerId(), HELD, payload))
                    .isEqualTo(SendResult.DROPPED_BUDGET);
            few.countDown();
            while (node.client().sendToPeer(open.peerId(), HELD, payload) != SendResult.QUEUED) {
                Thread.sleep(5);
            }
        } finally {
            few.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static MessageLimits withNodeBytes(long nodeBytes) {
        return MessageLimits.builder().nodeBytes(nodeBytes).build();
    }

    @Test
    void whatBelongsToTheNodeIsSaidOnceAndEachNetworkIsThereOnce() {
        var builder = AptosNode.builder().protocols(ECHO);
        assertThatThrownBy(() -> builder.network(NetworkId.VFN, network -> network.chainId(1)))
                .hasMessage("chain_id: is the node's, not one network's");
        assertThatThrownBy(() -> builder.network(NetworkId.VFN, network -> network.validator(true)))
                .hasMessage("base.role: is the node's, not one network's");
        assertThatThrownBy(
                        () ->
                                builder.network(
                                        NetworkId.VFN,
                                        network -> network.network(NetworkId.PUBLIC, _ -> {})))
                .isInstanceOf(IllegalStateException.class);
        var twice = AptosNode.builder().network(NetworkId.PUBLIC, _ -> {});
        assertThatThrownBy(twice::start).hasMessage("network_id: public (expected: each once)");
    }
}
