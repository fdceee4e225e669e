package dev.aptosnet.bootstrap.config;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads {@code seeds} and the older {@code seed_addrs} (behaviour.md section 14.8). */
final class PeerSections {
    private static final String ADDRESS =
            "/ip4/…/tcp/…/noise-ik/<the peer's public key>/handshake/0";

    private final Section network;

    PeerSections(Section network) {
        this.network = network;
    }

    List<KnownPeer> read() {
        var peers = new ArrayList<KnownPeer>();
        var seeds = network.section("seeds");
        if (seeds.isPresent()) {
            for (var name : seeds.get().keys()) {
                peers.add(seed(seeds.get(), name));
            }
        }
        var addresses = network.section("seed_addrs");
        if (addresses.isPresent()) {
            for (var name : addresses.get().keys()) {
                var section = addresses.get();
                var at = addresses(section, name);
                if (at.isEmpty()) {
                    throw section.refused(name, "no address", ADDRESS);
                }
                peers.add(peer(section, name, at, new TreeSet<>(), PeerRole.VALIDATOR_FULL_NODE));
            }
        }
        return peers;
    }

    private static KnownPeer seed(Section seeds, String name) {
        var seed = seeds.section(name);
        if (seed.isEmpty()) {
            throw seeds.refused(name, "nothing", "addresses, keys and role");
        }
        var section = seed.get();
        var at = addresses(section, "addresses");
        var keys = new TreeSet<PublicKey>();
        for (var key : section.texts("keys", "a list of public keys")) {
            if (key.startsWith("x25519-priv-")) {
                // Not repeated on the screen.
                throw section.refused("keys", "a private key", "the peer's public key");
            }
            keys.add(
                    section.convert(
                            "keys", key, "public keys, 64 hex digits each", PublicKey::parse));
        }
        var role =
                section.parsed("role", "one of " + roleNames(), PeerSections::role)
                        .orElse(PeerRole.UNKNOWN);
        section.refuseUnknown();
        if (at.isEmpty() && keys.isEmpty()) {
            throw seeds.refused(name, "neither addresses nor keys", "at least one of them");
        }
        return peer(seeds, name, at, keys, role);
    }

    /** Keys inside addresses speak for the peer too. */
    private static KnownPeer peer(
            Section section,
            String name,
            List<NetworkAddress> at,
            Set<PublicKey> keys,
            PeerRole role) {
        var id = section.convert(name, name, "a peer id, 1 to 64 hex digits", PeerId::parse);
        at.stream().map(NetworkAddress::key).flatMap(Optional::stream).forEach(keys::add);
        return new KnownPeer(id, at, keys, role);
    }

    private static List<NetworkAddress> addresses(Section section, String key) {
        var addresses = new ArrayList<NetworkAddress>();
        for (var text : section.texts(key, "a list of addresses")) {
            addresses.add(section.convert(key, text, ADDRESS, PeerSections::dialable));
        }
        return addresses;
    }

    private static NetworkAddress dialable(String text) {
        var address = NetworkAddress.parse(text);
        if (!address.isDialable()) {
            throw new IllegalArgumentException(text);
        }
        return address;
    }

    /** aptos-core writes {@code ValidatorFullNode}, its labels say {@code validator_fullnode}. */
    private static PeerRole role(String text) {
        for (var role : PeerRole.values()) {
            if (plain(role.name()).equals(plain(text)) || role.label().equals(text)) {
                return role;
            }
        }
        throw new IllegalArgumentException(text);
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    private static String roleNames() {
        return "Validator, PreferredUpstream, Upstream, ValidatorFullNode, Downstream, Known,"
                + " Unknown";
    }
}
