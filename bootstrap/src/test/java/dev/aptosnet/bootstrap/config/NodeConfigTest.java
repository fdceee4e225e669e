package dev.aptosnet.bootstrap.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.settings.BatchDelays;
import dev.aptosnet.ports.settings.BreakerSettings;
import dev.aptosnet.ports.settings.CallSettings;
import dev.aptosnet.ports.settings.ClassWeights;
import dev.aptosnet.ports.settings.ConnectivitySettings;
import dev.aptosnet.ports.settings.HealthSettings;
import dev.aptosnet.ports.settings.InboundRate;
import dev.aptosnet.ports.settings.PeerHealthSettings;
import dev.aptosnet.ports.transport.AcceptRate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

class NodeConfigTest {
    private static final String KEY = "09".repeat(32);
    private static final String ADDRESS =
            "/ip4/10.0.0.1/tcp/6180/noise-ik/0x" + KEY + "/handshake/0";

    @TempDir private Path directory;

    private NodeConfig read(String text) throws IOException {
        return NodeConfig.read(Files.writeString(directory.resolve("node.yaml"), text));
    }

    /** The refusal, from the file's name on. */
    private String refusal(String text) throws IOException {
        var file = Files.writeString(directory.resolve("node.yaml"), text);
        var refused = catchThrowableOfType(ConfigException.class, () -> NodeConfig.read(file));
        assertThat(refused).as(text).isNotNull();
        var message = String.valueOf(refused.getMessage());
        assertThat(message).startsWith(directory + "/node.yaml").doesNotContain("\n");
        return message.substring(directory.toString().length() + 1);
    }

    /** A full node's network with these lines, the first of which is line 3. */
    private static String network(String lines) {
        return "base: { chain_id: 4 }\nfull_node_networks:\n  - " + lines.indent(4).strip() + "\n";
    }

