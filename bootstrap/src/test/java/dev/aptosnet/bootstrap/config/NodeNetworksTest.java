package dev.aptosnet.bootstrap.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Files of nodes with several networks. */
class NodeNetworksTest {
    private static final String KEY = "09".repeat(32);
    private static final NetworkAddress PUBLIC_PORT = NetworkAddress.parse("/ip4/0.0.0.0/tcp/6182");

    @TempDir private Path directory;

    private NodeConfig read(String text) throws IOException {
        return read(text, OptionalInt.empty());
    }

    private NodeConfig read(String text, OptionalInt chain) throws IOException {
        return NodeConfig.read(Files.writeString(directory.resolve("node.yaml"), text), chain);
    }

    @Test
    void fileOfAnAptosCoreValidatorGivesItsNetworks() throws Exception {
        var config =
                read(
                        """
                        base:
                          role: "validator"
                          data_dir: "/nowhere/data"
                          waypoint:
                            from_file: "/nowhere/waypoint.txt"

                        consensus:
                          safety_rules:
                            service:
                              type: "local"

                        execution:
                          genesis_file_location: "/nowhere/genesis.blob"

                        validator_network:
                          discovery_method: "onchain"
                          mutual_authentication: true
                          identity:
                            type: "from_file"
                            path: "validator-identity.yaml"

                        full_node_networks:
                          - network_id:
                              private: "vfn"
                            listen_address: "/ip4/0.0.0.0/tcp/6181"
                            identity:
                              type: "from_config"
                              key: "KEY"
                              peer_id: "00000000000000000000000000000000000000000000000000000000000000ab"

                        api:
                          enabled: true
                        """
                                .replace("KEY", KEY),
                        OptionalInt.of(1));
        assertThat(config.validator()).isTrue();
        assertThat(config.chainId()).isEqualTo(1);
        assertThat(config.networks())
                .extracting(NetworkConfig::networkId)
                .containsExactly(NetworkId.VALIDATOR, NetworkId.VFN, NetworkId.PUBLIC);
        var own = config.first();
        assertThat(own.listen()).containsExactly(NetworkAddress.parse("/ip4/0.0.0.0/tcp/6180"));
        assertThat(own.discovery().methods()).containsExactly(new DiscoveryConfig.Method.OnChain());
        assertThat(own.identity())
                .isEqualTo(
                        new IdentitySource.FromFile(directory.resolve("validator-identity.yaml")));
        var vfn = config.networks().get(1);
        assertThat(vfn.listen()).containsExactly(NetworkAddress.parse("/ip4/0.0.0.0/tcp/6181"));
        assertThat(vfn.identity().load().peerId()).isEqualTo(PeerId.parse("ab"));
    }

