package dev.aptosnet.cli.vectors;

import dev.aptosnet.noise.KeyPair;
import dev.aptosnet.noise.NoiseIk;
import dev.aptosnet.noise.RecordOpener;
import dev.aptosnet.noise.RecordSealer;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PublicKey;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code noise_ik.json}. */
final class NoiseVectors implements VectorFile {
    @Override
    public Map<String, Check> sections(Entry root) {
        return Map.of(
                "vectors", NoiseVectors::handshake,
                "negative", (entry, expect) -> negative(root, entry, expect),
                // The names of vectors published elsewhere that the file's maker checked.
                "published_vectors_checked", (entry, _) -> entry.text());
    }

    static CipherSuite suite(Entry entry) {
        return switch (entry.text("suite")) {
            case "AESGCM" -> CipherSuite.AESGCM;
            case "ChaChaPoly" -> CipherSuite.CHACHAPOLY;
            default -> throw new Expect.Mismatch("a known suite", entry.text("suite"));
        };
    }

    private static KeyPair pair(Entry entry, String key) {
        return KeyPair.ofPrivateKey(entry.hex(key));
    }

    private static NoiseIk.Initiator initiator(Entry entry, NoiseIk.Trace trace) {
        return new NoiseIk.Initiator(
                suite(entry),
                pair(entry, "initiator_static_private"),
                PublicKey.of(entry.hex("responder_static_public").toByteArray()),
                pair(entry, "initiator_ephemeral_private"),
                entry.hex("prologue"),
                trace);
    }

    private static void handshake(Entry entry, Expect expect) throws Exception {
        for (var end : List.of("initiator", "responder")) {
            for (var kind : List.of("static", "ephemeral")) {
                var name = end + "_" + kind;
                expect.equal(
                        name,
                        entry.hex(name + "_public"),
                        Bytes.wrap(pair(entry, name + "_private").publicKey().toByteArray()));
            }
        }
        expect.equal("protocol name", entry.text("protocol_name"), suite(entry).protocolName());
        var initiatorSteps = new ArrayList<Map<String, String>>();
        var responderSteps = new ArrayList<Map<String, String>>();
        var initiator = initiator(entry, collect(initiatorSteps));
        var responder =
                new NoiseIk.Responder(
                        suite(entry),
                        pair(entry, "responder_static_private"),
                        entry.hex("prologue"),
                        collect(responderSteps));
        var message1 = initiator.writeMessage1(entry.hex("message1_payload").toByteArray());
        expect.equal("message 1", entry.hex("message1"), Bytes.wrap(message1));
        expect.equal(
                "payload of message 1",
                entry.hex("message1_payload"),
                Bytes.wrap(responder.readMessage1(entry.hex("message1").toByteArray())));
        expect.equal(
                "initiator's key",
                entry.hex("initiator_static_public"),
                Bytes.wrap(responder.remoteStatic().toByteArray()));
        var message2 =
                responder.writeMessage2(
                        pair(entry, "responder_ephemeral_private"),
                        entry.hex("message2_payload").toByteArray());
        expect.equal("message 2", entry.hex("message2"), Bytes.wrap(message2));
        expect.equal(
                "payload of message 2",
                entry.hex("message2_payload"),
                Bytes.wrap(initiator.readMessage2(entry.hex("message2").toByteArray())));
        for (var keys : List.of(initiator.split(), responder.split())) {
            expect.equal("hash", entry.hex("handshake_hash"), keys.handshakeHash());
            expect.equal(
                    "key i2r",
                    entry.hex("initiator_to_responder_key"),
                    keys.initiatorToResponder());
            expect.equal(
                    "key r2i",
                    entry.hex("responder_to_initiator_key"),
                    keys.responderToInitiator());
        }
        if (entry.has("trace")) {
            var trace = entry.list("trace").stream().map(NoiseVectors::step).toList();
            expect.equal("initiator's trace", trace, initiatorSteps);
            expect.equal("responder's trace", trace, responderSteps);
        }
        records(entry, expect);
    }