    @Test
    void everyKeyThatWeUseIsRead() throws Exception {
        var node =
                read(
                        """
                        base: { role: validator, chain_id: 9, enable_validator_pfn_connections: false }
                        validator_network:
                          listen_address: "/ip4/0.0.0.0/tcp/7180"
                          mutual_authentication: true
                          identity: { type: from_config, key: "0xKEY", peer_id: "ab" }
                          seeds:
                            00000000000000000000000000000000000000000000000000000000000000cd:
                              addresses: [ "ADDRESS" ]
                              keys: [ "0xKEY" ]
                              role: Validator
                          seed_addrs:
                            ef: [ "ADDRESS" ]
                          noise_suites: [ aesgcm, chachapoly ]
                          max_frame_size: 1000000
                          max_message_size: 2000000
                          max_inbound_connections: 7
                          enable_proxy_protocol: true
                          inbound_rx_buffer_size_bytes: 1000
                          outbound_rx_buffer_size_bytes: 2000
                          tx_buffer_size_bytes: 3000
                          runtime_threads: 3
                          admission:
                            max_pending: 64
                            max_pending_per_ip: 4
                            handshake_timeout_ms: 9000
                            handshakes_per_second: 500
                            handshake_burst: 100
                            handshakes_per_second_per_ip: 10
                            handshake_burst_per_ip: 30
                          streams: { max_concurrent_inbound: 5, min_piece_bytes: 2048, progress_timeout_ms: 1 }
                          priorities: { queue_messages: 10, queue_bytes: 20, batch_delay_us: { normal: 200, low: 5000 }, weights: { high: 16, low: 1 } }
                          max_concurrent_inbound_rpcs: 11
                          max_concurrent_outbound_rpcs: 12
                          inbound_rpc_timeout_ms: 13
                          inbound_queue_messages: 14
                          close_timeout_ms: 15
                          write_timeout_ms: 16
                          max_unsent_bytes: 17
                          connectivity_check_interval_ms: 18
                          connectivity_check_on_change: false
                          max_outbound_connections: 19
                          connection_backoff_base: 20
                          connection_backoff_jitter: added
                          max_connection_delay_ms: 21
                          dials_per_second: 22
                          dial_burst: 23
                          max_pending_outbound: 24
                          max_dial_spread_ms: 25
                          dial_tie_delay_ms: 26
                          connection_stable_after_ms: 27
                          enable_latency_aware_dialing: false
                          dial_retry_window_ms: 28
                          num_dials_before_backoff: 29
                          max_latency_probes: 5
                          max_parallel_peer_latency_pings: 2
                        budget: { total_bytes: 300000000, per_peer_bytes: 5000000 }
                        """
                                .replace("KEY", KEY)
                                .replace("ADDRESS", ADDRESS));
        assertThat(node.validator()).isTrue();
        assertThat(node.chainId()).isEqualTo(9);
        assertThat(node.notes()).isEmpty();
        var config = node.networks().getFirst();
        assertThat(config.networkId()).isEqualTo(NetworkId.VALIDATOR);
        assertThat(config.mutualAuthentication()).contains(true);
        assertThat(config.identity().load().peerId()).isEqualTo(PeerId.parse("ab"));
        assertThat(config.identity().load().privateKey().toHex()).isEqualTo(KEY);
        assertThat(config.listen()).containsExactly(NetworkAddress.parse("/ip4/0.0.0.0/tcp/7180"));
        var key = PublicKey.parse(KEY);
        var address = NetworkAddress.parse(ADDRESS);
        assertThat(config.peers())
                .containsExactly(
                        new KnownPeer(
                                PeerId.parse("cd"),
                                List.of(address),
                                Set.of(key),
                                PeerRole.VALIDATOR),
                        new KnownPeer(
                                PeerId.parse("ef"),
                                List.of(address),
                                Set.of(key),
                                PeerRole.VALIDATOR_FULL_NODE));
        assertThat(config.suites()).containsExactly(CipherSuite.AESGCM, CipherSuite.CHACHAPOLY);
        assertThat(config.maxInboundConnections()).isEqualTo(7);
        var limits = config.limits();
        assertThat(limits.maxFrameBytes()).isEqualTo(1_000_000);
        assertThat(limits.maxMessageBytes()).isEqualTo(2_000_000);
        assertThat(limits.maxInboundStreams()).isEqualTo(5);
        assertThat(limits.minPieceBytes()).isEqualTo(2048);
        assertThat(limits.streamProgressTimeout()).isEqualTo(Duration.ofMillis(1));
        assertThat(limits.queueMessages()).isEqualTo(10);
        assertThat(limits.queueBytes()).isEqualTo(20);
        assertThat(config.weights()).isEqualTo(new ClassWeights(16, 16, 4, 1));
        assertThat(config.batchDelays())
                .isEqualTo(
                        new BatchDelays(
                                Duration.ZERO, Duration.ofNanos(200_000), Duration.ofMillis(5)));
        assertThat(limits.maxInboundRpcs()).isEqualTo(11);
        assertThat(limits.maxOutboundRpcs()).isEqualTo(12);
        assertThat(limits.inboundRpcTimeout()).isEqualTo(Duration.ofMillis(13));
        assertThat(limits.inboundQueueMessages()).isEqualTo(14);
        assertThat(limits.inboundBytes()).isEqualTo(5_000_000);
        assertThat(limits.nodeBytes()).isEqualTo(300_000_000);
        var transport = config.transportLimits();
        assertThat(transport.proxyProtocol()).isTrue();
        assertThat(transport.receiveBufferBytes()).isEqualTo(2000);
        assertThat(transport.sendBufferBytes()).isEqualTo(3000);
        assertThat(transport.threads()).isEqualTo(3);
        assertThat(transport.maxPendingInbound()).isEqualTo(64);
        assertThat(transport.maxPendingPerAddress()).isEqualTo(4);
        assertThat(transport.acceptRate()).isEqualTo(new AcceptRate(500, 100, 10, 30));
        assertThat(transport.upgradeTimeout()).isEqualTo(Duration.ofSeconds(9));
        assertThat(transport.closeTimeout()).isEqualTo(Duration.ofMillis(15));
        assertThat(transport.writeTimeout()).isEqualTo(Duration.ofMillis(16));
        assertThat(transport.maxUnsentBytes()).isEqualTo(17);
        assertThat(config.connectivity())
                .isEqualTo(
                        ConnectivitySettings.builder()
                                .checkInterval(Duration.ofMillis(18))
                                .checkOnChange(false)
                                .maxOutboundConnections(19)
                                .base(20)
                                .jitter(ConnectivitySettings.Jitter.ADDED)
                                .maxDelay(Duration.ofMillis(21))
                                .dialsPerSecond(22)
                                .dialBurst(23)
                                .maxPending(24)
                                .maxSpread(Duration.ofMillis(25))
                                .tieDelay(Duration.ofMillis(26))
                                .stableAfter(Duration.ofMillis(27))
                                .latencyAware(false)
                                .retryWindow(Duration.ofMillis(28))
                                .dialsBeforeBackoff(29)
                                .maxProbes(5)
                                .probesOfOnePeer(2)
                                .build());
    }

