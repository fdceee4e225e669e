package dev.aptosnet.bootstrap.config;

import dev.aptosnet.node.Identity;

import java.io.IOException;
import java.nio.file.Files;
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

    /** A key file that is made at the first start. */
    record Kept(Path file) implements IdentitySource {
        /** How it is called in the data directory. */
        public static final String FILE_NAME = "aptosnet-identity.yaml";

        @Override
        public Identity load() {
            if (Files.exists(file)) {
                return KeyFile.read(file);
            }
            var identity = Identity.generate();
            try {
                KeyFile.write(file, identity, false, false);
            } catch (IOException e) {
                throw new ConfigException(file + ": cannot be written: " + e.getMessage());
            }
            return identity;
        }
    }
}
