package dev.aptosnet.cli.vectors;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs every entry of every vector file of a directory against this implementation, in both
 * directions where an entry has two (wire.md section 15). Whether something is accepted decides; a
 * refusal under another code than the entry names is only counted.
 */
public final class VectorCheck {
    private static final Set<String> TEXTS = Set.of("description", "source");

    private static final Map<String, VectorFile> FILES =
            Map.ofEntries(
                    Map.entry("aptos_handshake.json", new ConnectionVectors()),
                    Map.entry("bcs.json", new BcsVectors()),
                    Map.entry("compression.json", new CompressionVectors()),
                    Map.entry("handshake_msg.json", new HandshakeMsgVectors()),
                    Map.entry("messages.json", new MessageVectors()),
                    Map.entry("monitoring.json", new MonitoringVectors()),
                    Map.entry("network_address.json", new NetworkAddressVectors()),
                    Map.entry("noise_ik.json", new NoiseVectors()),
                    Map.entry("peer_id.json", new PeerIdVectors()),
                    Map.entry("proxy_protocol.json", new ProxyVectors()),
                    Map.entry("stream.json", new StreamVectors()));

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private final PrintWriter out;
    private int passed;
    private int failed;

    private VectorCheck(PrintWriter out) {
        this.out = out;
    }

    /**
     * Checks a directory. Prints each failure, one line for each file, and last {@code N passed, M
     * failed}. A file or section that is not known, a file that cannot be read, and a directory
     * without any are failures.
     *
     * @return how many entries failed
     */
    public static int run(Path dir, PrintWriter out) {
        var check = new VectorCheck(out);
        check.directory(dir);
        out.println(check.passed + " passed, " + check.failed + " failed");
        out.flush();
        return check.failed;
    }

    private void directory(Path dir) {
        List<Path> files;
        try (var found = Files.list(dir)) {
            files = found.filter(file -> fileName(file).endsWith(".json")).sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            fail(dir.toString(), "a directory with vector files", "unreadable: " + e);
            return;
        }
        if (files.isEmpty()) {
            fail(dir.toString(), "a directory with vector files", "no file that ends in .json");
        }
        for (var file : files) {
            file(file);
        }
    }

    private void file(Path path) {
        var name = fileName(path);
        var passedBefore = passed;
        var failedBefore = failed;
        var expect = new Expect();
        var vectors = FILES.get(name);
        if (vectors == null) {
            fail(name, "one of the known vector files", "an unknown file");
        } else {
            try {
                sections(name, vectors, JSON.readTree(Files.readAllBytes(path)), expect);
            } catch (IOException | JacksonException e) {
                fail(name, "JSON", "unreadable: " + e.getMessage());
            }
        }
        var line = new StringBuilder(name);
        line.append(": ").append(passed - passedBefore).append(" passed, ");
        line.append(failed - failedBefore).append(" failed");
        if (expect.otherCodes() > 0) {
            line.append(" (").append(expect.otherCodes()).append(" refused under another code)");
        }
        out.println(line);
    }

    private void sections(String file, VectorFile vectors, JsonNode root, Expect expect) {
        if (!root.isObject()) {
            fail(file, "a JSON object", "something else");
            return;
        }
        var known = vectors.sections(new Entry(root));
        for (var property : root.properties()) {
            var section = property.getKey();
            var content = property.getValue();
            var check = known.get(section);
            if (TEXTS.contains(section) && content.isString()) {
                continue;
            }
            if (check == null) {
                fail(file + " " + section, "a known section", "an unknown one");
            } else if (content.isArray()) {
                for (var i = 0; i < content.size(); i++) {
                    entry(file + " " + section + "[" + i + "]", check, content.get(i), expect);
                }
            } else {
                entry(file + " " + section, check, content, expect);
            }
        }
    }

    private void entry(String place, VectorFile.Check check, JsonNode node, Expect expect) {
        var entry = new Entry(node);
        var named = place + entry.label();
        try {
            check.check(entry, expect);
            passed++;
        } catch (Expect.Mismatch e) {
            fail(named, e.expected(), e.seen());
        } catch (Exception e) {
            // A vector that makes our code throw what it should not is a finding, not a crash.
            fail(named, "no unexpected exception", e.toString());
        }
    }

    private void fail(String place, String expected, String seen) {
        failed++;
        out.println("FAILED " + place + ": expected " + cut(expected) + ", seen " + cut(seen));
    }

    private static String cut(String text) {
        return text.length() <= 240 ? text : text.substring(0, 240) + "…";
    }

    private static String fileName(Path path) {
        return String.valueOf(path.getFileName());
    }
}
