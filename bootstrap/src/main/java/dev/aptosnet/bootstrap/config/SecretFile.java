package dev.aptosnet.bootstrap.config;

import dev.aptosnet.ports.discovery.PeerSourceSettings.WebhookDiscovery;
import dev.aptosnet.ports.model.Bytes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A secret that this node shares with others: the first line of a file, without its end. */
final class SecretFile {
    private static final int MAX_BYTES = 4096;

    private SecretFile() {}

    /**
     * Reads it.
     *
     * @throws ConfigException if there is none, it is too short, or others may read the file
     */
    static Bytes read(Path file) {
        KeyFile.refuseIfOthersMayRead(file, "openssl rand -hex 32 > " + file + " makes one");
        String line;
        try (var in = Files.newInputStream(file)) {
            var text = Bytes.wrap(in.readNBytes(MAX_BYTES)).asUtf8();
            line = text.lines().findFirst().orElse("").strip();
        } catch (IOException e) {
            throw new ConfigException(file + ": cannot be read: " + e.getMessage());
        }
        var secret = Bytes.utf8(line);
        if (secret.size() < WebhookDiscovery.MIN_SECRET_BYTES) {
            throw new ConfigException(
                    file
                            + ": a secret of "
                            + secret.size()
                            + " bytes (expected: at least "
                            + WebhookDiscovery.MIN_SECRET_BYTES
                            + " in its first line)");
        }
        return secret;
    }
}
