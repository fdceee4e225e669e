package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.SetupFailure;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Who is let in, over real sockets. */
@Timeout(60)
class AdmissionTest {
    private static final ProtocolId ECHO = ProtocolId.custom(200, "Echo");
    private static final Duration SOON = Duration.ofSeconds(30);

    private final List<AptosNode> nodes = new ArrayList<>();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @BeforeEach
    void count() {
        Metrics.addRegistry(meters);
    }

    /** Where nodes listen; another transport's tests have their own. */
    String at(String address) {
        return address;
    }

    NodeBuilder with(NodeBuilder builder) {
        return builder;
    }

    @AfterEach
    void stop() {
        nodes.forEach(AptosNode::close);
        Metrics.removeRegistry(meters);
    }

    private AptosNode start(NodeBuilder builder) {
        var node = with(builder).start();
        nodes.add(node);
        return node;
    }

    private NodeBuilder server() {
        return AptosNode.builder()
                .listen(at("/ip4/127.0.0.1/tcp/0"))
                .serve(ECHO, request -> request.respond(request.payload()))
                .onPeers(
                        new NetworkEvents<Bytes>() {
                            @Override
                            public void onPeerUp(PeerInfo peer) {
                                events.add("up " + peer.peer());
                            }

                            @Override
                            public void onPeerReplaced(PeerInfo before, PeerInfo after) {
                                events.add("replaced " + after.peer());
                            }

                            @Override
                            public void onPeerDown(PeerInfo peer, DisconnectReason reason) {
                                events.add("down " + peer.peer() + " " + reason);
                            }
                        });
    }

    private AptosNode client(Identity identity) {
        return start(AptosNode.builder().identity(identity).protocols(ECHO));
    }

    private static void dial(AptosNode from, AptosNode to) throws InterruptedException {
        from.connect(to.peerId(), to.listenAddress(), SOON);
    }

