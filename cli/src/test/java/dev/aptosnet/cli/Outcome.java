package dev.aptosnet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.ports.model.Bytes;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/** What a command did, run in this process. */
record Outcome(int code, Bytes raw, List<String> err) {
    static Outcome of(String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var code =
                Main.run(
                        new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), args);
        return new Outcome(
                code, Bytes.wrap(out.toByteArray()), err.toString(UTF_8).lines().toList());
    }

    List<String> out() {
        return raw.asUtf8().lines().toList();
    }

    /** The last line of standard output, which must be one object. */
    JsonNode json() {
        return new JsonMapper().readTree(out().getLast());
    }
}
