package dev.aptosnet.bootstrap.config;

import dev.aptosnet.bootstrap.Identity;

import java.nio.file.Path;

/** Where a node's key comes from (behaviour.md section 17.4). */
public sealed interface IdentitySource {
    /** Makes the identity, or reads it. */
    Identity load();

    /** A fresh key at every start. */
    record Fresh() implements IdentitySource {
        @Override
        public Identity load() {
            return Identity.generate();
        }
    }

    /** A key file. */
    record FromFile(Path file) implements IdentitySource {
        @Override
        public Identity load() {
            return KeyFile.read(file);
        }
    }

    /** The configuration file itself. */
    record FromConfig(Identity identity) implements IdentitySource {
        @Override
        public Identity load() {
            return identity;
        }
    }
}
