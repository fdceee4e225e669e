package dev.aptosnet.cli;

import dev.aptosnet.bootstrap.config.KeyFile;
import dev.aptosnet.node.Identity;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/** {@code aptosnet keygen}. */
@CommandLine.Command(
        name = "keygen",
        description = "Makes a key file that only its owner can read.")
final class KeygenCommand extends Command {
    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "Where to write it; an existing file stays as it is.")
    private Path out = Path.of("key.yaml");

    @Option(
            names = "--account",
            paramLabel = "0x…",
            description = "The account that the key speaks for; its address is the peer id.")
    private @Nullable PeerId account;

    @Option(
            names = "--seed-hex",
            paramLabel = "HEX",
            description = "The private key itself, 64 hex digits. For tests alone.")
    private @Nullable String seedHex;

    @Option(names = "--force", description = "Replace an existing file.")
    private boolean force;

    KeygenCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode execute() throws IOException {
        var key = seedHex == null ? Identity.generate().privateKey() : seed(seedHex);
        var identity =
                account == null ? Identity.ofPrivateKey(key) : Identity.ofPrivateKey(key, account);
        KeyFile.write(out, identity, account != null, force);
        var template = Addresses.template(identity.publicKey());
        if (json()) {
            var object = new LinkedHashMap<String, Object>();
            object.put("file", out.toString());
            object.put("peer_id", identity.peerId().toString());
            object.put("public_key", identity.publicKey().toString());
            object.put("address_template", template);
            printJson(object);
            return ExitCode.OK;
        }
        print("key file    " + out);
        print("peer id     " + identity.peerId());
        print("public key  " + identity.publicKey());
        print("address     " + template);
        return ExitCode.OK;
    }

    private static Bytes seed(String hex) {
        try {
            return KeyFile.ofSeed(hex);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, "--seed-hex: " + e.getMessage());
        }
    }
}
