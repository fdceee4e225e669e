package dev.aptosnet.cli.vectors;

import dev.aptosnet.noise.DialerHandshake;
import dev.aptosnet.noise.KeyPair;
import dev.aptosnet.noise.ListenerHandshake;
import dev.aptosnet.noise.ListenerPolicy;
import dev.aptosnet.noise.ReplayGuard;
import dev.aptosnet.noise.Session;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.TrustedPeers;
import dev.aptosnet.ports.transport.TrustedPeers.TrustedPeer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** {@code aptos_handshake.json}: both ends of whole connections. */
final class ConnectionVectors implements VectorFile {
    @Override
    public Map<String, Check> sections(Entry root) {
        return Map.of(
                "vectors", ConnectionVectors::connection,
                "negative", ConnectionVectors::refusal,
                "replay_sequences", ConnectionVectors::replays);
    }

    private static void connection(Entry entry, Expect expect) throws Exception {
        var client = entry.sub("client");
        var server = entry.sub("server");
        var timestamp = entry.number("timestamp_ms");
        var clientKeys = keys(client, expect);
        var serverKeys = keys(server, expect);

        var dialer =
                new DialerHandshake(
                        NoiseVectors.suite(entry),
                        clientKeys,
                        peerId(client),
                        serverKeys.publicKey(),
                        timestamp,
                        KeyPair.ofPrivateKey(client.hex("ephemeral_private")));
        var first = Bytes.wrap(dialer.firstMessage());
        expect.equal("client message", entry.hex("client_message"), first);
        expect.equal("length", entry.number("client_message_length"), (long) first.size());
        expect.equal("prologue", entry.hex("prologue"), first.slice(0, 64));

        var listener = listener(entry, server, new ReplayGuard());
        var accepted = listener.accept(entry.hex("client_message").toByteArray());
        var reply = Bytes.wrap(accepted.reply());
        expect.equal("server message", entry.hex("server_message"), reply);
        expect.equal("length", entry.number("server_message_length"), (long) reply.size());
        expect.equal("timestamp", timestamp, accepted.timestampMillis());
        expect.equal("timestamp bytes", entry.hex("timestamp_payload"), littleEndian(timestamp));

        var wanted = entry.sub("expect");
        expect.equal("result", wanted.text("result"), "ok");
        expect.equal("peer", wanted.text("remote_peer_id"), accepted.peer().toConfigText());
        expect.equal(
                "key", wanted.hex("remote_public_key"), Bytes.wrap(accepted.key().toByteArray()));
        expect.equal("role", role(wanted.text("peer_role")), accepted.role());

        var dialerSession = dialer.finish(entry.hex("server_message").toByteArray());
        for (var session : List.of(dialerSession, accepted.session())) {
            expect.equal("hash", entry.hex("handshake_hash"), session.handshakeHash());
            expect.equal(
                    "key c2s",
                    entry.hex("client_to_server_key"),
                    session.keys().initiatorToResponder());
            expect.equal(
                    "key s2c",
                    entry.hex("server_to_client_key"),
                    session.keys().responderToInitiator());
        }
        transcript(entry, dialerSession, accepted.session(), expect);
        accepted.commit();
    }

    /** The records of a connection in their order, sealed at one end and opened at the other. */
    private static void transcript(Entry entry, Session client, Session server, Expect expect)
            throws Exception {
        for (var record : entry.list("transcript")) {
            var fromClient = record.text("direction").equals("c2s");
            var sender = fromClient ? client : server;
            var receiver = fromClient ? server : client;
            var plaintext = record.hex("plaintext").toByteArray();
            expect.equal("counter", record.number("nonce"), sender.sealer().counter());
            var sealed = new byte[plaintext.length + 18];
            sender.sealer().begin(sealed, 0);
            sender.sealer().add(plaintext, 0, plaintext.length);
            var length = sender.sealer().finish();
            var frame = record.hex("noise_frame");
            expect.equal(record.text("what"), frame, Bytes.wrap(sealed, 0, length));
            var opened = new byte[plaintext.length];
            receiver.opener().open(frame.toByteArray(), 2, frame.size() - 2, opened, 0);
            expect.equal(record.text("what"), record.hex("plaintext"), Bytes.wrap(opened));
        }
    }

    private static void refusal(Entry entry, Expect expect) throws Exception {
        var listener = listener(entry, entry.sub("server"), new ReplayGuard());
        expect.refused(
                entry.sub("expect").text("error"),
                () -> listener.accept(entry.hex("client_message").toByteArray()).peer());
    }

    private static void replays(Entry entry, Expect expect) throws Exception {
        var listener = listener(entry, entry.sub("server"), new ReplayGuard());
        for (var step : entry.list("steps")) {
            var message = step.hex("client_message").toByteArray();
            if (step.sub("expect").has("error")) {
                expect.refused(
                        step.sub("expect").text("error"), () -> listener.accept(message).peer());
            } else {
                var accepted = listener.accept(message);
                expect.equal("timestamp", step.number("timestamp_ms"), accepted.timestampMillis());
                // The connection comes to be: its first record proves the session.
                accepted.commit();
            }
        }
    }

    private static KeyPair keys(Entry end, Expect expect) {
        var keys = KeyPair.ofPrivateKey(end.hex("static_private"));
        expect.equal("key", key(end.text("static_public")), keys.publicKey());
        return keys;
    }

    private static ListenerHandshake listener(Entry entry, Entry server, ReplayGuard guard)
            throws Exception {
        var policy = entry.sub("server_policy");
        for (var last : policy.list("last_timestamps")) {
            guard.commit(key(last.text("public_key")), last.number("timestamp_ms"));
        }
        var trusted = new HashMap<PeerId, TrustedPeer>();
        for (var peer : policy.list("trusted_peers")) {
            var keys = new HashSet<PublicKey>();
            peer.texts("keys").forEach(key -> keys.add(key(key)));
            trusted.put(peerId(peer), new TrustedPeer(keys, role(peer.text("role"))));
        }
        var validatorsOwn =
                policy.text("network_id").equals("Vfn")
                        && policy.text("server_role").equals("Validator");
        // A refused dialer is never answered, so those entries name no ephemeral key.
        var ephemeral =
                server.hex(
                        server.has("ephemeral_private") ? "ephemeral_private" : "static_private");
        return new ListenerHandshake(
                new ListenerPolicy(
                        peerId(server),
                        KeyPair.ofPrivateKey(server.hex("static_private")),
                        List.of(NoiseVectors.suite(entry)),
                        switch (policy.text("auth_mode")) {
                            case "Mutual" -> AuthMode.MUTUAL;
                            case "MaybeMutual" -> AuthMode.MAYBE_MUTUAL;
                            default ->
                                    throw new Expect.Mismatch(
                                            "a known mode", policy.text("auth_mode"));
                        },
                        TrustedPeers.of(trusted),
                        validatorsOwn ? PeerRole.VALIDATOR_FULL_NODE : PeerRole.UNKNOWN),
                guard,
                () -> KeyPair.ofPrivateKey(ephemeral));
    }

    private static PublicKey key(String hex) {
        return PublicKey.of(Bytes.hex(hex).toByteArray());
    }

    private static PeerId peerId(Entry end) {
        return PeerId.of(end.hex("peer_id").toByteArray());
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
            default -> throw new Expect.Mismatch("a known role", name);
        };
    }

    private static Bytes littleEndian(long value) {
        var bytes = new byte[Long.BYTES];
        for (var i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (value >>> (8 * i));
        }
        return Bytes.wrap(bytes);
    }
}
