package dev.aptosnet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.bootstrap.config.ConfigException;
import dev.aptosnet.bootstrap.config.KeyFile;
import dev.aptosnet.node.Identity;
import dev.aptosnet.ports.model.NetworkAddress;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The files of a test network: for each node a configuration that {@code aptosnet run} starts and a
 * key, and one key more for whoever wants to ping and call. It is a validator network, so nobody
 * without one of these keys gets in.
 *
 * @param nodes how many, 2 to 256
 * @param host the IP address or name under which the nodes reach each other
 * @param basePort the first node's; each other node has the next one
 * @param chainId 0 to 255
 */
public record TestNetwork(int nodes, String host, int basePort, int chainId) {
    /** The most nodes: each knows all others, and its file grows with them. */
    public static final int MAX_NODES = 256;

    private static final int MAX_PORT = 65_535;
    private static final Pattern HOST = Pattern.compile("[0-9A-Za-z.:_-]{1,255}");

    /** Refuses what cannot work. */
    public TestNetwork {
        if (nodes < 2 || nodes > MAX_NODES) {
            throw new IllegalArgumentException(
                    "nodes: " + nodes + " (expected: 2 to " + MAX_NODES + ")");
        }
        var mostBase = MAX_PORT - nodes + 1;
        if (basePort < 1 || basePort > mostBase) {
            throw new IllegalArgumentException(
                    "base-port: "
                            + basePort
                            + " (expected: 1 to "
                            + mostBase
                            + " for "
                            + nodes
                            + " nodes)");
        }
        if (chainId < 0 || chainId > 255) {
            throw new IllegalArgumentException("chain-id: " + chainId + " (expected: 0 to 255)");
        }
        requireHost(host);
    }

    private static void requireHost(String host) {
        var expected = "host: " + host + " (expected: an IP address or a name)";
        // Addresses may hold any name; this one goes into YAML files and onto a command line.
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException(expected);
        }
        try {
            NetworkAddress.parse(place(host) + "/tcp/1");
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(expected, e);
        }
    }

    /**
     * One node of the network.
     *
     * @param config its configuration file
     * @param address what its peers dial
     */
    public record Member(Path config, Path key, Identity identity, NetworkAddress address) {}

    /**
     * What was written.
     *
     * @param client a key file that all nodes trust and none of them uses
     */
    public record Written(List<Member> members, Path client) {
        /** Copies the list. */
        public Written {
            members = List.copyOf(members);
        }
    }

    /**
     * Makes fresh keys and writes all files. Key files can be read by their owner alone.
     *
     * @param directory is made if it is missing
     * @throws ConfigException if it is there and not empty
     */
    public Written write(Path directory) throws IOException {
        requireEmpty(directory);
        var members = new ArrayList<Member>();
        for (var i = 0; i < nodes; i++) {
            var identity = Identity.generate();
            var key = directory.resolve("node-" + i + ".key.yaml");
            KeyFile.write(key, identity, false, false);
            members.add(
                    new Member(
                            directory.resolve("node-" + i + ".yaml"),
                            key,
                            identity,
                            NetworkAddress.parse(place(host) + "/tcp/" + (basePort + i))
                                    .withKey(identity.publicKey())));
        }
        var client = Identity.generate();
        var clientKey = directory.resolve("client.key.yaml");
        KeyFile.write(clientKey, client, false, false);
        for (var i = 0; i < nodes; i++) {
            Files.writeString(
                    members.get(i).config(),
                    config(i, members, client),
                    UTF_8,
                    StandardOpenOption.CREATE_NEW);
        }
        return new Written(members, clientKey);
    }

    private static void requireEmpty(Path directory) throws IOException {
        try {
            Files.createDirectories(directory);
            try (var entries = Files.newDirectoryStream(directory)) {
                if (entries.iterator().hasNext()) {
                    throw new ConfigException(
                            directory + ": not empty (expected: a new or an empty directory)");
                }
            }
        } catch (FileAlreadyExistsException | NotDirectoryException _) {
            throw new ConfigException(
                    directory + ": no directory (expected: a new or an empty directory)");
        }
    }

    private static String place(String host) {
        if (host.indexOf(':') >= 0) {
            return "/ip6/" + host;
        }
        return (isName(host) ? "/dns/" : "/ip4/") + host;
    }

    private static boolean isName(String host) {
        return host.indexOf(':') < 0
                && host.chars().anyMatch(c -> c != '.' && !Character.isDigit(c));
    }

    private String config(int index, List<Member> members, Identity client) {
        var text = new StringBuilder(1024 + 400 * nodes);
        // Where peers find the node by a name, it has no address of its own to listen at.
        var listen = isName(host) ? "/ip4/0.0.0.0" : place(host);
        text.append(
                """
                # Node %d of a test network of %d: aptosnet run -c node-%d.yaml
                base: { role: validator, chain_id: %d, enable_validator_pfn_connections: false }
                validator_network:
                  listen_address: "%s/tcp/%d"
                  identity: { type: from_file, path: node-%d.key.yaml }
                  # All nodes may come from one address here, and all at once.
                  admission: { max_pending: %d, max_pending_per_ip: %d }
                  # Whoever is listed is trusted with these keys; who has addresses is kept connected.
                  seeds:
                """
                        .formatted(
                                index,
                                nodes,
                                index,
                                chainId,
                                listen,
                                basePort + index,
                                index,
                                2 * nodes + 62,
                                2 * nodes + 2));
        for (var i = 0; i < nodes; i++) {
            if (i != index) {
                var member = members.get(i);
                text.append(
                        """
                            "%s": # node-%d
                              addresses: [ "%s" ]
                              keys: [ "%s" ]
                              role: Validator
                        """
                                .formatted(
                                        member.identity().peerId().toConfigText(),
                                        i,
                                        member.address(),
                                        member.identity().publicKey()));
            }
        }
        text.append(
                """
                    "%s": # client.key.yaml
                      keys: [ "%s" ]
                      role: Known
                """
                        .formatted(client.peerId().toConfigText(), client.publicKey()));
        return text.toString();
    }
}
