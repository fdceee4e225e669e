package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.QuicMode;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/** The roll-out and the race over real sockets. */
class QuicRaceTest {
    private static final ProtocolId ECHO = ProtocolId.custom(200, "Echo");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> events = new CopyOnWriteArrayList<>();

    @BeforeEach
    void count() {
        Metrics.addRegistry(meters);
    }

    @AfterEach
    void closeAll() throws Exception {
        // Each takes a while to say farewell.
        var closing = open.stream().map(each -> Thread.startVirtualThread(() -> close(each)));
        for (var thread : closing.toList()) {
            thread.join();
        }
        Metrics.removeRegistry(meters);
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        open.push(resource);
        return resource;
    }

    /** A node that can be reached over TCP and over QUIC, and tells what it hears of its peers. */
    private AptosNode server(QuicMode mode) {
        return closing(
                AptosNode.builder()
                        .listen("/ip4/127.0.0.1/tcp/0")
                        .quic(mode, 100)
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
                                    public void onPeerDown(PeerInfo peer, DisconnectReason why) {
                                        events.add("down " + peer.peer() + " " + why);
                                    }
                                })
                        .start());
    }

    private NodeBuilder client() {
        return AptosNode.builder().serve(ECHO, request -> request.respond(request.payload()));
    }

    private static NetworkAddress[] addresses(AptosNode node) {
        return node.listenAddresses().toArray(NetworkAddress[]::new);
    }

    private double counted(AptosNode by, String name, String... labels) {
        var counter =
                meters.find(name).tag("peer_id", by.peerId().shortText()).tags(labels).counter();
        return counter == null ? 0 : counter.count();
    }

    private double shown(AptosNode by, String name, String... labels) {
        var gauge = meters.find(name).tag("peer_id", by.peerId().shortText()).tags(labels).gauge();
        return gauge == null ? -1 : gauge.value();
    }

    private double told(AptosNode by, String name) {
        var count = meters.find(name).tag("peer_id", by.peerId().shortText()).functionCounter();
        return count == null ? -1 : count.count();
    }

    private void await(BooleanSupplier condition) throws InterruptedException {
        var deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("heard: %s", events).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private long heard(String of) {
        return events.stream().filter(event -> event.startsWith(of)).count();
    }

    private static void echo(AptosNode from, PeerId to) throws InterruptedException {
        var asked = Bytes.utf8("over what?");
        assertThat(from.client().sendToPeerRpc(to, ECHO, asked, LIMIT)).isEqualTo(asked);
    }

    private static int freePort() throws SocketException {
        try (var free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    @Test
    void aNodeListensOverBothAtThePortItWasTold() throws Exception {
        var port = freePort();
        var node =
                closing(
                        client().listen("/ip4/127.0.0.1/tcp/" + port)
                                .quic(QuicMode.RACE, 1)
                                .start());
        assertThat(node.listenAddresses())
                .containsExactly(
                        NetworkAddress.parse("/ip4/127.0.0.1/tcp/" + port)
                                .withKey(node.publicKey()),
                        NetworkAddress.parse("/ip4/127.0.0.1/quic/" + port)
                                .withKey(node.publicKey()));
        assertThatThrownBy(() -> new DatagramSocket(port, InetAddress.getLoopbackAddress()).close())
                .isInstanceOf(BindException.class);
    }

    @Test
    void anAddressForQuicThatIsNamedIsTheOnlyOne() {
        var node =
                closing(
                        client().listen("/ip4/127.0.0.1/quic/0")
                                .listen("/ip4/127.0.0.1/tcp/0")
                                .quic(QuicMode.RACE, 1)
                                .start());
        assertThat(node.listenAddresses()).hasSize(2);
        assertThat(node.listenAddress().isQuic()).as("TCP is named first").isFalse();
        assertThat(node.listenAddresses().getLast().isQuic()).isTrue();
    }

    @Test
    void inModeOnlyTheLinkIsOneOverQuicAndIsCountedSo() throws Exception {
        var server = server(QuicMode.ONLY);
        var client =
                closing(
                        client().quic(QuicMode.ONLY, 100)
                                .seed(server.peerId(), addresses(server))
                                .start());
        echo(client, client.awaitPeer(server.peerId(), LIMIT));
        assertThat(client.peers().getFirst().transport()).isEqualTo("quic");
        assertThat(server.peers().getFirst().transport()).isEqualTo("quic");
        for (var node : List.of(client, server)) {
            assertThat(shown(node, "aptosnet_connections", "transport", "quic")).isEqualTo(1);
            assertThat(shown(node, "aptosnet_connections", "transport", "tcp")).isEqualTo(0);
        }
        assertThat(counted(client, "aptosnet_dial_races_total", "winner", "quic")).isEqualTo(1);
        assertThat(told(client, "aptosnet_quic_packets_sent_total")).isPositive();
        assertThat(told(client, "aptosnet_quic_packets_lost_total")).isNotNegative();
        var setUps =
                meters.find("aptosnet_setup_seconds")
                        .tag("peer_id", client.peerId().shortText())
                        .tags("transport", "quic", "direction", "outbound")
                        .summaries();
        assertThat(setUps).singleElement().extracting(each -> each.count()).isEqualTo(1L);
    }

    @Test
    void aRaceLeavesOneConnectionThatBothEndsAgreeOn() throws Exception {
        var server = server(QuicMode.RACE);
        var races = 0;
        var wonByQuic = 0;
        for (var i = 0; i < 12; i++) {
            var client =
                    closing(
                            client().quic(QuicMode.RACE, 100)
                                    .seed(server.peerId(), addresses(server))
                                    .start());
            echo(client, client.awaitPeer(server.peerId(), LIMIT));
            races += (int) counted(client, "aptosnet_dial_races_total", "winner", "tcp");
            var byQuic = (int) counted(client, "aptosnet_dial_races_total", "winner", "quic");
            races += byQuic;
            wonByQuic += byQuic;
            var transport = client.peers().getFirst().transport();
            assertThat(transport).isEqualTo(byQuic == 1 ? "quic" : "tcp");
            assertThat(server.peers())
                    .filteredOn(peer -> peer.peer().equals(client.peerId()))
                    .extracting(PeerInfo::transport)
                    .containsExactly(transport);
        }
        System.out.println("12 races, won by QUIC: " + wonByQuic);
        assertThat(races).isEqualTo(12);
        assertThat(server.peers()).hasSize(12);
        await(() -> heard("up ") == 12);
        Thread.sleep(500); // What the losers leave behind would be seen by now.
        assertThat(events).hasSize(12).allMatch(event -> event.startsWith("up "));
        for (var peer : server.peers()) {
            echo(server, peer.peer());
        }
    }

    @Test
    void whereUdpIsBlockedTcpWinsAndIsAtOnceTheNextTime() throws Exception {
        var server = server(QuicMode.RACE);
        // It takes what comes and says nothing, as a firewall does.
        var hole = closing(new DatagramSocket(0, InetAddress.getLoopbackAddress()));
        var blocked =
                NetworkAddress.parse("/ip4/127.0.0.1/quic/" + hole.getLocalPort())
                        .withKey(server.publicKey());
        var begun = System.nanoTime();
        var client =
                closing(
                        client().quic(QuicMode.RACE, 100)
                                .seed(server.peerId(), server.listenAddress(), blocked)
                                .start());
        echo(client, client.awaitPeer(server.peerId(), LIMIT));
        System.out.println(
                "blocked UDP, from start to an answer over TCP: "
                        + (System.nanoTime() - begun) / 1_000_000
                        + " ms");
        assertThat(client.peers().getFirst().transport()).isEqualTo("tcp");
        assertThat(counted(client, "aptosnet_quic_fallbacks_total", "reason", "overtaken"))
                .isEqualTo(1);
        assertThat(counted(client, "aptosnet_dial_races_total", "winner", "tcp")).isEqualTo(1);
        assertThat(shown(client, "aptosnet_quic_failures_remembered")).isEqualTo(1);
        await(() -> heard("up ") == 1);
        assertThat(events).containsExactly("up " + client.peerId());
    }

    @Test
    void ofTwoThatStartAtOnceTheListenerSeesOne() throws Exception {
        var server = server(QuicMode.RACE);
        var hole = closing(new DatagramSocket(0, InetAddress.getLoopbackAddress()));
        var blocked =
                NetworkAddress.parse("/ip4/127.0.0.1/quic/" + hole.getLocalPort())
                        .withKey(server.publicKey());
        var won = new ArrayList<String>();
        for (var i = 0; i < 4; i++) {
            // The failure that is remembered takes QUIC's head start away.
            var client =
                    closing(
                            client().quic(QuicMode.RACE, 100)
                                    .seed(server.peerId(), server.listenAddress(), blocked)
                                    .start());
            client.awaitPeer(server.peerId(), LIMIT);
            var before = client.peers().getFirst();
            // Else it might come and go before the listener hears of it.
            await(() -> heard("up " + client.peerId()) == 1);
            client.addSeed(server.peerId(), server.listenAddresses());
            assertThat(client.client().disconnectFromPeer(server.peerId())).isTrue();
            await(
                    () ->
                            client.peers().stream()
                                    .anyMatch(
                                            now -> !now.connection().equals(before.connection())));
            var after = client.peers().getFirst();
            won.add(after.transport());
            Thread.sleep(300); // What the loser leaves behind would be seen by now.
            assertThat(client.peers()).containsExactly(after);
            assertThat(server.peers())
                    .filteredOn(peer -> peer.peer().equals(client.peerId()))
                    .extracting(PeerInfo::transport)
                    .containsExactly(after.transport());
            echo(client, server.peerId());
            echo(server, client.peerId());
        }
        System.out.println("started at once, won by " + won);
        // The listener may hear of the second link before it hears of the first one's end.
        await(() -> heard("up ") + heard("replaced ") == 8 && heard("down ") == heard("up ") - 4);
        Thread.sleep(300);
        assertThat(heard("up ") + heard("replaced ")).isEqualTo(8);
    }

    @Test
    void whereNobodyListensForQuicTcpFollowsAtOnce() throws Exception {
        var server = server(QuicMode.RACE);
        var port = freePort();
        var dead = NetworkAddress.parse("/ip4/127.0.0.1/quic/" + port).withKey(server.publicKey());
        var client =
                closing(
                        client().quic(QuicMode.PREFER, 100)
                                .seed(server.peerId(), server.listenAddress(), dead)
                                .start());
        client.awaitPeer(server.peerId(), LIMIT);
        assertThat(client.peers().getFirst().transport()).isEqualTo("tcp");
        // What the system says of a closed port is its own affair, and it may say nothing.
        assertThat(meters.find("aptosnet_quic_fallbacks_total").counters())
                .singleElement()
                .extracting(counter -> counter.getId().getTag("reason"))
                .isIn("connect_failed", "overtaken");
    }

    @Test
    void aPeerWithoutAnAddressForQuicIsDialedOverTcpInEveryMode() throws Exception {
        var server = server(QuicMode.ONLY);
        var client =
                closing(
                        client().quic(QuicMode.ONLY, 100)
                                .seed(server.peerId(), server.listenAddress())
                                .start());
        client.awaitPeer(server.peerId(), LIMIT);
        assertThat(client.peers().getFirst().transport()).isEqualTo("tcp");
    }

    @Test
    void turningItOffAndOnAgainEndsNoConnection() throws Exception {
        var server = server(QuicMode.ONLY);
        var other = server(QuicMode.ONLY);
        var client =
                closing(
                        client().quic(QuicMode.ONLY, 100)
                                .seed(server.peerId(), addresses(server))
                                .start());
        client.awaitPeer(server.peerId(), LIMIT);
        client.quic(QuicMode.OFF, 0);
        server.quic(QuicMode.RACE, 0);
        echo(client, server.peerId());
        echo(server, client.peerId());
        client.addSeed(other.peerId(), other.listenAddresses());
        client.awaitPeer(other.peerId(), LIMIT);
        echo(client, other.peerId());
        assertThat(client.peers())
                .filteredOn(peer -> peer.peer().equals(server.peerId()))
                .extracting(PeerInfo::transport)
                .containsExactly("quic");
        assertThat(client.peers())
                .filteredOn(peer -> peer.peer().equals(other.peerId()))
                .extracting(PeerInfo::transport)
                .containsExactly("tcp");
        client.quic(QuicMode.PREFER, 50);
        echo(client, server.peerId());
        assertThatThrownBy(() -> client.quic(QuicMode.OFF, 50))
                .hasMessageContaining("transports.quic.rollout_percent: 50");
        await(() -> events.size() == 2);
        assertThat(events).allMatch(event -> event.startsWith("up "));
    }
}
