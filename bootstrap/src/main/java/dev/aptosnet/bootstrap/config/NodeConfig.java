package dev.aptosnet.bootstrap.config;

import dev.aptosnet.ports.settings.MonitoringSettings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a node is told: the part of aptos-core's configuration that concerns networking, and ours
 * beside it (behaviour.md section 19.2).
 *
 * @param validator whether the node is a validator; {@code base.role}
 * @param chainId {@code base.chain_id}; aptos-core takes it from the genesis file
 * @param networks at least one; each network once
 * @param monitoring {@code peer_monitoring_service}
 * @param notes what the operator should know of the file, one line each
 */
public record NodeConfig(
        boolean validator,
        int chainId,
        List<NetworkConfig> networks,
        MonitoringSettings monitoring,
        List<String> notes) {
    /** What a node is that is told nothing. */
    public static final NodeConfig DEFAULT =
            new NodeConfig(
                    false,
                    4,
                    List.of(NetworkConfig.DEFAULT),
                    MonitoringSettings.DEFAULT,
                    List.of());

    /** Copies the lists. */
    public NodeConfig {
        networks = List.copyOf(networks);
        notes = List.copyOf(notes);
    }

    /**
     * Reads a file.
     *
     * @throws ConfigException with file, line and remedy
     */
    public static NodeConfig read(Path file) {
        return read(file, OptionalInt.empty());
    }

    /**
     * Reads a file whose chain is known from elsewhere.
     *
     * @param chainId stands for {@code base.chain_id} if it is there
     * @throws ConfigException with file, line and remedy
     */
    public static NodeConfig read(Path file, OptionalInt chainId) {
        return new NodeFile(Section.read(file), directoryOf(file), chainId).read();
    }

    private static Path directoryOf(Path file) {
        var parent = file.getParent();
        return parent == null ? Path.of("") : parent;
    }

    /** The first network, which a node with one network has. */
    public NetworkConfig first() {
        return networks.getFirst();
    }

    /** The same with another first network. */
    public NodeConfig withFirst(NetworkConfig network) {
        var changed = new ArrayList<>(networks);
        changed.set(0, network);
        return new NodeConfig(validator, chainId, changed, monitoring, notes);
    }

    /** The same on another chain. */
    public NodeConfig onChain(int chain) {
        return new NodeConfig(validator, chain, networks, monitoring, notes);
    }
}
