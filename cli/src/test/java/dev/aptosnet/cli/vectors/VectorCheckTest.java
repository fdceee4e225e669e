package dev.aptosnet.cli.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

class VectorCheckTest {
    private static final Path OWN = Path.of("src/test/resources/vectors");

    /** Beside the repository, where somebody who has more vectors puts them. */
    private static final Path SHARED = Path.of("../../shared/vectors").toAbsolutePath().normalize();

    @TempDir private Path dir;

    private int failures;

    private String run(Path vectors) {
        var out = new StringWriter();
        failures = VectorCheck.run(vectors, new PrintWriter(out));
        return out.toString();
    }

    private void copyOf(String file, String old, String replacement) throws IOException {
        var text = Files.readString(OWN.resolve(file));
        assertThat(text).contains(old);
        var at = text.indexOf(old);
        Files.writeString(
                dir.resolve(file),
                text.substring(0, at) + replacement + text.substring(at + old.length()));
    }

    @Test
    void ourOwnVectorsHold() {
        var out = run(OWN);
        assertThat(out).doesNotContain("FAILED", "under another code").endsWith("0 failed\n");
        assertThat(out).contains("201 passed, 0 failed");
        assertThat(failures).isZero();
    }

    @Test
    void theSharedVectorsHoldIfTheyAreThere() {
        assumeTrue(Files.isDirectory(SHARED), () -> "no directory " + SHARED);
        var out = run(SHARED);
        assertThat(out).doesNotContain("FAILED");
        assertThat(failures).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bcs.json             | 8001               | 8101",
                "bcs.json             | feffffffffffffff   | fdffffffffffffff",
                "bcs.json             | \"bcs\": \"8000\"  | \"bcs\": \"8001\"",
                "compression.json     | 506170746f73       | 506170746f74",
                "compression.json     | 64880640           | 64880641",
                "handshake_msg.json   | 000b0100           | 000a0100",
                "handshake_msg.json   | InvalidChainId     | InvalidNetworkId",
                "messages.json        | 00030d0102beef     | 00030d0102beee",
                "messages.json        | error: connection closed (frame too large) | clean",
                "messages.json        | 0104030201         | 0104030202",
                "monitoring.json      | \"payload\": \"0001\" | \"payload\": \"0002\"",
                "monitoring.json      | 010200             | 010100026e6f",
                "network_address.json | \"dialable\": true | \"dialable\": false",
                "network_address.json | 0f020409           | 0f020309",
                "noise_ik.json        | \"step\": \"msg1 es\", | \"step\": \"msg1 se\",",
                "noise_ik.json        | \"nonce\": 1,       | \"nonce\": 2,",
                "peer_id.json         | \"drop\": \"new\"   | \"drop\": \"existing\"",
                "peer_id.json         | \"text\": \"0xzz\"  | \"text\": \"0xff\"",
                "proxy_protocol.json  | tcp/8080           | tcp/8081",
                "stream.json          | \"final_state\": \"in_progress\" | \"final_state\":"
                        + " \"idle\"",
                "stream.json          | \"receiver_max_fragments\": 15 |"
                        + " \"receiver_max_fragments\": 16",
                "aptos_handshake.json | \"peer_role\": \"Validator\" | \"peer_role\": \"Known\"",
                "aptos_handshake.json | \"error\": \"REPLAY\" | \"result\": \"ok\"",
            })
    void aVectorThatIsWrongFails(String file, String old, String replacement) throws IOException {
        copyOf(file, old, replacement);
        var out = run(dir);
        assertThat(failures).isPositive();
        assertThat(out).contains("FAILED " + file + " ").contains(", seen ");
        assertThat(out.lines().toList().getLast()).endsWith(" passed, " + failures + " failed");
    }

    @Test
    void aFileOrSectionThatIsNotKnownFails() throws IOException {
        Files.writeString(dir.resolve("gossip.json"), "{\"valid\": []}");
        copyOf("bcs.json", "\"uleb_valid\"", "\"uleb_new\"");
        var out = run(dir);
        assertThat(out)
                .contains("FAILED gossip.json: expected one of the known vector files")
                .contains("FAILED bcs.json uleb_new: expected a known section");
        assertThat(failures).isEqualTo(2);
    }

    @Test
    void whatCannotBeReadFails() throws IOException {
        assertThat(run(dir)).contains("no file that ends in .json");
        assertThat(failures).isEqualTo(1);
        assertThat(run(dir.resolve("absent"))).contains("unreadable");
        assertThat(failures).isEqualTo(1);
        Files.writeString(dir.resolve("bcs.json"), "{\"values\": [");
        Files.writeString(dir.resolve("stream.json"), "[]");
        Files.writeString(dir.resolve("peer_id.json"), "{\"derive\": [{\"public_key\": \"xyz\"}]}");
        run(dir);
        assertThat(failures).isEqualTo(3);
    }
}
