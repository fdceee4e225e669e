package dev.aptosnet.bootstrap.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.wire.HandshakeMsg;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Rows CF of the conformance list that are about single values. */
class ConfigConformanceTest {
    @TempDir private Path directory;

    private NetworkConfig network(String text) throws IOException {
        var role = text.contains("network_id: validator") ? "validator" : "full_node";
        var where = role.equals("validator") ? "validator_network: " : "full_node_networks: ";
        var value = role.equals("validator") ? "{ " + text + " }" : "[ { " + text + " } ]";
        var file = directory.resolve("node.yaml");
        Files.writeString(
                file, "base: { role: " + role + ", chain_id: 4 }\n" + where + value + "\n");
        return NodeConfig.read(file).first();
    }

    @Test
    @DisplayName("CF-02 validator comes before vfn, vfn before public")
    void networksHaveAnOrder() {
        assertThat(NetworkId.VALIDATOR).isLessThan(NetworkId.VFN).isLessThan(NetworkId.PUBLIC);
        assertThat(NetworkId.VFN).isLessThan(NetworkId.PUBLIC);
    }

    @ParameterizedTest(name = "CF-03 {0} is the same after YAML and after BCS")
    @EnumSource(NetworkId.class)
    void networkIdsSurviveBothWays(NetworkId id) throws Exception {
        assertThat(network("network_id: " + id.configName()).networkId()).isEqualTo(id);
        assertThat(HandshakeMsg.decode(hello(id).encode()).networkId()).isEqualTo(id);
    }

    @Test
    @DisplayName("CF-04 the older form is read, and vfn is written as Private(\"vfn\")")
    void olderFormOfNetworkIds() throws Exception {
        assertThat(network("network_id: { private: \"vfn\" }").networkId())
                .isEqualTo(NetworkId.VFN);
        assertThat(network("network_id: \"public\"").networkId()).isEqualTo(NetworkId.PUBLIC);
        assertThat(network("network_id: validator").networkId()).isEqualTo(NetworkId.VALIDATOR);
        // Variant 2, three letters.
        assertThat(hello(NetworkId.VFN).encode().toHex()).endsWith("020376666e");
    }

    private static HandshakeMsg hello(NetworkId id) {
        return HandshakeMsg.v1(ProtocolSet.of(), 4, id);
    }

    @Test
    @DisplayName("CF-06 no access policy by default, and an allow list with exactly its peers")
    void accessPolicyIsRead() throws Exception {
        assertThat(network("").accessPolicy()).isEqualTo(AccessPolicy.NONE);
        assertThat(network("access_control_policy: { allow_list: [ a1, a2 ] }").accessPolicy())
                .isEqualTo(AccessPolicy.allowOnly(List.of(PeerId.parse("a1"), PeerId.parse("a2"))));
    }

    @Test
    @DisplayName("CF-07 an allow list of 1 and 2 allows 1 and 2, and not 3")
    void allowListIsAsked() {
        var policy = AccessPolicy.allowOnly(List.of(PeerId.parse("1"), PeerId.parse("2")));
        assertThat(policy.allows(PeerId.parse("1"))).isTrue();
        assertThat(policy.allows(PeerId.parse("2"))).isTrue();
        assertThat(policy.allows(PeerId.parse("3"))).isFalse();
    }

    @Test
    @DisplayName("CF-10 50 inbound connections by default, and 0 is legal")
    void inboundConnectionsAreRead() throws Exception {
        assertThat(network("").maxInboundConnections()).isEqualTo(50);
        assertThat(network("max_inbound_connections: 0").maxInboundConnections()).isZero();
    }
}
