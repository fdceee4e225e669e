package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.discovery.DiscoveredPeer;
import dev.aptosnet.ports.discovery.PeerSourceSettings.FileDiscovery;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Three validators over sockets and a change of epoch: A stays, B leaves, C joins. */
@Timeout(120)
class EpochTest {
    private static final ProtocolId ECHO = ProtocolId.custom(200, "Echo");
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir Path dir;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<String> heardByA = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch mayAnswer = new CountDownLatch(1);

    @BeforeEach
    void count() {
        Metrics.addRegistry(registry);
    }

    /** Where nodes listen; another transport's tests have their own. */
    String at(String address) {
        return address;
    }

    @AfterEach
    void stopCounting() {
        Metrics.removeRegistry(registry);
    }

    private NodeBuilder validator(String name) {
        return AptosNode.builder()
                .networkId(NetworkId.VALIDATOR)
                .validator(true)
                .listen(at("/ip4/127.0.0.1/tcp/0"))
                .discover(FileDiscovery.of(dir.resolve(name)))
                .serve(
                        ECHO,
                        request -> {
                            mayAnswer.await();
                            request.respond(request.payload());
                        });
    }

    private AptosNode nodeA() {
        return validator("a")
                .onPeers(
                        new NetworkEvents<Bytes>() {
                            @Override
                            public void onPeerUp(PeerInfo peer) {
                                heardByA.add("up " + peer.peer());
                            }

                            @Override
                            public void onPeerDown(PeerInfo peer, DisconnectReason reason) {
                                heardByA.add("down " + peer.peer() + " " + reason);
                            }
                        })
                .start();
    }

    private void write(String name, AptosNode... set) throws IOException {
        write(name, Stream.of(set).map(node -> entry(node, "\"" + node.listenAddress() + "\"")));
    }

    /** Those in the set may connect; where they are is not told, so that nobody dials them. */
    private void writeWithoutAddresses(String name, AptosNode... set) throws IOException {
        write(name, Stream.of(set).map(node -> entry(node, "")));
    }

    private void write(String name, Stream<String> entries) throws IOException {
        var draft =
                Files.writeString(
                        dir.resolve(name + ".draft"), entries.collect(Collectors.joining()));
        Files.move(draft, dir.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String entry(AptosNode node, String addresses) {
        return """
        "%s":
          addresses: [%s]
          keys: ["%s"]
          role: Validator
        """
                .formatted(node.peerId().toConfigText(), addresses, node.publicKey());
    }

    private static PeerView view(AptosNode... set) {
        return PeerView.of(
                SourceKind.FILE,
                Stream.of(set)
                        .map(
                                node ->
                                        new DiscoveredPeer(
                                                node.peerId(),
                                                node.listenAddresses(),
                                                new TreeSet<>(List.of(node.publicKey())),
                                                PeerRole.VALIDATOR))
                        .toList());
    }

    private static void eventually(String what, Callable<Boolean> holds) throws Exception {
        var until = System.nanoTime() + SOON.toNanos();
        while (!holds.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(until);
            Thread.sleep(20);
        }
    }

    private double counted(AptosNode node, String name, String label, String value) {
        return registry
                .find(name)
                .tag("peer_id", node.peerId().shortText())
                .tag(label, value)
                .counters()
                .stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    /** Connections that a node has made, whether or not it offers them. */
    private long made(AptosNode node) {
        return registry
                .find("aptos_network_connection_upgrade_time_seconds")
                .tag("peer_id", node.peerId().shortText())
                .tag("state", "succeeded")
                .timers()
                .stream()
                .mapToLong(timer -> timer.count())
                .sum();
    }

    @Test
    void announcedEpochFindsTheNewPeerConnectedAndLetsTheOldOneFinish() throws Exception {
        try (var a = nodeA();
                var b = validator("b").start();
                var c = validator("c").start()) {
            write("a", a, b);
            write("b", a, b);
            a.awaitPeer(b.peerId(), SOON);
            var before = made(a);

            a.announceNextEpoch(view(a, c), Duration.ofSeconds(30));
            c.announceNextEpoch(view(a, c), Duration.ofSeconds(30));
            eventually("C is connected ahead", () -> made(a) > before && made(c) > 0);
            assertThat(a.peers()).extracting(PeerInfo::peer).containsExactly(b.peerId());
            assertThat(c.peers()).isEmpty();
            assertThat(a.client().sendToPeer(c.peerId(), ECHO, Bytes.EMPTY))
                    .isEqualTo(SendResult.NOT_CONNECTED);

            var open =
                    a.client().sendToPeerRpcAsync(b.peerId(), ECHO, Bytes.utf8("last words"), SOON);
            write("a", a, c);
            write("c", a, c);
            eventually(
                    "C is offered and B is not",
                    () ->
                            a.client().availablePeers().stream()
                                    .map(PeerInfo::peer)
                                    .toList()
                                    .equals(List.of(c.peerId())));
            c.awaitPeer(a.peerId(), SOON);
            assertThat(counted(a, "aptosnet_epoch_joined_peers_total", "connected", "before"))
                    .isEqualTo(1);
            assertThat(counted(a, "aptosnet_epoch_joined_peers_total", "connected", "not_yet"))
                    .isZero();
            assertThat(a.client().sendToPeer(b.peerId(), ECHO, Bytes.EMPTY))
                    .isEqualTo(SendResult.DRAINING);
            assertThatThrownBy(() -> a.client().sendToPeerRpc(b.peerId(), ECHO, Bytes.EMPTY, SOON))
                    .isInstanceOf(NetworkException.Draining.class)
                    .hasMessageContaining("connection_drain_ms");

            mayAnswer.countDown();
            assertThat(open.get()).isEqualTo(Bytes.utf8("last words"));
            var left = "down " + b.peerId() + " " + DisconnectReason.STALE_CONNECTION;
            eventually("B is let go", () -> heardByA.contains(left));
            assertThat(heardByA).containsExactly("up " + b.peerId(), "up " + c.peerId(), left);
            // B still trusts A and dials it, in vain.
            Thread.sleep(3_000);
            assertThat(a.peers()).extracting(PeerInfo::peer).containsExactly(c.peerId());
            assertThat(registry.find("aptosnet_handoff_failed_calls_total").counters()).isEmpty();
        }
    }

    @Test
    void revokedAnnouncementLetsThoseGoWhoCameAheadAndTellsNobody() throws Exception {
        try (var a = nodeA();
                var b = validator("b").start();
                var c = validator("c").start()) {
            write("a", a, b);
            // Else a second connection to B might be taken for C's.
            writeWithoutAddresses("b", a, b);
            a.awaitPeer(b.peerId(), SOON);
            var before = made(a);
            a.announceNextEpoch(view(a, c), Duration.ofSeconds(30));
            c.announceNextEpoch(view(a, c), Duration.ofSeconds(30));
            eventually("C is connected ahead", () -> made(a) > before && made(c) > 0);

            a.revokeNextEpoch();
            eventually(
                    "C is let go",
                    () ->
                            counted(
                                            a,
                                            "aptos_network_connection_operations",
                                            "label",
                                            DisconnectReason.STALE_CONNECTION.label())
                                    == 1);
            assertThat(heardByA).containsExactly("up " + b.peerId());
            assertThat(a.peers()).extracting(PeerInfo::peer).containsExactly(b.peerId());
        }
    }
}