    @Test
    void anEmptyNetworkHasTheDefaults() throws Exception {
        var config = read("base: { chain_id: 4 }\nfull_node_networks: [ {} ]\n");
        assertThat(config.first().draft().listen(List.of()).done())
                .isEqualTo(NetworkConfig.DEFAULT);
        assertThat(config.first().listen())
                .containsExactly(NetworkAddress.parse("/ip4/0.0.0.0/tcp/6180"));
    }

    @Test
    void aptosCoresOtherSectionsAreSkippedInOneLine() throws Exception {
        var config =
                read(
                        """
                        base: { role: full_node, chain_id: 4, data_dir: /nowhere, waypoint: { from_config: "0:1" } }
                        storage: { rocksdb_configs: { enable_storage_sharding: true } }
                        execution: { genesis_file_location: genesis.blob }
                        api: { enabled: true }
                        full_node_networks:
                          - network_id: { private: "vfn" }
                            discovery_method: onchain
                            max_parallel_deserialization_tasks: 8
                            max_parallel_peer_latency_pings: 3
                          - network_id: public
                        """);
        assertThat(config.networks())
                .extracting(NetworkConfig::networkId)
                .containsExactly(NetworkId.VFN, NetworkId.PUBLIC);
        assertThat(config.notes()).hasSize(4);
        assertThat(config.notes().get(0)).endsWith("not about networking: api, execution, storage");
        assertThat(config.notes().get(1))
                .endsWith("base.data_dir: /nowhere is no directory: a fresh key at every start");
        assertThat(config.notes().get(2)).contains("vfn network: onchain waits for a program");
        assertThat(config.notes().get(3))
                .endsWith(
                        "without effect so far: base.waypoint, max_parallel_deserialization_tasks"
                                + " (messages are decoded on their handlers' threads)");
    }

    @Test
    void aptosCoresBoundOfItsQueuesIsTakenUnlessOursIsGiven() throws Exception {
        var theirs = "full_node_networks: [ { network_channel_size: 7 } ]";
        assertThat(read(theirs).first().limits().queueMessages()).isEqualTo(7);
        assertThat(read(theirs).notes()).noneMatch(note -> note.contains("without effect"));
        var both =
                "full_node_networks: [ { network_channel_size: 7, priorities: { queue_messages: 9 }"
                        + " } ]";
        assertThat(read(both).first().limits().queueMessages()).isEqualTo(9);
    }

    @Test
    void theHealthCheckerOfAptosCoreCanBeConfigured() throws Exception {
        var config =
                read(
                        network(
                                """
                                ping_interval_ms: 10000
                                ping_timeout_ms: 20000
                                ping_failures_tolerated: 3
                                ping_adaptive: false
                                disconnect_on_health_check_failure: false
                                """));
        assertThat(config.first().health()).isEqualTo(HealthSettings.APTOS_CORE);
        assertThat(config.notes()).isEmpty();
    }

    @Test
    void oneKeySelectsTheHealthOfAptosCore() throws Exception {
        var config = read(network("health_profile: aptos-core\n"));
        assertThat(config.first().health()).isEqualTo(HealthSettings.APTOS_CORE);
        assertThat(config.first().peerHealth()).isEqualTo(PeerHealthSettings.APTOS_CORE);
        assertThat(read(network("health_profile: aptosnet\n")).first().peerHealth())
                .isEqualTo(PeerHealthSettings.DEFAULT);
        assertThat(refusal(network("health_profile: best\n"))).contains("aptosnet or aptos-core");
    }

