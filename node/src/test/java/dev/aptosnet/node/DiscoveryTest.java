package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.domain.wire.NetworkAddressBcs;
import dev.aptosnet.ports.discovery.PeerSourceSettings.FileDiscovery;
import dev.aptosnet.ports.discovery.PeerSourceSettings.OnChainDiscovery;
import dev.aptosnet.ports.discovery.PeerSourceSettings.WebhookDiscovery;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.discovery.SourceStatus.Condition;
import dev.aptosnet.ports.discovery.ValidatorSet;
import dev.aptosnet.ports.discovery.ValidatorSet.Validator;
import dev.aptosnet.ports.discovery.ValidatorSetFeed;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.ProtocolId;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A running node that learns of its peers from a file, and from the chain. */
@Timeout(60)
class DiscoveryTest {
    private static final ProtocolId ECHO = ProtocolId.custom(200, "Echo");
    private static final Duration SOON = Duration.ofSeconds(20);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @TempDir Path dir;

    @BeforeEach
    void add() {
        Metrics.addRegistry(registry);
    }

    @AfterEach
    void remove() {
        Metrics.removeRegistry(registry);
    }

    private static String entry(AptosNode node) {
        return """
        "%s":
          addresses: ["%s"]
          keys: ["%s"]
          role: PreferredUpstream
        """
                .formatted(node.peerId().toConfigText(), node.listenAddress(), node.publicKey());
    }

    private static AptosNode listener() {
        return AptosNode.builder()
                .listen("/ip4/127.0.0.1/tcp/0")
                .serve(ECHO, request -> request.respond(request.payload()))
                .start();
    }

    private static void until(Callable<Boolean> condition) throws Exception {
        var since = System.nanoTime();
        while (!condition.call()) {
            assertThat(System.nanoTime() - since).isLessThan(SOON.toNanos());
            Thread.sleep(5);
        }
    }

    private double value(AptosNode node, String name, String... labels) {
        var search = registry.get(name).tags("peer_id", node.peerId().shortText()).tags(labels);
        var meter = search.meter();
        return meter.measure().iterator().next().getValue();
    }

    @Test
    void peersOfAFileAreDialedAlsoWhenTheyAreWrittenLater() throws Exception {
        var file = dir.resolve("peers.yaml");
        try (var first = listener();
                var second = listener()) {
            Files.writeString(file, entry(first));
            try (var node =
                    AptosNode.builder().protocols(ECHO).discover(FileDiscovery.of(file)).start()) {
                node.awaitPeer(first.peerId(), SOON);
                Files.writeString(file, entry(first) + entry(second));
                node.awaitPeer(second.peerId(), SOON);
                Files.writeString(file, "half of a file: [");
                assertThat(node.peers()).hasSize(2);
            }
        }
    }

    /** R27 of the scenarios, at the node itself; each kind of source has its own tests. */
    @Test
    void badFilesKeepTheLastGoodSetAndTheReasonIsShown() throws Exception {
        var file = dir.resolve("peers.yaml");
        try (var peer = listener()) {
            Files.writeString(file, entry(peer));
            try (var node =
                    AptosNode.builder().protocols(ECHO).discover(FileDiscovery.of(file)).start()) {
                node.awaitPeer(peer.peerId(), SOON);
                var good = node.sources().getFirst();
                assertThat(good.kind()).isEqualTo(SourceKind.FILE);
                assertThat(good.place()).isEqualTo(file.toString());
                assertThat(good.peers()).isEqualTo(1);
                assertThat(good.age()).isPresent();
                assertThat(good.status().condition()).isEqualTo(new Condition.Working());

                var whole = entry(peer);
                bad(node, file, whole.substring(0, whole.length() / 2), "line ");
                bad(node, file, "", "nothing in it (an empty set is written {})");
                bad(node, file, "x".repeat(3 << 20), "larger than 2097152 bytes");
                bad(node, file, "[1, 2]\n", "expected: a mapping from peer ids");
                Files.delete(file);
                awaitReason(node, "no such file");

                assertThat(node.peers()).extracting("peer").containsExactly(peer.peerId());
                assertThat(node.sources().getFirst().peers()).isEqualTo(1);
                assertThat(
                                value(
                                        node,
                                        "aptosnet_discovery_source_state",
                                        "source",
                                        "file",
                                        "state",
                                        "failing"))
                        .isEqualTo(1);
                for (var reason : List.of("malformed", "too_large", "unreadable")) {
                    assertThat(
                                    value(
                                            node,
                                            "aptosnet_discovery_failures_total",
                                            "source",
                                            "file",
                                            "reason",
                                            reason))
                            .as(reason)
                            .isPositive();
                }

                Files.writeString(file, "{}\n");
                until(() -> node.sources().getFirst().peers() == 0);
                assertThat(node.sources().getFirst().status().condition())
                        .isEqualTo(new Condition.Working());
                var applied = registry.get("aptosnet_discovery_apply_seconds").summary();
                assertThat(applied.count()).isEqualTo(2);
                System.out.println("file change to node, s: longest of 2 " + applied.max());
            }
        }
    }

