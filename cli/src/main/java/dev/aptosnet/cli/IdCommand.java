package dev.aptosnet.cli;

import dev.aptosnet.bootstrap.config.KeyFile;
import dev.aptosnet.ports.model.NetworkAddress;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.LinkedHashMap;

/** {@code aptosnet id}. */
@CommandLine.Command(
        name = "id",
        description =
                "Shows who a key file makes a node, and what others put into their seed list.")
final class IdCommand extends Command {
    @Option(
            names = "--key",
            paramLabel = "FILE",
            required = true,
            description = "A key file, as keygen writes it.")
    private Path key = Path.of("key.yaml");

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description = "Where the node is reached, such as /ip4/10.0.0.1/tcp/6180.")
    private @Nullable NetworkAddress address;

    IdCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode execute() {
        var identity = KeyFile.read(key);
        var full =
                address == null
                        ? Addresses.template(identity.publicKey())
                        : dialable(address.withKey(identity.publicKey())).toString();
        if (json()) {
            var object = new LinkedHashMap<String, Object>();
            object.put("peer_id", identity.peerId().toString());
            object.put("public_key", identity.publicKey().toString());
            object.put(address == null ? "address_template" : "address", full);
            printJson(object);
            return ExitCode.OK;
        }
        print("peer id     " + identity.peerId());
        print("public key  " + identity.publicKey());
        print("address     " + full);
        return ExitCode.OK;
    }

    private static NetworkAddress dialable(NetworkAddress full) {
        return Addresses.requireDialable("--address", full);
    }
}
