package dev.aptosnet.node.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.aptosnet.node.interop.WireMessage.BadBody;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Holds the second implementation itself to the vectors, where they lie beside the repository. */
class WireVectorsTest {
    @Test
    void handshakesAndFirstRecordsAreThoseOfTheVectors() throws Exception {
        int checked = 0;
        for (JsonNode vector : vectors("aptos_handshake.json").get("vectors")) {
            var suite = WireSuite.valueOf(text(vector, "suite").toUpperCase(Locale.ROOT));
            JsonNode client = vector.get("client");
            JsonNode server = vector.get("server");
            byte[] prologue = hex(vector, "prologue");
            byte[] message = hex(vector, "client_message");

            var dialing =
                    WireNoise.client(
                            suite,
                            prologue,
                            hex(server, "static_public"),
                            keys(client, "static"),
                            keys(client, "ephemeral"));
            byte[] first = dialing.writeMessage1(hex(vector, "timestamp_payload"));
            assertThat(WireNoise.concat(prologue, first)).isEqualTo(message);

            var listening =
                    WireNoise.server(
                            suite, prologue, keys(server, "static"), keys(server, "ephemeral"));
            assertThat(listening.readMessage1(Arrays.copyOfRange(message, 64, message.length)))
                    .isEqualTo(hex(vector, "timestamp_payload"));
            assertThat(listening.remoteStatic()).isEqualTo(hex(client, "static_public"));
            assertThat(listening.writeMessage2()).isEqualTo(hex(vector, "server_message"));
            dialing.readMessage2(hex(vector, "server_message"));

            for (WireNoise side : List.of(dialing, listening)) {
                assertThat(side.handshakeHash()).isEqualTo(hex(vector, "handshake_hash"));
                assertThat(side.clientToServerKey()).isEqualTo(hex(vector, "client_to_server_key"));
                assertThat(side.serverToClientKey()).isEqualTo(hex(vector, "server_to_client_key"));
            }
            for (JsonNode record : vector.get("transcript")) {
                byte[] key =
                        text(record, "direction").equals("c2s")
                                ? dialing.clientToServerKey()
                                : dialing.serverToClientKey();
                byte[] sealed =
                        suite.seal(
                                key,
                                record.get("nonce").asLong(),
                                new byte[0],
                                hex(record, "plaintext"));
                byte[] frame = hex(record, "noise_frame");
                assertThat(sealed).isEqualTo(Arrays.copyOfRange(frame, 2, frame.length));
            }
            checked++;
        }
        assertThat(checked).isPositive();
    }

    @Test
    void malformedBodiesAreRefusedWithTheirCode() throws Exception {
        int checked = 0;
        for (JsonNode entry : vectors("messages.json").get("malformed")) {
            String code = null;
            try {
                WireMessage.decode(hex(entry, "frame_body"));
            } catch (BadBody e) {
                code = e.getMessage();
            }
            assertThat(code).as(text(entry, "name")).isEqualTo(text(entry, "expect"));
            checked++;
        }
        assertThat(checked).isPositive();
    }

    @Test
    void streamReceiverAnswersAsTheVectorsSay() throws Exception {
        int checked = 0;
        for (JsonNode entry : vectors("stream.json").get("receiver")) {
            if (entry.get("max_fragments").asInt() != WireStreams.MAX_FRAGMENTS) {
                continue;
            }
            var streams = new WireStreams();
            for (JsonNode event : entry.get("events")) {
                var refusals = new ArrayList<String>();
                var whole = streams.accept(WireMessage.decode(hex(event, "frame_body")), refusals);
                String name = text(entry, "name");
                String result = text(event, "result");
                assertThat(whole != null)
                        .as(name)
                        .isEqualTo(List.of("complete", "message").contains(result));
                assertThat(refusals.isEmpty()).as(name).isEqualTo(!event.has("code"));
                if (event.has("code")) {
                    assertThat(refusals).as(name).containsExactly(text(event, "code"));
                }
            }
            checked++;
        }
        assertThat(checked).isPositive();
    }

    private static WireKeys keys(JsonNode side, String which) {
        return WireKeys.of(hex(side, which + "_private"));
    }

    private static byte[] hex(JsonNode node, String field) {
        return Payload.hex(text(node, field)).array();
    }

    private static String text(JsonNode node, String field) {
        return node.get(field).asString();
    }

    private static JsonNode vectors(String file) {
        Optional<Path> folder = folder();
        assumeTrue(folder.isPresent(), "no ../shared/vectors beside the repository");
        return new ObjectMapper().readTree(folder.get().resolve(file).toFile());
    }

    /** The nearest {@code shared/vectors} beside one of the folders that we are in. */
    private static Optional<Path> folder() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path candidate = at.resolveSibling("shared").resolve("vectors");
            if (Files.isDirectory(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