    private static void records(Entry entry, Expect expect) throws Exception {
        for (var record : entry.list("transport")) {
            expect.equal("frame", record.hex("noise_frame"), withLength(record.hex("ciphertext")));
            record(entry, record, expect);
        }
        for (var probe : entry.list("nonce_probes")) {
            record(entry, probe, expect);
        }
        var max = entry.sub("max_size_frame");
        var plain = new byte[(int) max.number("plaintext_length")];
        Arrays.fill(plain, (byte) max.number("plaintext_byte"));
        var sealed = seal(entry, max, Bytes.wrap(plain));
        expect.equal("length", max.number("ciphertext_length"), (long) sealed.size());
        expect.equal(
                "hash",
                max.hex("ciphertext_sha256"),
                Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(sealed.toByteArray())));
        expect.equal("tag", max.hex("tag"), sealed.slice(sealed.size() - 16, sealed.size()));
        expect.equal("opened", Bytes.wrap(plain), open(entry, max, sealed));
    }

    private static void record(Entry entry, Entry record, Expect expect) throws Exception {
        var ciphertext = record.hex("ciphertext");
        var plaintext = record.hex("plaintext");
        if (plaintext.isEmpty()) {
            // We never send one, and a session that receives one is over (wire.md section 5).
            expect.refused(Expect.ANY_CODE, () -> open(entry, record, ciphertext));
            return;
        }
        expect.equal("ciphertext", ciphertext, seal(entry, record, plaintext));
        expect.equal("plaintext", plaintext, open(entry, record, ciphertext));
    }

    private static void negative(Entry root, Entry entry, Expect expect) throws Exception {
        var bases = new HashMap<String, Entry>();
        root.list("vectors").forEach(vector -> bases.put(vector.text("name"), vector));
        var base = bases.get(entry.text("base"));
        if (base == null) {
            throw new Expect.Mismatch("a vector " + entry.text("base"), "none");
        }
        var input = entry.hex("input").toByteArray();
        // Our Noise says TRUNCATED or LENGTH for what the file calls too short.
        expect.refused(
                entry.text("expect").equals("NOISE_TOO_SHORT")
                        ? Expect.ANY_CODE
                        : entry.text("expect"),
                () ->
                        switch (entry.text("stage")) {
                            case "responder_reads_message1" ->
                                    new NoiseIk.Responder(
                                                    suite(entry),
                                                    pair(entry, "responder_static_private"),
                                                    entry.hex("prologue"),
                                                    NoiseIk.Trace.NONE)
                                            .readMessage1(input);
                            case "initiator_reads_message2" -> {
                                var initiator = initiator(base, NoiseIk.Trace.NONE);
                                initiator.writeMessage1(base.hex("message1_payload").toByteArray());
                                yield initiator.readMessage2(input);
                            }
                            case "transport" -> open(base, entry, Bytes.wrap(input));
                            default ->
                                    throw new Expect.Mismatch("a known stage", entry.text("stage"));
                        });
    }

    private static Bytes key(Entry vector, String direction) {
        return vector.hex(
                switch (direction) {
                    case "i2r" -> "initiator_to_responder_key";
                    case "r2i" -> "responder_to_initiator_key";
                    default -> throw new Expect.Mismatch("i2r or r2i", direction);
                });
    }

    private static Bytes seal(Entry vector, Entry record, Bytes plaintext) throws Exception {
        return seal(
                suite(vector),
                key(vector, record.text("direction")),
                record.number("nonce"),
                plaintext);
    }

    private static Bytes open(Entry vector, Entry record, Bytes ciphertext) throws Exception {
        return open(
                suite(vector),
                key(vector, record.text("direction")),
                record.number("nonce"),
                ciphertext);
    }

    /** The ciphertext of one record, without its length. */
    static Bytes seal(CipherSuite suite, Bytes key, long counter, Bytes plaintext)
            throws Exception {
        var sealer = RecordSealer.startingAt(suite, key, counter);
        var out = new byte[plaintext.size() + RecordSealer.OVERHEAD];
        sealer.begin(out, 0);
        sealer.add(plaintext.toByteArray(), 0, plaintext.size());
        var length = sealer.finish();
        return Bytes.wrap(out, 2, length - 2);
    }

    static Bytes open(CipherSuite suite, Bytes key, long counter, Bytes ciphertext)
            throws Exception {
        var out = new byte[ciphertext.size()];
        var length =
                RecordOpener.startingAt(suite, key, counter)
                        .open(ciphertext.toByteArray(), 0, ciphertext.size(), out, 0);
        return Bytes.wrap(out, 0, length);
    }

    static Bytes withLength(Bytes ciphertext) {
        var size = ciphertext.size();
        return Bytes.concat(List.of(Bytes.of((byte) (size >> 8), (byte) size), ciphertext));
    }

    private static NoiseIk.Trace collect(List<Map<String, String>> steps) {
        return (step, h, ck, k) ->
                steps.add(Map.of("step", step, "h", h.toHex(), "ck", ck.toHex(), "k", k.toHex()));
    }

    private static Map<String, String> step(Entry step) {
        return Map.of(
                "step",
                step.text("step"),
                "h",
                step.text("h"),
                "ck",
                step.text("ck"),
                "k",
                step.sub("k").node().isNull() ? "" : step.text("k"));
    }
}
