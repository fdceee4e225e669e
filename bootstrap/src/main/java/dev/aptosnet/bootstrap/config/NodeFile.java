package dev.aptosnet.bootstrap.config;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.settings.ConnectivitySettings;
import dev.aptosnet.ports.settings.MonitoringSettings;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the root of a node's configuration: {@code base}, the networks and {@code budget}; and sets
 * what aptos-core sets at its start unless the operator has (behaviour.md sections 1.2 and 14.5).
 */
final class NodeFile {
    /** Sections of aptos-core that are not about networking. */
    private static final Set<String> OTHERS =
            Set.of(
                    "admin_service",
                    "api",
                    "consensus",
                    "consensus_observer",
                    "dag_consensus",
                    "data_streaming_service",
                    "execution",
                    "failpoints",
                    "indexer",
                    "indexer_db_config",
                    "indexer_grpc",
                    "indexer_table_info",
                    "inspection_service",
                    "jwk_consensus",
                    "logger",
                    "mempool",
                    "metrics",
                    "netbench",
                    "node_startup",
                    "randomness_override_seq_num",
                    "state_sync",
                    "storage",
                    "test",
                    "validator",
                    "vm");

    /** Sections of our own that do nothing yet. */
    private static final List<String> LATER = List.of("admin", "logging");

    /** The chain id of tests on one machine. */
    private static final int TESTING = 4;

    /** Where validators take public full nodes. */
    private static final String PUBLIC_LISTEN = "/ip4/0.0.0.0/tcp/6182";

    private final Section root;
    private final Path directory;
    private final OptionalInt chainId;
    private final List<String> notes = new ArrayList<>();
    private final Set<String> unused = new TreeSet<>();

    /** {@code base}, as far as it concerns networking. */
    private record Base(
            boolean validator,
            OptionalInt chainId,
            Optional<Path> dataDirectory,
            Optional<Boolean> validatorPfnConnections) {}

    /**
     * @param directory what paths in the file are relative to
     * @param chainId goes before that of the file
     */
    NodeFile(Section root, Path directory, OptionalInt chainId) {
        this.root = root;
        this.directory = directory;
        this.chainId = chainId;
    }

    NodeConfig read() {
        var base = readBase();
        var budget = root.section("budget");
        var totalBytes = OptionalLong.empty();
        var perPeerBytes = OptionalLong.empty();
        if (budget.isPresent()) {
            var section = budget.get();
            if (!section.text("total_bytes").orElse("auto").equals("auto")) {
                totalBytes = section.number("total_bytes", 1 << 20, Long.MAX_VALUE);
            }
            perPeerBytes = section.number("per_peer_bytes", 1, Long.MAX_VALUE);
            section.refuseUnknown();
        }
        for (var section : LATER) {
            if (root.has(section)) {
                root.skip(section);
                unused.add(section);
            }
        }
        var monitoring =
                root.section("peer_monitoring_service")
                        .map(section -> new MonitoringSection(section).read(unused))
                        .orElse(MonitoringSettings.DEFAULT);
        skipOthers();
        var pfn = validatorPfnConnections(base);
        var networks = readNetworks(base, pfn, new NetworkSection.Budget(totalBytes, perPeerBytes));
        root.refuseUnknown();
        if (!unused.isEmpty()) {
            note("without effect so far: " + String.join(", ", unused));
        }
        return new NodeConfig(
                base.validator(),
                base.chainId().orElse(NodeConfig.DEFAULT.chainId()),
                networks,
                monitoring,
                notes);
    }

    private void note(String text) {
        notes.add(root.file() + ": " + text);
    }

    private Base readBase() {
        var section = root.section("base");
        if (section.isEmpty()) {
            return new Base(
                    root.has("validator_network"),
                    chain(OptionalInt.empty()),
                    Optional.empty(),
                    Optional.empty());
        }
        var base = section.get();
        var role =
                base.parsed(
                        "role",
                        "validator or full_node",
                        text ->
                                switch (text) {
                                    case "validator" -> true;
                                    case "full_node" -> false;
                                    default -> throw new IllegalArgumentException(text);
                                });
        var chain = chain(base.integer("chain_id", 0, 255));
        var data = base.text("data_dir").map(directory::resolve);
        if (base.text("working_dir").isPresent()) {
            unused.add("base.working_dir");
        }
        if (base.has("waypoint")) {
            base.skip("waypoint");
            unused.add("base.waypoint");
        }
        var pfn = base.bool("enable_validator_pfn_connections");
        base.refuseUnknown();
        return new Base(role.orElse(root.has("validator_network")), chain, data, pfn);
    }

    /** Aptos-core takes the chain from the genesis file, which is none of ours. */
    private OptionalInt chain(OptionalInt told) {
        if (chainId.isPresent()) {
            return chainId;
        }
        if (told.isEmpty()) {
            note(
                    "base.chain_id is missing: chain "
                            + NodeConfig.DEFAULT.chainId()
                            + " (1 mainnet, 2 testnet, 3 devnet, 4 testing)");
        }
        return told;
    }

