package dev.aptosnet.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.TrustedPeers;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import tools.jackson.databind.JsonNode;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** The entries of aptos_handshake.json: complete connections, refusals, replays. */
class AptosHandshakeVectorsTest {
    @TestFactory
    Stream<DynamicTest> connections() {
        return each("vectors", AptosHandshakeVectorsTest::connection);
    }

    @TestFactory
    Stream<DynamicTest> refusals() {
        return each(
                "negative",
                entry ->
                        assertThat(
                                        outcome(
                                                listener(entry, bothSuites(entry)),
                                                VectorFiles.hex(entry, "client_message")))
                                .isEqualTo(entry.required("expect").required("error").asString()));
    }

    @TestFactory
    Stream<DynamicTest> replaySequences() {
        return each(
                "replay_sequences",
                entry -> {
                    var listener = listener(entry, List.of(VectorFiles.suite(entry)));
                    for (var step : entry.required("steps")) {
                        var expect = step.required("expect");
                        assertThat(outcome(listener, VectorFiles.hex(step, "client_message")))
                                .as("timestamp %s", step.required("timestamp_ms"))
                                .isEqualTo(
                                        expect.has("error")
                                                ? expect.required("error").asString()
                                                : "ok");
                    }
                });
    }

    private static void connection(JsonNode entry) throws Exception {
        var suite = VectorFiles.suite(entry);
        var client = entry.required("client");
        var clientKeys = VectorFiles.keyPair(client, "static_private");
        var server = entry.required("server");
        var serverKeys = VectorFiles.keyPair(server, "static_private");
        assertThat(serverKeys.publicKey())
                .isEqualTo(PublicKey.of(VectorFiles.hex(server, "static_public")));
        var dialer =
                new DialerHandshake(
                        suite,
                        clientKeys,
                        PeerId.of(VectorFiles.hex(client, "peer_id")),
                        serverKeys.publicKey(),
                        VectorFiles.u64(entry, "timestamp_ms"),
                        VectorFiles.keyPair(client, "ephemeral_private"));
        var first = dialer.firstMessage();
        assertThat(first).isEqualTo(VectorFiles.hex(entry, "client_message"));

        var accepted = listener(entry, bothSuites(entry)).accept(first);
        var expect = entry.required("expect");
        assertThat(accepted.peer()).isEqualTo(PeerId.of(VectorFiles.hex(expect, "remote_peer_id")));
        assertThat(accepted.key())
                .isEqualTo(PublicKey.of(VectorFiles.hex(expect, "remote_public_key")));
        assertThat(accepted.role()).isEqualTo(role(expect.required("peer_role").asString()));
        assertThat(accepted.suite()).isEqualTo(suite);
        assertThat(accepted.timestampMillis()).isEqualTo(VectorFiles.u64(entry, "timestamp_ms"));
        assertThat(accepted.reply()).isEqualTo(VectorFiles.hex(entry, "server_message"));

        var ours = dialer.finish(accepted.reply());
        var theirs = accepted.session();
        assertThat(ours.handshakeHash()).isEqualTo(VectorFiles.bytes(entry, "handshake_hash"));
        assertThat(ours.keys().initiatorToResponder())
                .isEqualTo(VectorFiles.bytes(entry, "client_to_server_key"));
        assertThat(ours.keys().responderToInitiator())
                .isEqualTo(VectorFiles.bytes(entry, "server_to_client_key"));
        assertThat(theirs.keys()).isEqualTo(ours.keys());
        for (var line : entry.required("transcript")) {
            var fromClient = line.required("direction").asString().equals("c2s");
            var sealer = (fromClient ? ours : theirs).sealer();
            var opener = (fromClient ? theirs : ours).opener();
            var plaintext = VectorFiles.hex(line, "plaintext");
            assertThat(sealer.counter()).isEqualTo(VectorFiles.u64(line, "nonce"));
            var frame = Records.seal(sealer, plaintext);
            assertThat(frame).isEqualTo(VectorFiles.hex(line, "noise_frame"));
            assertThat(Records.open(opener, frame)).isEqualTo(plaintext);
        }
        accepted.commit();
    }

    private static String outcome(ListenerHandshake listener, byte[] message) {
        try {
            listener.accept(message).commit();
            return "ok";
        } catch (HandshakeException e) {
            return e.failure().reason().name();
        }
    }

    /** The other suite first, so that every entry also proves the fallback. */
    private static List<CipherSuite> bothSuites(JsonNode entry) {
        return VectorFiles.suite(entry) == CipherSuite.AESGCM
                ? List.of(CipherSuite.CHACHAPOLY, CipherSuite.AESGCM)
                : List.of(CipherSuite.AESGCM, CipherSuite.CHACHAPOLY);
    }

    private static ListenerHandshake listener(JsonNode entry, List<CipherSuite> suites)
            throws HandshakeException {
        var server = entry.required("server");
        var policy = entry.required("server_policy");
        var peers = new HashMap<PeerId, TrustedPeers.TrustedPeer>();
        for (var peer : policy.required("trusted_peers")) {
            var keys = new HashSet<PublicKey>();
            peer.required("keys").forEach(key -> keys.add(PublicKey.parse(key.asString())));
            peers.put(
                    PeerId.of(VectorFiles.hex(peer, "peer_id")),
                    new TrustedPeers.TrustedPeer(keys, role(peer.required("role").asString())));
        }
        var guard = new ReplayGuard();
        for (var last : policy.required("last_timestamps")) {
            guard.commit(
                    PublicKey.of(VectorFiles.hex(last, "public_key")),
                    VectorFiles.u64(last, "timestamp_ms"));
        }
        var validatorOnVfn =
                policy.required("server_role").asString().equals("Validator")
                        && policy.required("network_id").asString().equals("Vfn");
        var mode =
                switch (policy.required("auth_mode").asString()) {
                    case "Mutual" -> AuthMode.MUTUAL;
                    case "MaybeMutual" -> AuthMode.MAYBE_MUTUAL;
                    case String other -> throw new AssertionError("unknown mode: " + other);
                };
        var ephemeral =
                server.has("ephemeral_private")
                        ? VectorFiles.keyPair(server, "ephemeral_private")
                        : KeyPair.generate(RandomGenerator.of("L64X128MixRandom"));
        return new ListenerHandshake(
                new ListenerPolicy(
                        PeerId.of(VectorFiles.hex(server, "peer_id")),
                        VectorFiles.keyPair(server, "static_private"),
                        suites,
                        mode,
                        TrustedPeers.of(peers),
                        validatorOnVfn ? PeerRole.VALIDATOR_FULL_NODE : PeerRole.UNKNOWN),
                guard,
                () -> ephemeral);
    }

    private static PeerRole role(String name) {
        return switch (name) {
            case "Validator" -> PeerRole.VALIDATOR;
            case "PreferredUpstream" -> PeerRole.PREFERRED_UPSTREAM;
            case "Upstream" -> PeerRole.UPSTREAM;
            case "ValidatorFullNode" -> PeerRole.VALIDATOR_FULL_NODE;
            case "Downstream" -> PeerRole.DOWNSTREAM;
            case "Known" -> PeerRole.KNOWN;
            case "Unknown" -> PeerRole.UNKNOWN;
            default -> throw new AssertionError("unknown role: " + name);
        };
    }

    @FunctionalInterface
    private interface Check {
        void check(JsonNode entry) throws Exception;
    }

    private static Stream<DynamicTest> each(String list, Check check) {
        return VectorFiles.named("aptos_handshake.json").stream()
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
                                                                () -> check.check(entry))));
    }
}
