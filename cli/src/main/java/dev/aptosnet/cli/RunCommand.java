package dev.aptosnet.cli;

import dev.aptosnet.bootstrap.AptosNetModule;
import dev.aptosnet.bootstrap.NodeFeature;
import dev.aptosnet.bootstrap.config.ConfigException;
import dev.aptosnet.bootstrap.config.IdentitySource;
import dev.aptosnet.bootstrap.config.KnownPeer;
import dev.aptosnet.bootstrap.config.NodeConfig;
import dev.aptosnet.node.AptosNetwork;
import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** {@code aptosnet run}. */
@CommandLine.Command(
        name = "run",
        description = {
            "Runs a node until it is told to stop (SIGTERM, SIGINT).",
            "What flags say goes before what the configuration file says, for the first network of",
            "several: the validator's own, else the first of full_node_networks."
        })
final class RunCommand extends Command {
    private static final String DEFAULT_LISTEN = "/ip4/0.0.0.0/tcp/6180";

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "A configuration in the shape of aptos-core's.")
    private @Nullable Path file;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description = "Where to accept connections (default: " + DEFAULT_LISTEN + ").")
    private @Nullable List<NetworkAddress> listen;

    @Option(
            names = "--seed",
            paramLabel = "ADDRESS",
            description = "Keep this peer connected: ADDRESS, or PEERID=ADDRESS; may be repeated.")
    private List<String> seeds = List.of();

    @Option(
            names = "--trust",
            paramLabel = "PEERID=KEY",
            description = "This public key speaks for this peer; may be repeated.")
    private List<String> trusted = List.of();

    @Option(names = "--chain-id", paramLabel = "N", description = "Which chain (default: 4).")
    private @Nullable Integer chainId;

    @Option(
            names = "--network-id",
            paramLabel = "NETWORK",
            description = "public, vfn or validator (default: public).")
    private @Nullable NetworkId networkId;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "Our key file; a fresh key without it.")
    private @Nullable Path key;

    @Option(
            names = "--suite",
            paramLabel = "SUITE",
            split = ",",
            description =
                    "chachapoly, aesgcm or both in order of preference (default: the chain's).")
    private @Nullable List<CipherSuite> suites;

    @Option(
            names = "--serve-echo",
            description = "Answer requests of protocol 14, and count direct sends of 13.")
    private boolean serveEcho;

    @Option(
            names = "--show-peers",
            description = "A line on standard error for each peer that comes or goes.")
    private boolean showPeers;

    RunCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode execute() {
        var config = config();
        config.notes().forEach(note -> note("aptosnet: " + note));
        var netbench = new NetbenchFeature(serveEcho);
        var signal = new StopSignal();
        try (signal;
                var node = start(config, netbench)) {
            announce(node);
            signal.await();
        }
        note(
                "stopped: "
                        + netbench.directSends()
                        + " direct sends ("
                        + netbench.directSendBytes()
                        + " bytes) received, "
                        + netbench.requests()
                        + " requests ("
                        + netbench.requestBytes()
                        + " bytes) answered");
        terminal().out().flush();
        terminal().err().flush();
        signal.stopped();
        return ExitCode.OK;
    }

    private AptosNode start(NodeConfig config, NetbenchFeature netbench) {
        var features = new ArrayList<NodeFeature>(List.of(netbench));
        if (showPeers) {
            features.add(new PeerLines(this::noteAtOnce));
        }
        try {
            return AptosNetModule.start(config, features.toArray(NodeFeature[]::new));
        } catch (IllegalArgumentException e) {
            throw file == null
                    ? new CommandFailure(ExitCode.CONFIG, String.valueOf(e.getMessage()))
                    : new ConfigException(file + ": " + e.getMessage());
        }
    }

    private void noteAtOnce(String line) {
        note(line);
        terminal().err().flush();
    }

    private void announce(AptosNode node) {
        if (json()) {
            var object = new LinkedHashMap<String, Object>();
            var all = texts(node);
            object.put("listening", all.isEmpty() ? null : all.getFirst());
            object.put("peer_id", node.peerId().toString());
            if (all.size() > 1) {
                object.put("also_listening", all.subList(1, all.size()));
            }
            if (node.networks().size() > 1) {
                var networks = new LinkedHashMap<String, Object>();
                node.networks()
                        .forEach((id, network) -> networks.put(id.configName(), of(network)));
                object.put("networks", networks);
            }
            printJson(object);
        } else {
            node.listenAddresses().forEach(address -> print("listening " + address));
            for (var network : node.networks().values()) {
                if (!network.equals(node)) {
                    network.listenAddresses().forEach(address -> print("listening " + address));
                }
            }
        }
        terminal().out().flush();
    }

    private static Map<String, Object> of(AptosNetwork network) {
        var object = new LinkedHashMap<String, Object>();
        object.put("peer_id", network.peerId().toString());
        object.put("listening", texts(network));
        return object;
    }

    private static List<String> texts(AptosNetwork network) {
        return network.listenAddresses().stream().map(NetworkAddress::toString).toList();
    }

    private NodeConfig config() {
        if (chainId != null && (chainId < 0 || chainId > 255)) {
            throw usage("--chain-id: " + chainId + " (expected: 0 to 255)");
        }
        var chain = chainId == null ? OptionalInt.empty() : OptionalInt.of(chainId);
        var config = file == null ? NodeConfig.DEFAULT : NodeConfig.read(file, chain);
        if (chainId != null) {
            config = config.onChain(chainId);
        }
        var draft = config.first().draft();
        if (listen != null) {
            listen.forEach(RunCommand::requireListenable);
            draft.listen(listen);
        } else if (file == null) {
            draft.listen(List.of(NetworkAddress.parse(DEFAULT_LISTEN)));
        }
        if (networkId != null) {
            if (config.networks().size() > 1) {
                throw usage("--network-id: " + file + " has several networks (expected: one)");
            }
            draft.networkId(networkId);
        }
        if (key != null) {
            draft.identity(new IdentitySource.FromFile(key));
        }
        if (suites != null) {
            draft.suites(suites);
        }
        seeds.forEach(text -> draft.peer(seed(text)));
        var network = networkId != null ? networkId : config.first().networkId();
        var role = network == NetworkId.VALIDATOR ? PeerRole.VALIDATOR : PeerRole.KNOWN;
        trusted.forEach(text -> draft.peer(trusted(text, role)));
        var first = draft.done();
        if (network == NetworkId.VALIDATOR
                && first.peers().isEmpty()
                && first.discovery().methods().isEmpty()) {
            note(
                    "aptosnet: nobody is trusted, so nobody gets in (--trust, --seed, seeds or"
                            + " discovery_methods)");
        }
        return config.withFirst(first);
    }

    private static void requireListenable(NetworkAddress address) {
        if (!address.isListenable()) {
            throw usage(
                    "--listen: "
                            + address
                            + " (expected: an IP address and a port, such as"
                            + " /ip4/127.0.0.1/tcp/6180)");
        }
    }

    private static KnownPeer seed(String text) {
        var equals = text.indexOf('=');
        try {
            var address =
                    Addresses.requireDialable(
                            "--seed", NetworkAddress.parse(text.substring(equals + 1)));
            var named = equals < 0 ? null : PeerId.parse(text.substring(0, equals));
            return new KnownPeer(
                    Addresses.peerAt(address, named), List.of(address), Set.of(), PeerRole.UNKNOWN);
        } catch (IllegalArgumentException e) {
            throw usage("--seed: " + e.getMessage());
        }
    }

    private static KnownPeer trusted(String text, PeerRole role) {
        var equals = text.indexOf('=');
        if (equals < 0) {
            throw usage("--trust: " + text + " (expected: PEERID=KEY)");
        }
        try {
            return new KnownPeer(
                    PeerId.parse(text.substring(0, equals)),
                    List.of(),
                    Set.of(PublicKey.parse(text.substring(equals + 1))),
                    role);
        } catch (IllegalArgumentException e) {
            throw usage("--trust: " + e.getMessage());
        }
    }

    private static CommandFailure usage(String message) {
        return new CommandFailure(ExitCode.USAGE, message);
    }
}
