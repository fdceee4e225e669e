package dev.aptosnet.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.aptosnet.noise.VectorFiles.VectorFile;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PublicKey;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import tools.jackson.databind.JsonNode;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The entries of noise_ik.json, each in both directions. */
class NoiseIkVectorsTest {
    private record Step(String step, String h, String ck, String k) {}

    @TestFactory
    Stream<DynamicTest> handshakes() {
        return each("vectors", (_, entry) -> handshake(entry));
    }

    @TestFactory
    Stream<DynamicTest> transportRecords() {
        return each(
                "vectors",
                (_, entry) -> {
                    var suite = VectorFiles.suite(entry);
                    for (var record : entry.required("transport")) {
                        record(suite, key(entry, record), record);
                    }
                });
    }

    @TestFactory
    Stream<DynamicTest> explicitCounters() {
        return each(
                "vectors",
                (_, entry) -> {
                    var suite = VectorFiles.suite(entry);
                    for (var probe : entry.required("nonce_probes")) {
                        record(suite, key(entry, probe), probe);
                    }
                });
    }

    @TestFactory
    Stream<DynamicTest> largestRecords() {
        return each("vectors", (_, entry) -> largest(entry));
    }

    @TestFactory
    Stream<DynamicTest> refusals() {
        return each("negative", NoiseIkVectorsTest::refused);
    }

    private static void handshake(JsonNode entry) throws Exception {
        var suite = VectorFiles.suite(entry);
        assertThat(suite.protocolName()).isEqualTo(entry.required("protocol_name").asString());
        var initiatorKeys = VectorFiles.keyPair(entry, "initiator_static_private");
        var responderKeys = VectorFiles.keyPair(entry, "responder_static_private");
        var initiatorEphemeral = VectorFiles.keyPair(entry, "initiator_ephemeral_private");
        var responderEphemeral = VectorFiles.keyPair(entry, "responder_ephemeral_private");
        assertPublic(entry, "initiator_static_public", initiatorKeys);
        assertPublic(entry, "responder_static_public", responderKeys);
        assertPublic(entry, "initiator_ephemeral_public", initiatorEphemeral);
        assertPublic(entry, "responder_ephemeral_public", responderEphemeral);
        var prologue = VectorFiles.bytes(entry, "prologue");
        var initiatorSteps = new ArrayList<Step>();
        var responderSteps = new ArrayList<Step>();

        var initiator =
                new NoiseIk.Initiator(
                        suite,
                        initiatorKeys,
                        responderKeys.publicKey(),
                        initiatorEphemeral,
                        prologue,
                        into(initiatorSteps));
        var responder = new NoiseIk.Responder(suite, responderKeys, prologue, into(responderSteps));
        var message1 = initiator.writeMessage1(VectorFiles.hex(entry, "message1_payload"));
        assertThat(message1).isEqualTo(VectorFiles.hex(entry, "message1"));
        assertThat(responder.readMessage1(message1))
                .isEqualTo(VectorFiles.hex(entry, "message1_payload"));
        assertThat(responder.remoteStatic()).isEqualTo(initiatorKeys.publicKey());
        var message2 =
                responder.writeMessage2(
                        responderEphemeral, VectorFiles.hex(entry, "message2_payload"));
        assertThat(message2).isEqualTo(VectorFiles.hex(entry, "message2"));
        assertThat(initiator.readMessage2(message2))
                .isEqualTo(VectorFiles.hex(entry, "message2_payload"));

        var expected =
                new SessionKeys(
                        suite,
                        VectorFiles.bytes(entry, "handshake_hash"),
                        VectorFiles.bytes(entry, "initiator_to_responder_key"),
                        VectorFiles.bytes(entry, "responder_to_initiator_key"));
        assertThat(initiator.split()).isEqualTo(expected);
        assertThat(responder.split()).isEqualTo(expected);
        assertThat(responderSteps).isEqualTo(initiatorSteps);
        if (entry.has("trace")) {
            var trace = new ArrayList<Step>();
            for (var step : entry.required("trace")) {
                var k = step.required("k");
                trace.add(
                        new Step(
                                step.required("step").asString(),
                                step.required("h").asString(),
                                step.required("ck").asString(),
                                k.isNull() ? "" : k.asString()));
            }
            assertThat(initiatorSteps).isEqualTo(trace);
        }
    }