    /** On unless the operator says otherwise, but for chains that run on one machine. */
    private boolean validatorPfnConnections(Base base) {
        if (base.validatorPfnConnections().isPresent()) {
            return base.validatorPfnConnections().get();
        }
        if (base.chainId().isPresent() && base.chainId().getAsInt() == TESTING) {
            return false;
        }
        return true;
    }

    /** Told where it was not asked for and makes a difference. */
    private void noteValidatorPfnConnections(Base base, List<NetworkConfig> networks) {
        if (base.validatorPfnConnections().isEmpty()
                && (base.validator() || networks.stream().anyMatch(NodeFile::readsTheChain))) {
            note("base.enable_validator_pfn_connections: true, as on every chain but " + TESTING);
        }
    }

    private static boolean readsTheChain(NetworkConfig network) {
        return network.networkId() == NetworkId.PUBLIC
                && network.discovery().methods().stream()
                        .anyMatch(
                                method ->
                                        method instanceof DiscoveryConfig.Method.OnChain
                                                || method instanceof DiscoveryConfig.Method.Rest);
    }

    private void skipOthers() {
        var skipped = new TreeSet<String>();
        for (var key : root.keys()) {
            if (OTHERS.contains(key)) {
                root.skip(key);
                skipped.add(key);
            }
        }
        if (!skipped.isEmpty()) {
            note("skipped, not about networking: " + String.join(", ", skipped));
        }
    }

    private List<NetworkConfig> readNetworks(
            Base base, boolean validatorPfnConnections, NetworkSection.Budget budget) {
        var networks = new ArrayList<NetworkConfig>();
        var own = root.section("validator_network");
        var others = root.sections("full_node_networks");
        if (own.isPresent() != base.validator()) {
            throw base.validator()
                    ? root.refused(
                            "validator_network",
                            "missing",
                            "a mapping, since base.role is validator")
                    : root.refused(
                            "validator_network", "a mapping", "none, since base.role is full_node");
        }
        if (own.isEmpty() && others.isEmpty()) {
            throw root.refused("full_node_networks", "missing", "a list with at least one network");
        }
        own.ifPresent(
                section ->
                        networks.add(
                                new NetworkSection(section, NetworkId.VALIDATOR, directory)
                                        .read(budget, validatorPfnConnections, unused)));
        for (var section : others) {
            var network =
                    new NetworkSection(section, NetworkId.PUBLIC, directory)
                            .read(budget, validatorPfnConnections, unused);
            if (network.networkId() == NetworkId.VALIDATOR) {
                throw section.refused("network_id", "validator", "public or { private: \"vfn\" }");
            }
            if (networks.stream().anyMatch(n -> n.networkId() == network.networkId())) {
                throw section.refused(
                        "network_id", network.networkId().configName(), "each network once");
            }
            networks.add(keeping(network, base));
        }
        for (var network : networks) {
            if (network.discovery().methods().contains(new DiscoveryConfig.Method.OnChain())) {
                note(
                        network.networkId().configName()
                                + " network: onchain waits for a program that follows the chain; a"
                                + " node that runs on its own needs rest, file, webhook or seeds");
            }
        }
        if (validatorPfnConnections) {
            noteValidatorPfnConnections(base, networks);
        }
        if (base.validator()
                && validatorPfnConnections
                && networks.stream().noneMatch(n -> n.networkId() == NetworkId.PUBLIC)) {
            addPublicNetwork(networks);
        }
        return networks;
    }

    /** A full node keeps the key that was made for it (behaviour.md section 17.4). */
    private NetworkConfig keeping(NetworkConfig network, Base base) {
        if (base.validator()
                || network.networkId() != NetworkId.PUBLIC
                || !(network.identity() instanceof IdentitySource.Fresh)) {
            return network;
        }
        if (base.dataDirectory().isEmpty()) {
            return network;
        }
        var data = base.dataDirectory().get();
        if (!Files.isDirectory(data)) {
            note("base.data_dir: " + data + " is no directory: a fresh key at every start");
            return network;
        }
        var file = data.resolve(IdentitySource.Kept.FILE_NAME);
        return network.draft().identity(new IdentitySource.Kept(file)).done();
    }

    /** What public full nodes dial: no discovery, nobody dialed, the validator's own identity. */
    private void addPublicNetwork(List<NetworkConfig> networks) {
        var own = networks.getFirst();
        var identity = own.identity();
        if (identity instanceof IdentitySource.Fresh) {
            identity = new IdentitySource.FromConfig(identity.load());
            networks.set(0, own.draft().identity(identity).done());
        }
        networks.add(
                NetworkConfig.DEFAULT
                        .draft()
                        .identity(identity)
                        .listen(List.of(NetworkAddress.parse(PUBLIC_LISTEN)))
                        .limits(own.limits())
                        .connectivity(
                                ConnectivitySettings.builder().maxOutboundConnections(0).build())
                        .done());
        note(
                "public network added, listening at "
                        + PUBLIC_LISTEN
                        + " (base.enable_validator_pfn_connections)");
    }
}
