package dev.aptosnet.bootstrap.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.bootstrap.config.DiscoveryConfig.Method;
import dev.aptosnet.node.Identity;
import dev.aptosnet.ports.discovery.PeerSourceSettings.FileDiscovery;
import dev.aptosnet.ports.discovery.PeerSourceSettings.OnChainDiscovery;
import dev.aptosnet.ports.discovery.PeerSourceSettings.RestDiscovery;
import dev.aptosnet.ports.discovery.PeerSourceSettings.WebhookDiscovery;
import dev.aptosnet.ports.discovery.ValidatorSetFeed;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkId;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code discovery_method}, {@code discovery_methods} and {@code discovery}. */
class DiscoveryConfigTest {
    @TempDir private Path directory;

    private NetworkConfig network(String lines) throws IOException {
        return network("base: { chain_id: 4 }\nfull_node_networks:\n  - ", lines);
    }

    private NetworkConfig network(String before, String lines) throws IOException {
        var text = before + lines.indent(4).strip() + "\n";
        return NodeConfig.read(Files.writeString(directory.resolve("node.yaml"), text)).first();
    }

    private List<Method> methods(String lines) throws IOException {
        return network(lines).discovery().methods();
    }

    @Test
    @DisplayName("CF-08 the singular key is one method, the plural key all but none")
    void eitherKeySaysWhichMethods() throws Exception {
        assertThat(methods("discovery_method: onchain")).containsExactly(new Method.OnChain());
        assertThat(
                        methods(
                                """
                                discovery_methods:
                                  - onchain
                                  - none
                                  - file: { path: peers.yaml, interval_secs: 1 }
                                """))
                .containsExactly(
                        new Method.OnChain(),
                        new Method.File(directory.resolve("peers.yaml"), Duration.ofSeconds(1)));
        assertThat(methods("discovery_method: none")).isEmpty();
        assertThat(methods("discovery_methods: []")).isEmpty();
        assertThat(methods("discovery_method: \"none\"\ndiscovery_methods: [ onchain ]"))
                .hasSize(1);
        assertThat(methods("max_frame_size: 4194304")).isEmpty();
    }

    @Test
    @DisplayName("CF-09 both keys at once are refused")
    void bothKeysAreRefused() {
        assertThatThrownBy(
                        () -> methods("discovery_method: onchain\ndiscovery_methods: [ onchain ]"))
                .isInstanceOf(ConfigException.class)
                .hasMessageEndingWith(
                        "node.yaml:4: full_node_networks[0].discovery_methods: a list (expected:"
                                + " either discovery_method or discovery_methods)");
    }

    @Test
    @DisplayName("CF-11 REST with its url and 5 s, file with its path and 1 s, read in every shape")
    void restAndFileAreRead() throws Exception {
        var rest = new Method.Rest(URI.create("https://node.example/v1"), Duration.ofSeconds(5));
        var file = new Method.File(Path.of("/etc/peers.json"), Duration.ofSeconds(1));
        assertThat(
                        methods(
                                """
                                discovery_methods:
                                  - rest:
                                      url: "https://node.example/v1"
                                      interval_secs: 5
                                  - file:
                                      path: /etc/peers.json
                                      interval_secs: 1
                                """))
                .containsExactly(rest, file);
        assertThat(
                        methods(
                                "discovery_method: { rest: { url: \"https://node.example/v1\","
                                        + " interval_secs: 5 } }"))
                .containsExactly(rest);
        assertThat(
                        methods(
                                """
                                discovery_method:
                                  file: { path: "/etc/peers.json", interval_secs: 1 }
                                """))
                .containsExactly(file);
    }

    @Test
    void intervalsAndPathsHaveDefaults() throws Exception {
        assertThat(
                        methods(
                                """
                                discovery_methods:
                                  - file: { path: a/peers.yaml }
                                  - rest: { url: http://127.0.0.1:8080 }
                                  - webhook: { listen: "[::1]:6190", secret_path: hook.secret }
                                """))
                .containsExactly(
                        new Method.File(
                                directory.resolve("a/peers.yaml"), FileDiscovery.DEFAULT_POLL),
                        new Method.Rest(
                                URI.create("http://127.0.0.1:8080"),
                                RestDiscovery.DEFAULT_INTERVAL),
                        new Method.Webhook(
                                new InetSocketAddress(InetAddress.ofLiteral("::1"), 6190),
                                "/discovery",
                                directory.resolve("hook.secret"),
                                WebhookDiscovery.DEFAULT_REPLAY_WINDOW));
    }

    @Test
    void whatIsReadBecomesSettingsOfTheSources() throws Exception {
        var secret = "s".repeat(40);
        write("hook.secret", "  " + secret + "\nand a second line\n", "rw-------");
        var config =
                network(
                                """
                                discovery_methods:
                                  - onchain
                                  - rest: { url: http://127.0.0.1:8080 }
                                  - webhook:
                                      listen: 127.0.0.1:0
                                      path: /peers
                                      secret_path: hook.secret
                                      replay_window_secs: 9
                                discovery: { max_bytes: 1000, timeout_ms: 70, must_list_self: true }
                                """)
                        .discovery();
        var feed = new ValidatorSetFeed();
        var self = Identity.generate();
        var me = Optional.of(self.peerId());
        assertThat(config.sources(NetworkId.PUBLIC, self, feed))
                .containsExactly(
                        new OnChainDiscovery(
                                feed,
                                NetworkId.PUBLIC,
                                false,
                                Optional.of(
                                        new OnChainDiscovery.Self(self.peerId(), self.publicKey())),
                                me),
                        new RestDiscovery(
                                URI.create("http://127.0.0.1:8080"),
                                RestDiscovery.DEFAULT_INTERVAL,
                                Duration.ofMillis(70),
                                1000,
                                NetworkId.PUBLIC,
                                false,
                                me),
                        new WebhookDiscovery(
                                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0),
                                "/peers",
                                Bytes.utf8(secret),
                                Duration.ofSeconds(9),
                                Duration.ofMillis(70),
                                1000,
                                me));
    }

    @Test
    void validatorHasToBeInTheValidatorSetUnlessToldOtherwise() throws Exception {
        var self = Identity.generate();
        var feed = new ValidatorSetFeed();
        var before = "base: { role: validator, chain_id: 4 }\nvalidator_network:\n    ";
        var lines = "discovery_methods: [ onchain, { file: { path: a } } ]\n";
        var usually = network(before, lines).discovery().sources(NetworkId.VALIDATOR, self, feed);
        assertThat(((OnChainDiscovery) usually.getFirst()).mustList()).contains(self.peerId());
        assertThat(((FileDiscovery) usually.getLast()).mustList()).isEmpty();
        var not =
                network(before, lines + "discovery: { must_list_self: false }")
                        .discovery()
                        .sources(NetworkId.VALIDATOR, self, feed);
        assertThat(((OnChainDiscovery) not.getFirst()).mustList()).isEmpty();
    }

    @Test
    void secretThatOthersMayReadOrGuessIsRefused() throws Exception {
        var file = write("open.secret", "s".repeat(40) + "\n", "rw-r--r--");
        assertThatThrownBy(() -> SecretFile.read(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("chmod 600");
        var weak = write("weak.secret", "password\n", "rw-------");
        assertThatThrownBy(() -> SecretFile.read(weak))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("a secret of 8 bytes (expected: at least 32")
                .hasMessageNotContaining("password");
        var none = directory.resolve("none");
        assertThatThrownBy(() -> SecretFile.read(none))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no such file (openssl rand -hex 32");
    }

    private Path write(String name, String text, String mode) throws IOException {
        var file = Files.writeString(directory.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
}
