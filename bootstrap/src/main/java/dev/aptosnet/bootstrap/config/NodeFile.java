package dev.aptosnet.bootstrap.config;

import dev.aptosnet.ports.model.NetworkId;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the root of a node's configuration: {@code base}, the networks and {@code budget}. This
 * version runs one network: the validator's own if there is one, else the first of the full node's.
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

    private final Section root;
    private final Path directory;
    private final NodeConfig.Draft draft = NodeConfig.DEFAULT.draft();
    private final Set<String> unused = new TreeSet<>();

    NodeFile(Section root, Path directory) {
        this.root = root;
        this.directory = directory;
    }

    NodeConfig read() {
        var validator = readBase();
        draft.validator(validator);
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
        root.section("peer_monitoring_service")
                .ifPresent(
                        section -> draft.monitoring(new MonitoringSection(section).read(unused)));
        skipOthers();
        readNetworks(validator, new NetworkSection.Budget(totalBytes, perPeerBytes));
        root.refuseUnknown();
        if (!unused.isEmpty()) {
            draft.note(root.file() + ": without effect so far: " + String.join(", ", unused));
        }
        return draft.done();
    }

    /** Whether the node is a validator. */
    private boolean readBase() {
        var section = root.section("base");
        if (section.isEmpty()) {
            noteChain();
            return root.has("validator_network");
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
        base.integer("chain_id", 0, 255).ifPresentOrElse(draft::chainId, this::noteChain);
        for (var key : List.of("data_dir", "working_dir")) {
            if (base.text(key).isPresent()) {
                unused.add("base." + key);
            }
        }
        if (base.has("waypoint")) {
            base.skip("waypoint");
            unused.add("base.waypoint");
        }
        if (base.bool("enable_validator_pfn_connections").isPresent()) {
            unused.add("base.enable_validator_pfn_connections");
        }
        base.refuseUnknown();
        return role.orElse(root.has("validator_network"));
    }

    private void noteChain() {
        draft.note(
                root.file()
                        + ": base.chain_id is missing: chain "
                        + NodeConfig.DEFAULT.chainId()
                        + " (1 mainnet, 2 testnet, 3 devnet, 4 testing)");
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
            draft.note(
                    root.file() + ": skipped, not about networking: " + String.join(", ", skipped));
        }
    }

    private void readNetworks(boolean validator, NetworkSection.Budget budget) {
        var networks = new ArrayList<NetworkSection>();
        var own = root.section("validator_network");
        own.ifPresent(
                section ->
                        networks.add(new NetworkSection(section, NetworkId.VALIDATOR, directory)));
        for (var section : root.sections("full_node_networks")) {
            networks.add(new NetworkSection(section, NetworkId.PUBLIC, directory));
        }
        if (networks.isEmpty()) {
            throw root.refused(
                    validator ? "validator_network" : "full_node_networks",
                    "missing",
                    validator ? "a mapping" : "a list with one network");
        }
        if (own.isPresent() && !validator) {
            throw root.refused(
                    "validator_network", "a mapping", "none, since base.role is full_node");
        }
        // Each is checked, though one alone is started.
        for (var network : networks.subList(1, networks.size())) {
            network.read(NodeConfig.DEFAULT.draft(), budget, new TreeSet<>());
        }
        networks.getFirst().read(draft, budget, unused);
        if (networks.size() > 1) {
            draft.note(
                    root.file()
                            + ": this version runs one network: "
                            + (own.isPresent() ? "validator_network" : "full_node_networks[0]")
                            + ", not the "
                            + (networks.size() - 1)
                            + " after it");
        }
    }
}
