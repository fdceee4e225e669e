package dev.aptosnet.noise;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The vector files to check against: our own, and those of {@code shared/vectors} where a directory
 * of that name lies beside this one or beside one above it (format: wire.md section 15).
 */
final class VectorFiles {
    private static final ObjectMapper JSON = new ObjectMapper();

    private VectorFiles() {}

    /** One file; {@code origin} tells the two sources apart in test names. */
    record VectorFile(String origin, JsonNode content) {
        /** The entries of one of its lists; empty where it has no such list. */
        List<JsonNode> entries(String list) {
            var entries = new ArrayList<JsonNode>();
            content.path(list).forEach(entries::add);
            return entries;
        }
    }

    static List<VectorFile> named(String name) {
        var files = new ArrayList<VectorFile>();
        try (var own = VectorFiles.class.getResourceAsStream("/vectors/" + name)) {
            if (own == null) {
                throw new AssertionError("our own vectors are missing: " + name);
            }
            files.add(new VectorFile("own", JSON.readTree(own.readAllBytes())));
            var shared = sharedVectors();
            if (shared.isPresent()) {
                var bytes = Files.readAllBytes(shared.get().resolve(name));
                files.add(new VectorFile("shared", JSON.readTree(bytes)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    static byte[] hex(JsonNode entry, String field) {
        return HexFormat.of().parseHex(entry.required(field).asString());
    }

    static Bytes bytes(JsonNode entry, String field) {
        return Bytes.wrap(hex(entry, field));
    }

    static KeyPair keyPair(JsonNode entry, String field) {
        return KeyPair.ofPrivateKey(bytes(entry, field));
    }

    /** An unsigned 64-bit number, written as a number or as a string. */
    static long u64(JsonNode entry, String field) {
        return Long.parseUnsignedLong(entry.required(field).asString());
    }

    static CipherSuite suite(JsonNode entry) {
        return CipherSuite.parse(entry.required("suite").asString().toLowerCase(Locale.ROOT));
    }

    private static Optional<Path> sharedVectors() {
        var directory = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        for (var at = directory; at != null; at = at.getParent()) {
            var vectors = at.resolveSibling("shared").resolve("vectors");
            if (Files.isDirectory(vectors)) {
                return Optional.of(vectors);
            }
        }
        return Optional.empty();
    }
}