    /** The cipher itself for every record, sealer and opener for those that may be sent. */
    private static void record(CipherSuite suite, Bytes key, JsonNode record) throws Exception {
        var counter = VectorFiles.u64(record, "nonce");
        var plaintext = VectorFiles.hex(record, "plaintext");
        var ciphertext = VectorFiles.hex(record, "ciphertext");
        var frame = Records.framed(ciphertext);
        if (record.has("noise_frame")) {
            assertThat(frame).isEqualTo(VectorFiles.hex(record, "noise_frame"));
        }
        var bare = Aead.forSealing(suite, key.toByteArray());
        bare.init(counter);
        var out = new byte[plaintext.length + Aead.TAG];
        bare.finish(plaintext, 0, plaintext.length, out, 0);
        assertThat(out).isEqualTo(ciphertext);

        var sealer = RecordSealer.startingAt(suite, key, counter);
        var opener = RecordOpener.startingAt(suite, key, counter);
        if (plaintext.length == 0) {
            assertThatThrownBy(() -> Records.seal(sealer, plaintext))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> Records.open(opener, frame))
                    .isInstanceOf(RecordException.class);
        } else {
            assertThat(Records.seal(sealer, plaintext)).isEqualTo(frame);
            assertThat(Records.open(opener, frame)).isEqualTo(plaintext);
        }
    }

    private static void largest(JsonNode entry) throws Exception {
        var suite = VectorFiles.suite(entry);
        var largest = entry.required("max_size_frame");
        var key = key(entry, largest);
        var counter = VectorFiles.u64(largest, "nonce");
        var plaintext = new byte[largest.required("plaintext_length").asInt()];
        Arrays.fill(plaintext, (byte) largest.required("plaintext_byte").asInt());
        var frame = Records.seal(RecordSealer.startingAt(suite, key, counter), plaintext);
        var ciphertext = Arrays.copyOfRange(frame, 2, frame.length);
        assertThat(ciphertext).hasSize(largest.required("ciphertext_length").asInt());
        assertThat(sha256(ciphertext)).isEqualTo(VectorFiles.hex(largest, "ciphertext_sha256"));
        assertThat(Arrays.copyOfRange(ciphertext, ciphertext.length - Aead.TAG, ciphertext.length))
                .isEqualTo(VectorFiles.hex(largest, "tag"));
        assertThat(Records.open(RecordOpener.startingAt(suite, key, counter), frame))
                .isEqualTo(plaintext);
    }

    private static void refused(VectorFile file, JsonNode entry) throws Exception {
        var base = base(file, entry);
        var suite = VectorFiles.suite(entry);
        var input = VectorFiles.hex(entry, "input");
        var expected = entry.required("expect").asString();
        switch (entry.required("stage").asString()) {
            case "responder_reads_message1" -> {
                var responder =
                        new NoiseIk.Responder(
                                suite,
                                VectorFiles.keyPair(entry, "responder_static_private"),
                                VectorFiles.bytes(entry, "prologue"),
                                NoiseIk.Trace.NONE);
                assertThatThrownBy(() -> responder.readMessage1(input))
                        .asInstanceOf(InstanceOfAssertFactories.type(HandshakeException.class))
                        .extracting(e -> e.failure().reason().name())
                        .isEqualTo(reason(expected));
            }
            case "initiator_reads_message2" -> {
                var initiator =
                        new NoiseIk.Initiator(
                                suite,
                                VectorFiles.keyPair(base, "initiator_static_private"),
                                PublicKey.of(VectorFiles.hex(base, "responder_static_public")),
                                VectorFiles.keyPair(base, "initiator_ephemeral_private"),
                                VectorFiles.bytes(base, "prologue"),
                                NoiseIk.Trace.NONE);
                var _ = initiator.writeMessage1(VectorFiles.hex(base, "message1_payload"));
                assertThatThrownBy(() -> initiator.readMessage2(input))
                        .asInstanceOf(InstanceOfAssertFactories.type(HandshakeException.class))
                        .extracting(e -> e.failure().reason().name())
                        .isEqualTo(reason(expected));
            }
            case "transport" -> {
                var counter = VectorFiles.u64(entry, "nonce");
                var opener = RecordOpener.startingAt(suite, key(base, entry), counter);
                assertThatThrownBy(() -> Records.open(opener, Records.framed(input)))
                        .asInstanceOf(InstanceOfAssertFactories.type(RecordException.class))
                        .extracting(RecordException::kind)
                        .isEqualTo(
                                expected.equals("NOISE_TOO_SHORT")
                                        ? RecordException.Kind.LENGTH
                                        : RecordException.Kind.AUTHENTICATION);
            }
            case String other -> throw new AssertionError("unknown stage: " + other);
        }
    }

    private static String reason(String expected) {
        return expected.equals("NOISE_TOO_SHORT") ? "TRUNCATED" : expected;
    }

    private static JsonNode base(VectorFile file, JsonNode entry) {
        var name = entry.required("base").asString();
        return file.entries("vectors").stream()
                .filter(v -> v.required("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Bytes key(JsonNode entry, JsonNode record) {
        return switch (record.required("direction").asString()) {
            case "i2r" -> VectorFiles.bytes(entry, "initiator_to_responder_key");
            case "r2i" -> VectorFiles.bytes(entry, "responder_to_initiator_key");
            case String other -> throw new AssertionError("unknown direction: " + other);
        };
    }

    private static NoiseIk.Trace into(List<Step> steps) {
        return (step, h, ck, k) -> steps.add(new Step(step, h.toHex(), ck.toHex(), k.toHex()));
    }

    private static void assertPublic(JsonNode entry, String field, KeyPair pair) {
        assertThat(pair.publicKey()).isEqualTo(PublicKey.of(VectorFiles.hex(entry, field)));
    }

    private static byte[] sha256(byte[] bytes) throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    @FunctionalInterface
    private interface Check {
        void check(VectorFile file, JsonNode entry) throws Exception;
    }

    private static Stream<DynamicTest> each(String list, Check check) {
        return VectorFiles.named("noise_ik.json").stream()
                .flatMap(
                        file ->
                                file.entries(list).stream()
                                        .map(
                                                entry ->
                                                        dynamicTest(
                                                                file.origin()
                                                                        + " "
                                                                        + entry.required("name")
                                                                                .asString(),
                                                                () -> check.check(file, entry))));
    }
}