    @Test
    void fileOfAnAptosCoreFullNodeGivesItsNetworks() throws Exception {
        var config =
                read(
                        """
                        base:
                          role: "full_node"
                        full_node_networks:
                          - network_id: "public"
                            discovery_method: "onchain"
                            listen_address: "/ip4/0.0.0.0/tcp/6182"
                          - network_id:
                              private: "vfn"
                            listen_address: "/ip4/0.0.0.0/tcp/6181"
                            seeds:
                              00000000000000000000000000000000000000000000000000000000000000ab:
                                addresses:
                                  - "/dns/validator.local/tcp/6181/noise-ik/KEY/handshake/0"
                                role: "Validator"
                        """
                                .replace("KEY", KEY));
        assertThat(config.validator()).isFalse();
        assertThat(config.networks())
                .extracting(NetworkConfig::networkId)
                .containsExactly(NetworkId.PUBLIC, NetworkId.VFN);
        assertThat(config.networks().get(1).peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.role()).isEqualTo(PeerRole.VALIDATOR));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, -1})
    @DisplayName(
            "CF-13 the public-node option is on, and told, on every chain that is not known to be"
                    + " local")
    void optionIsOnUnlessTheChainIsLocal(int chain) throws Exception {
        var text = "full_node_networks: [ { discovery_method: onchain } ]\n";
        var config = read(text, chain < 0 ? OptionalInt.empty() : OptionalInt.of(chain));
        assertThat(config.first().discovery().validatorPfnConnections()).isTrue();
        assertThat(config.notes())
                .anyMatch(note -> note.contains("enable_validator_pfn_connections: true"));
    }

    @Test
    void optionIsOffOnTheLocalChainAndWhereTheOperatorSaysSo() throws Exception {
        var text = "full_node_networks: [ { discovery_method: onchain } ]\n";
        assertThat(read(text, OptionalInt.of(4)).first().discovery().validatorPfnConnections())
                .isFalse();
        assertThat(
                        read("base: { enable_validator_pfn_connections: false }\n" + text)
                                .first()
                                .discovery()
                                .validatorPfnConnections())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"chain_id: 1, ", ""})
    @DisplayName("CF-14 a validator with the option on gets a public network that listens on 6182")
    void publicNetworkIsAdded(String chain) throws Exception {
        var config =
                read(
                        "base: { "
                                + chain
                                + "role: validator, enable_validator_pfn_connections: true }\n"
                                + "validator_network: {}\n");
        assertThat(config.networks()).hasSize(2);
        var added = config.networks().getLast();
        assertThat(added.networkId()).isEqualTo(NetworkId.PUBLIC);
        assertThat(added.listen()).containsExactly(PUBLIC_PORT);
        assertThat(added.discovery()).isEqualTo(DiscoveryConfig.NONE);
        assertThat(added.connectivity().maxOutboundConnections()).isZero();
        assertThat(added.identity().load().peerId())
                .isEqualTo(config.first().identity().load().peerId());
        assertThat(config.notes()).anyMatch(note -> note.contains("public network added"));
    }

    @Test
    void publicNetworkOfTheOperatorsOwnIsLeftAlone() throws Exception {
        var config =
                read(
                        """
                        base: { role: validator, chain_id: 1 }
                        validator_network: {}
                        full_node_networks: [ { listen_address: /ip4/0.0.0.0/tcp/7000 } ]
                        """);
        assertThat(config.networks()).hasSize(2);
        assertThat(config.networks().getLast().listen())
                .containsExactly(NetworkAddress.parse("/ip4/0.0.0.0/tcp/7000"));
    }

    @ParameterizedTest(name = "CF-15 {1}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    full_node_networks: [ {}, { network_id: public } ] | full_node_networks[1].network_id: public (expected: each network once)
                    full_node_networks: [ { network_id: { private: vfn } }, { network_id: vfn } ] | full_node_networks[1].network_id: vfn (expected: each network once)
                    full_node_networks: [ { network_id: validator } ] | full_node_networks[0].network_id: validator (expected: public or
                    validator_network: { mutual_authentication: false } | validator_network.mutual_authentication: false (expected: true on the validator network)
                    validator_network: { network_id: public } | validator_network.network_id: public (expected: validator)
                    base: { role: full_node } | full_node_networks: missing
                    base: { role: validator } | validator_network: missing
                    """)
    void contradictionsAreRefused(String text, String expected) {
        assertThatThrownBy(() -> read(text + "\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("node.yaml:1: " + expected);
    }

    @Test
    void fullNodeKeepsTheKeyThatWasMadeForItsPublicNetwork() throws Exception {
        var text = "base: { chain_id: 4, data_dir: . }\nfull_node_networks: [ {} ]\n";
        var first = read(text).first().identity().load();
        assertThat(directory.resolve("aptosnet-identity.yaml")).exists();
        assertThat(read(text).first().identity().load().peerId()).isEqualTo(first.peerId());
    }

    @Test
    void budgetIsTheSameForAll() throws Exception {
        var config =
                read(
                        """
                        base: { chain_id: 4 }
                        budget: { total_bytes: 300000000 }
                        full_node_networks: [ {}, { network_id: vfn } ]
                        """);
        assertThat(config.networks())
                .extracting(network -> network.limits().nodeBytes())
                .containsExactly(300_000_000L, 300_000_000L);
    }
}