    @Test
    void breakersAndDeadlinesAreRead() throws Exception {
        var config =
                read(
                        network(
                                """
                                circuit_breaker: { window: 30, open_ms: 1000, critical: true }
                                rpc_deadlines: { min_ms: 500, small_bytes: 1024 }
                                inbound_rpc_timeouts_ms: { StorageServiceRpc: 60000 }
                                peer_score: { success: 60, latency: 5, classes: { low: 3 } }
                                """));
        var breaker = config.first().peerHealth().breaker();
        assertThat(breaker.window()).isEqualTo(30);
        assertThat(breaker.open()).isEqualTo(Duration.ofSeconds(1));
        assertThat(breaker.critical()).isTrue();
        assertThat(breaker.probes()).isEqualTo(BreakerSettings.DEFAULT.probes());
        var calls = config.first().peerHealth().calls();
        assertThat(calls.shortest()).isEqualTo(Duration.ofMillis(500));
        assertThat(calls.longest()).isEqualTo(CallSettings.DEFAULT.longest());
        assertThat(calls.smallBytes()).isEqualTo(1024);
        assertThat(calls.served())
                .containsEntry(ProtocolId.STORAGE_SERVICE_RPC, Duration.ofSeconds(60));
        assertThat(refusal(network("inbound_rpc_timeouts_ms: { Storage: 1 }\n")))
                .contains("inbound_rpc_timeouts_ms.Storage");
        assertThat(config.first().peerHealth().score().success()).isEqualTo(60);
        assertThat(config.first().peerHealth().score().classes()).containsExactly(8, 4, 2, 3);
        assertThat(refusal(network("peer_score: { success: 60 }\n"))).contains("make 100");
    }

    @Test
    void whoIsLetInAndHowFastIsRead() throws Exception {
        var config =
                read(
                        """
                        base: { chain_id: 4 }
                        full_node_networks:
                          - priority_inbound_peers: [ a1, "0xa2" ]
                            access_control_policy: { allow_list: [ a1, a2, a3 ] }
                            inbound_rate_limit_config:
                              inbound_messages_per_second: 100
                              inbound_bytes_per_second: 1000000
                              refill: whole_seconds
                        """);
        assertThat(config.first().priorityInboundPeers())
                .containsExactly(PeerId.parse("a1"), PeerId.parse("a2"));
        assertThat(config.first().accessPolicy().allows(PeerId.parse("a3"))).isTrue();
        assertThat(config.first().accessPolicy().allows(PeerId.parse("a4"))).isFalse();
        assertThat(config.first().inboundRate())
                .isEqualTo(
                        new InboundRate(
                                OptionalLong.of(100),
                                OptionalLong.of(1_000_000),
                                InboundRate.Refill.WHOLE_SECONDS));
        assertThat(config.notes()).isEmpty();
        var blocked = read(network("access_control_policy: { block_list: [ a4 ] }"));
        assertThat(blocked.first().accessPolicy().allows(PeerId.parse("a4"))).isFalse();
        assertThat(blocked.first().accessPolicy().allows(PeerId.parse("a1"))).isTrue();
        var nobody = read(network("access_control_policy: { allow_list: [] }"));
        assertThat(nobody.first().accessPolicy().allows(PeerId.parse("a1"))).isFalse();
        assertThat(blocked.first().inboundRate()).isEqualTo(InboundRate.UNLIMITED);
    }

