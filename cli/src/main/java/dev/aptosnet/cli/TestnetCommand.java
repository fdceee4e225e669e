package dev.aptosnet.cli;

import dev.aptosnet.ports.model.NetworkAddress;

import picocli.CommandLine;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/** {@code aptosnet testnet}. */
@CommandLine.Command(
        name = "testnet",
        description = {
            "Writes keys and configurations of nodes that know each other.",
            "Each is then started with: aptosnet run -c DIR/node-0.yaml"
        })
final class TestnetCommand extends Command {
    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "4",
            description = "How many nodes, 2 to 256 (default: ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            required = true,
            description = "Where to write; must be new or empty.")
    private Path directory = Path.of("net");

    @Option(
            names = "--base-port",
            paramLabel = "PORT",
            defaultValue = "6180",
            description =
                    "The first node's port; each other has the next (default: ${DEFAULT-VALUE}).")
    private int basePort;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description =
                    "The address or name under which they reach each other (default:"
                            + " ${DEFAULT-VALUE}).")
    private String host = "127.0.0.1";

    @Option(
            names = "--chain-id",
            paramLabel = "N",
            defaultValue = "4",
            description = "Which chain (default: ${DEFAULT-VALUE}).")
    private int chainId;

    TestnetCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode execute() throws IOException {
        var written = network().write(directory);
        var addresses =
                written.members().stream()
                        .map(TestNetwork.Member::address)
                        .map(NetworkAddress::toString)
                        .toList();
        if (json()) {
            var object = new LinkedHashMap<String, Object>();
            object.put("nodes", nodes);
            object.put("configs", written.members().stream().map(m -> m.config() + "").toList());
            object.put("addresses", addresses);
            object.put("client_key", written.client().toString());
            printJson(object);
            return ExitCode.OK;
        }
        print(nodes + " nodes of one validator network, chain " + chainId + ", in " + directory);
        print("");
        print("Start each as a process of its own, and see who is connected:");
        for (var member : written.members()) {
            print("  ./aptosnet run --show-peers -c " + member.config());
        }
        print("");
        print("Or all in the background, then stop them in order:");
        print(
                "  for c in "
                        + directory.resolve("node-*[0-9].yaml")
                        + "; do ./aptosnet run --show-peers -c $c & done");
        print("  kill $(jobs -p)");
        print("");
        print("Talk to the first one with the key that all of them trust:");
        print(
                "  ./aptosnet ping "
                        + addresses.getFirst()
                        + " --network-id validator --chain-id "
                        + chainId
                        + " --key "
                        + written.client());
        return ExitCode.OK;
    }

    private TestNetwork network() {
        try {
            return new TestNetwork(nodes, host, basePort, chainId);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, "--" + e.getMessage());
        }
    }
}
