package dev.aptosnet.cli.vectors;

import dev.aptosnet.domain.peer.TieBreak;
import dev.aptosnet.domain.wire.BcsReader;
import dev.aptosnet.domain.wire.BcsWriter;
import dev.aptosnet.noise.KeyPair;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PublicKey;

import java.util.Locale;
import java.util.Map;

/** {@code peer_id.json}. */
final class PeerIdVectors implements VectorFile {
    @Override
    public Map<String, Check> sections(Entry root) {
        return Map.of(
                "derive", PeerIdVectors::derive,
                "text_valid", PeerIdVectors::text,
                "text_invalid", PeerIdVectors::invalid,
                "tie_break", PeerIdVectors::tieBreak);
    }

    private static void derive(Entry entry, Expect expect) {
        var key = PublicKey.of(entry.hex("public_key").toByteArray());
        expect.equal("key", key, KeyPair.ofPrivateKey(entry.hex("private_key")).publicKey());
        var peer = PeerId.derivedFrom(key);
        expect.equal("peer id", entry.text("peer_id"), peer.toConfigText());
        expect.equal("text", entry.text("text"), peer.toString());
    }

    private static void text(Entry entry, Expect expect) {
        var peer = PeerId.parse(entry.text("text"));
        expect.equal("bytes", entry.hex("bytes"), Bytes.wrap(peer.toByteArray()));
        expect.equal("text", entry.text("standard_text"), peer.toString());
        expect.equal("configuration text", entry.text("config_text"), peer.toConfigText());
        expect.equal("peer read again", peer, PeerId.parse(peer.toString()));
        expect.equal("BCS", entry.hex("bytes"), new BcsWriter().peerId(peer).toBytes());
        expect.equal("peer from BCS", peer, new BcsReader(entry.hex("bytes")).peerId());
    }

    private static void invalid(Entry entry, Expect expect) {
        PeerId accepted;
        try {
            accepted = PeerId.parse(entry.text("text"));
        } catch (IllegalArgumentException _) {
            return;
        }
        throw new Expect.Mismatch("refusal", "accepted: " + accepted);
    }

    private static void tieBreak(Entry entry, Expect expect) {
        var own = PeerId.parse(entry.text("own_peer_id"));
        var remote = PeerId.parse(entry.text("remote_peer_id"));
        expect.equal("own is", entry.text("own_is").equals("lower"), own.compareTo(remote) < 0);
        var decision =
                TieBreak.decide(
                        own,
                        remote,
                        origin(entry.text("existing_origin")),
                        origin(entry.text("new_origin")));
        expect.equal(
                "drop",
                entry.text("drop"),
                switch (decision) {
                    case DROP_EXISTING -> "existing";
                    case DROP_NEW -> "new";
                });
    }

    private static Origin origin(String name) {
        return Origin.valueOf(name.toUpperCase(Locale.ROOT));
    }
}