    @Test
    void aMissingChainIsNoted() throws Exception {
        assertThat(read("full_node_networks: [ {} ]\n").notes())
                .singleElement()
                .asString()
                .contains("base.chain_id is missing: chain 4");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    listn_address: /ip4/0.0.0.0/tcp/1 | did you mean listen_address?
                    max_frame_size: 64                | max_frame_size: 64 (expected: 65 to
                    max_frame_size: big               | max_frame_size: "big" (expected: 65 to
                    max_frame_size: [ 1 ]             | max_frame_size: a list (expected: 65 to
                    max_message_size: 1069563841      | max_message_size: 1069563841 (expected: max_message_size <= 255 x
                    max_inbound_connections: -1       | max_inbound_connections: -1 (expected: 0 to
                    max_inbound_connections: 99999999999999999999 | max_inbound_connections: 99999999999999999999 (expected:
                    enable_proxy_protocol: 1          | enable_proxy_protocol: 1 (expected: true or false)
                    listen_address: /dns/a/tcp/1      | listen_address: "/dns/a/tcp/1" (expected: an address such as
                    network_id: private               | network_id: "private" (expected: validator, public, vfn or
                    network_id: { private: x }        | network_id.private: "x" (expected: "vfn")
                    identity: { type: from_storage }  | identity.type: "from_storage" (expected: from_file, from_config or none; secure storage
                    identity: { type: from_config, key: 12 } | identity.key: … (expected: 64 hex digits)
                    seeds: { xyz: { keys: [] } }      | neither addresses nor keys
                    seeds: { ab: { adresses: [] } }   | did you mean addresses?
                    seeds: { ab: { addresses: [ /ip4/1.2.3.4/tcp/1 ] } } | seeds.ab.addresses: "/ip4/1.2.3.4/tcp/1" (expected: /ip4/
                    seeds: { ab: { keys: [ x25519-priv-00 ] } } | seeds.ab.keys: a private key (expected: the peer's public key)
                    discovery_method: dns             | discovery_method: "dns" (expected: onchain, none, file, rest or webhook)
                    discovery_method: { dns: {} }     | discovery_method.dns: unknown key
                    discovery_method: {}              | discovery_method: 0 sources in one mapping (expected: one)
                    discovery_method: { file: { interval_secs: 5 } } | discovery_method.file.path: missing (expected: a file of peers)
                    discovery_method: { file: { path: a, interval_sec: 5 } } | did you mean interval_secs?
                    discovery_methods: [ { file: { path: a, interval_secs: 0 } } ] | discovery_methods[0].file.interval_secs: 0 (expected: 1 to 86400)
                    discovery_methods: [ none, { rest: { url: "ftp://a" } } ] | discovery_methods[1].rest.url: "ftp://a" (expected: http:// or https://)
                    discovery_methods: onchain        | discovery_methods: "onchain" (expected: a list of onchain,
                    discovery_methods: [ 1 ]          | discovery_methods: 1 (expected: a list of onchain,
                    discovery_methods: [ onchain, onchain ] | discovery_methods: two of one kind (expected: at most one of each kind)
                    discovery_methods: [ { webhook: { listen: "a:1", secret_path: s } } ] | discovery_methods[0].webhook.listen: "a:1" (expected: an IP address and a port
                    discovery_methods: [ { webhook: { listen: "127.0.0.1:1" } } ] | discovery_methods[0].webhook.secret_path: missing
                    discovery: { max_byte: 1 }        | did you mean max_bytes?
                    seed_addrs: { ab: [] }            | seed_addrs.ab: no address
                    noise_suites: [ rot13 ]           | noise_suites: "rot13" (expected: chachapoly or aesgcm)
                    noise_suites: aesgcm              | noise_suites: "aesgcm" (expected: a list of
                    admission: { max_pending: 0 }     | admission.max_pending: 0 (expected: 1 to
                    admission: { handshakes_per_second: 0 } | admission.handshakes_per_second: 0 (expected: 1 to
                    streams: { max_concurent_inbound: 1 } | did you mean max_concurrent_inbound?
                    priorities: { batch_delay_us: { low: 5001 } } | priorities.batch_delay_us.low: 5001 (expected: 0 to 5000)
                    priorities: { batch_delay_us: { critical: 1 } } | priorities.batch_delay_us.critical: 1 (expected: 0 to 0)
                    priorities: { weights: { low: 0 } } | priorities.weights.low: 0 (expected: 1 to 1000)
                    priorities: { weights: { urgent: 1 } } | priorities.weights.urgent
                    priorities: { queue_messages: 2000000 } | priorities.queue_messages: 2000000 (expected: 1 to 1048576)
                    ping_timeout_ms: soon             | ping_timeout_ms: "soon" (expected: 1 to
                    disconnect_on_health_check_failure: maybe | disconnect_on_health_check_failure: "maybe" (expected: true or false)
                    priority_inbound_peers: [ zz ]    | priority_inbound_peers: "zz" (expected: a list of peer ids)
                    access_control_policy: { allow_list: [], block_list: [] } | access_control_policy: both (expected: either allow_list or block_list)
                    access_control_policy: { alow_list: [ a1 ] } | did you mean allow_list?
                    access_control_policy: { block_list: [ zz ] } | access_control_policy.block_list: "zz" (expected: a list of peer ids)
                    inbound_rate_limit_config: { inbound_bytes_per_second: 0 } | inbound_rate_limit_config.inbound_bytes_per_second: 0 (expected: 1 to 8589934592)
                    inbound_rate_limit_config: { refill: hourly } | inbound_rate_limit_config.refill: "hourly" (expected: continuous or whole_seconds)
                    inbound_rate_limit_config: { ip_byte_bucket_rate: 1 } | inbound_rate_limit_config.ip_byte_bucket_rate: unknown key
                    max_concurrent_network_reqs: 1    | max_concurrent_network_reqs: unknown key
                    """)
    void aBadValueIsRefusedWithItsLine(String line, String expected) throws Exception {
        assertThat(refusal(network("max_unsent_bytes: 1\n" + line)))
                .startsWith("node.yaml:4: full_node_networks[0].")
                .contains(expected);
    }

    @Test
    void aKeyTwiceIsRefused() throws Exception {
        assertThat(refusal("base:\n  chain_id: 1\n  chain_id: 2\n"))
                .isEqualTo("node.yaml:3: chain_id: twice (first in line 2)");
    }

    @Test
    void anUnknownSectionIsRefused() throws Exception {
        assertThat(refusal("base: { chain_id: 4 }\nfull_node_network: []\n"))
                .contains("full_node_networks");
        assertThat(refusal("full_node_networks: [ {} ]\nbugdet: {}\n"))
                .isEqualTo("node.yaml:2: bugdet: unknown key (expected: did you mean budget?)");
    }

    @Test
    void aValidatorCannotDoWithoutMutualAuthentication() throws Exception {
        assertThat(refusal("validator_network:\n  mutual_authentication: false\n"))
                .startsWith("node.yaml:2: validator_network.mutual_authentication: false");
        assertThat(refusal("base: { role: full_node }\nvalidator_network: {}\n"))
                .startsWith("node.yaml:2: validator_network: ");
        assertThat(refusal("base: { role: validator }\n")).contains("validator_network: missing");
        assertThat(refusal("base: { role: king }\n")).contains("validator or full_node");
        assertThat(refusal("base: { chain_id: 256 }\n")).contains("0 to 255");
    }

    @Test
    void aliasesAreNotFollowedSoThatTheyCannotMultiply() throws Exception {
        assertThat(refusal(network("max_unsent_bytes: &a 1\nmax_frame_size: *a")))
                .startsWith("node.yaml:4: full_node_networks[0].max_frame_size: the alias *a");
        var bomb = new StringBuilder("a0: &a0 [ x, x ]\n");
        for (var i = 1; i < 40; i++) {
            bomb.append("a%d: &a%d [ *a%d, *a%d ]\n".formatted(i, i, i - 1, i - 1));
        }
        assertThat(refusal("full_node_networks: [ {} ]\n" + bomb)).contains("a0: unknown key");
    }

    @Test
    void whatIsNoConfigurationIsOneLine() throws Exception {
        assertThat(refusal("- 1\n")).startsWith("node.yaml:1: a list (expected: a mapping)");
        assertThat(refusal("base: {}\n---\nbase: {}\n")).contains("a second document");
        assertThat(refusal("base: [ 1\n")).contains("not YAML");
        assertThat(refusal("a: \"\\q\"\n")).startsWith("node.yaml:1: not YAML");
        assertThat(refusal("")).contains("full_node_networks: missing");
        assertThat(refusal("a: " + "[".repeat(100) + "]".repeat(100) + "\n")).contains("levels");
        assertThat(refusal("# " + "x".repeat(1 << 20))).contains("larger than");
        var file = directory.resolve("node.yaml");
        Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xff});
        assertThat(catchThrowableOfType(ConfigException.class, () -> NodeConfig.read(file)))
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void automaticBudgetIsTheDefault() throws Exception {
        assertThat(
                        read("full_node_networks: [ {} ]\nbudget: { total_bytes: auto }\n")
                                .first()
                                .limits())
                .isEqualTo(NetworkConfig.DEFAULT.limits());
        assertThat(refusal("full_node_networks: [ {} ]\nbudget: { total_bytes: all }\n"))
                .startsWith("node.yaml:2: budget.total_bytes: \"all\"");
    }

    @Test
    void aZeroPeerIdStandsForTheKeysOwn() throws Exception {
        var text = "identity: { type: from_config, key: \"%s\", peer_id: 0x0 }".formatted(KEY);
        var identity = read(network(text)).first().identity().load();
        assertThat(identity.peerId()).isEqualTo(PeerId.derivedFrom(identity.publicKey()));
    }

    @Test
    void otherSecretsInAKeyFileArePassedOver() throws Exception {
        var file = directory.resolve("key.yaml");
        Files.createFile(
                file,
                java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                        java.nio.file.attribute.PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                file,
                """
                ---
                account_address: %s
                account_private_key: "0x01"
                consensus_private_key: "0x02"
                network_private_key: "0x%s"
                """
                        .formatted("0".repeat(63) + "5", KEY));
        var identity = KeyFile.read(file);
        assertThat(identity.peerId()).isEqualTo(PeerId.parse("5"));
        assertThat(identity.privateKey().toHex()).isEqualTo(KEY);
    }
}