    private double counted(AptosNode by, String name, String... labels) {
        var counter =
                meters.find(name).tag("peer_id", by.peerId().shortText()).tags(labels).counter();
        return counter == null ? 0 : counter.count();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        var deadline = System.nanoTime() + SOON.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private String nextEvent() throws InterruptedException {
        return String.valueOf(events.poll(5, TimeUnit.SECONDS));
    }

    @Test
    @DisplayName("X-03 at the limit a stranger is rejected, a trusted or a connected peer is not")
    void atTheLimitStrangersAreRejected() throws Exception {
        var friend = Identity.generate();
        var twin = Identity.generate();
        var server =
                start(
                        server().maxInboundConnections(1)
                                .trust(friend.peerId(), friend.publicKey(), PeerRole.DOWNSTREAM));
        dial(client(twin), server);
        assertThat(nextEvent()).isEqualTo("up " + twin.peerId());
        dial(client(Identity.generate()), server);
        await(() -> counted(server, "aptos_connections_rejected", "direction", "inbound") == 1);
        dial(client(friend), server);
        assertThat(nextEvent()).isEqualTo("up " + friend.peerId());
        dial(client(twin), server);
        assertThat(nextEvent()).isEqualTo("replaced " + twin.peerId());
        assertThat(counted(server, "aptos_connections_rejected", "direction", "inbound"))
                .isEqualTo(1);
        assertThat(server.peers()).hasSize(2);
    }

    @Test
    @DisplayName("X-03 whom the access policy does not allow is rejected and counted, unannounced")
    void whomTheAccessPolicyDoesNotAllowIsRejectedAndCounted() throws Exception {
        var friend = Identity.generate();
        var server = start(server().accessPolicy(AccessPolicy.allowOnly(List.of(friend.peerId()))));
        dial(client(Identity.generate()), server);
        await(() -> counted(server, "aptos_connections_rejected", "direction", "inbound") == 1);
        dial(client(friend), server);
        assertThat(nextEvent()).isEqualTo("up " + friend.peerId());
        assertThat(server.peers())
                .singleElement()
                .extracting(PeerInfo::peer)
                .isEqualTo(friend.peerId());
    }

    @Test
    @DisplayName("X-03 a blocked peer is not dialed; a dial by hand fails with the key, counted")
    void aBlockedPeerIsNotDialedAndADialByHandFailsWithTheKey() throws Exception {
        var server = start(server());
        var policy = AccessPolicy.block(List.of(server.peerId()));
        var client =
                start(
                        AptosNode.builder()
                                .accessPolicy(policy)
                                .seed(server.listenAddress())
                                .protocols(ECHO));
        assertThatThrownBy(() -> dial(client, server))
                .isInstanceOfSatisfying(
                        ConnectFailure.class,
                        e ->
                                assertThat(e.failure().reason())
                                        .isEqualTo(SetupFailure.Reason.NOT_ADMITTED))
                .hasMessageContaining("access_control_policy.block_list");
        assertThat(counted(client, "aptos_connections_rejected", "direction", "outbound"))
                .isEqualTo(1);
        assertThat(client.peers()).isEmpty();
    }

    @Test
    void aPriorityPeerTakesThePlaceOfAnother() throws Exception {
        var important = Identity.generate();
        var server =
                start(
                        server().maxInboundConnections(1)
                                .priorityInboundPeers(List.of(important.peerId())));
        var ordinary = client(Identity.generate());
        dial(ordinary, server);
        assertThat(nextEvent()).isEqualTo("up " + ordinary.peerId());
        dial(client(Identity.generate()), server);
        await(() -> counted(server, "aptos_connections_rejected", "direction", "inbound") == 1);
        dial(client(important), server);
        assertThat(List.of(nextEvent(), nextEvent()))
                .containsExactlyInAnyOrder(
                        "up " + important.peerId(),
                        "down " + ordinary.peerId() + " REQUESTED_BY_PEER_MANAGER");
        await(() -> ordinary.peers().isEmpty());
        assertThat(counted(server, "aptos_priority_peer_evictions")).isEqualTo(1);
        assertThat(server.peers())
                .singleElement()
                .extracting(PeerInfo::peer)
                .isEqualTo(important.peerId());
    }

    @Test
    void aPeerThatComesBackUnseenIsReplacedAndTheOldConnectionEnds() throws Exception {
        var twin = Identity.generate();
        var server = start(server());
        var first = client(twin);
        dial(first, server);
        assertThat(nextEvent()).isEqualTo("up " + twin.peerId());
        var before = server.peers().getFirst().connection();
        dial(client(twin), server);
        assertThat(nextEvent()).isEqualTo("replaced " + twin.peerId());
        await(() -> first.peers().isEmpty());
        assertThat(server.peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.connection()).isNotEqualTo(before));
        assertThat(events).isEmpty();
    }

    @Test
    void aDisconnectIsAnsweredWhenTheConnectionIsGone() throws Exception {
        var server = start(server());
        var client = client(Identity.generate());
        dial(client, server);
        server.awaitPeer(client.peerId(), SOON);
        var reason = DisconnectReason.NETWORK_HEALTH_CHECK_FAILURE;
        assertThat(server.client().disconnectFromPeer(client.peerId(), reason, SOON)).isTrue();
        assertThat(server.peers()).isEmpty();
        assertThat(nextEvent()).isEqualTo("up " + client.peerId());
        assertThat(nextEvent()).isEqualTo("down " + client.peerId() + " " + reason);
        assertThat(server.client().disconnectFromPeer(client.peerId(), reason, SOON)).isFalse();
    }

    @Test
    @DisplayName("P-01, P-03: who closes reports its own order, the other end that it was closed")
    void eachEndReportsItsOwnReason() throws Exception {
        var server = start(server());
        var ends = new LinkedBlockingQueue<DisconnectReason>();
        var client =
                start(
                        AptosNode.builder()
                                .protocols(ECHO)
                                .onPeers(
                                        new NetworkEvents<Bytes>() {
                                            @Override
                                            public void onPeerDown(
                                                    PeerInfo peer, DisconnectReason reason) {
                                                ends.add(reason);
                                            }
                                        }));
        dial(client, server);
        assertThat(nextEvent()).isEqualTo("up " + client.peerId());
        assertThat(server.client().disconnectFromPeer(client.peerId())).isTrue();
        assertThat(nextEvent()).isEqualTo("down " + client.peerId() + " REQUESTED_BY_PEER_MANAGER");
        assertThat(ends.poll(5, TimeUnit.SECONDS)).isEqualTo(DisconnectReason.CONNECTION_CLOSED);
    }
}
