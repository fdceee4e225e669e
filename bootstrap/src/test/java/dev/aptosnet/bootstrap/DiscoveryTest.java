package dev.aptosnet.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.discovery.PeerSourceSettings.FileDiscovery;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A running node that learns of its peers from a file. */
@Timeout(60)
class DiscoveryTest {
    private static final ProtocolId ECHO = ProtocolId.custom(200, "Echo");
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir Path dir;

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

    @Test
    void peersOfAFileAreDialledAlsoWhenTheyAreWrittenLater() throws Exception {
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
