package dev.aptosnet.adapter.discovery;

import dev.aptosnet.ports.model.PeerRole;

import java.util.Locale;
import java.util.Optional;

/** Roles by the names that files give them. */
final class Roles {
    private Roles() {}

    /** aptos-core writes {@code ValidatorFullNode}; its labels say {@code validator_fullnode}. */
    static Optional<PeerRole> named(String text) {
        for (var role : PeerRole.values()) {
            if (plain(role.name()).equals(plain(text)) || role.label().equals(text)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }
}