    private static void bad(AptosNode node, Path file, String text, String reason)
            throws Exception {
        Files.writeString(file, text);
        awaitReason(node, reason);
    }

    private static void awaitReason(AptosNode node, String reason) throws Exception {
        until(
                () ->
                        node.sources().getFirst().status().condition()
                                        instanceof Condition.Failing failing
                                && failing.reason().contains(reason));
    }

    @Test
    void peersThatArePostedAreDialedAndStrangersDoNotShowAsAFailure() throws Exception {
        var secret = "0123456789abcdef".repeat(2);
        var webhook =
                WebhookDiscovery.of(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        Bytes.utf8(secret));
        try (var peer = listener();
                var node = AptosNode.builder().protocols(ECHO).discover(webhook).start()) {
            assertThat(post(node, entry(peer), "a stranger's secret")).isEqualTo(401);
            assertThat(node.sources().getFirst().status().condition())
                    .isEqualTo(new Condition.Starting());
            assertThat(post(node, entry(peer), secret)).isEqualTo(200);
            node.awaitPeer(peer.peerId(), SOON);
            assertThat(post(node, "half of a set: [", secret)).isEqualTo(422);
            awaitReason(node, "half-written?");
            assertThat(node.peers()).hasSize(1);
            var failures = "aptosnet_discovery_failures_total";
            assertThat(value(node, failures, "source", "webhook", "reason", "unauthenticated"))
                    .isEqualTo(1);
            assertThat(value(node, failures, "source", "webhook", "reason", "malformed"))
                    .isEqualTo(1);
            var applied = registry.get("aptosnet_discovery_apply_seconds").summary();
            System.out.println("webhook message to node, s: " + applied.max());
        }
    }

    private static int post(AptosNode node, String body, String secret) throws Exception {
        var stamp = System.currentTimeMillis() + 1;
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
        var signature = HexFormat.of().formatHex(mac.doFinal((stamp + "." + body).getBytes(UTF_8)));
        var uri = URI.create(node.sources().getFirst().place());
        var content = body.getBytes(UTF_8);
        try (var socket = new Socket(uri.getHost(), uri.getPort())) {
            var head =
                    """
                    POST %s HTTP/1.1
                    Content-Type: application/yaml
                    Content-Length: %d
                    X-Aptosnet-Timestamp: %d
                    X-Aptosnet-Signature: sha256=%s

                    """
                            .formatted(uri.getPath(), content.length, stamp, signature);
            socket.getOutputStream().write(head.replace("\n", "\r\n").getBytes(UTF_8));
            socket.getOutputStream().write(content);
            var answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            return Integer.parseInt(answer.split(" ", 3)[1]);
        }
    }

    @Test
    void chainIsCountedUnderItsNamesAndAnotherKeyOfOursShows() throws Exception {
        var self = Identity.generate();
        var feed = new ValidatorSetFeed();
        var chain =
                new OnChainDiscovery(
                        feed,
                        NetworkId.PUBLIC,
                        false,
                        Optional.of(new OnChainDiscovery.Self(self.peerId(), self.publicKey())),
                        Optional.empty());
        try (var peer = listener();
                var node =
                        AptosNode.builder()
                                .protocols(ECHO)
                                .identity(self)
                                .discover(chain)
                                .start()) {
            var counts = "aptos_simple_onchain_discovery_counts";
            assertThat(value(node, "aptos_network_key_mismatch")).isZero();
            feed.publish(new ValidatorSet(List.of(validator(peer)), List.of()));
            node.awaitPeer(peer.peerId(), SOON);
            assertThat(value(node, counts, "metric", "new_nodes")).isEqualTo(1);

            var wrong =
                    NetworkAddress.parse(
                            "/ip4/127.0.0.1/tcp/1/noise-ik/0x" + "07".repeat(32) + "/handshake/0");
            var ours = new Validator(self.peerId(), list(wrong), list(wrong));
            feed.publish(new ValidatorSet(List.of(validator(peer), ours), List.of()));
            until(() -> value(node, "aptos_network_key_mismatch") == 1);
            until(() -> value(node, counts, "metric", "new_nodes") == 2);

            feed.publish(new ValidatorSet(List.of(), List.of()));
            until(() -> value(node, counts, "metric", "read_failure") == 1);
            assertThat(value(node, counts, "metric", "send_failure")).isZero();
            assertThat(node.peers()).hasSize(1);
        }
    }

    private static Validator validator(AptosNode node) {
        return new Validator(node.peerId(), list(node.listenAddress()), list(node.listenAddress()));
    }

    private static Bytes list(NetworkAddress address) {
        return Bytes.concat(List.of(Bytes.of((byte) 1), NetworkAddressBcs.encode(address)));
    }

    @Test
    void twoSourcesOfOneKindAreRefusedWithTheKey() {
        var builder =
                AptosNode.builder()
                        .protocols(ECHO)
                        .discover(FileDiscovery.of(dir.resolve("a.yaml")))
                        .discover(FileDiscovery.of(dir.resolve("b.yaml")));
        assertThatThrownBy(builder::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("discovery_methods");
    }
}
