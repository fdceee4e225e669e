package dev.aptosnet.noise;

import org.bouncycastle.math.ec.rfc7748.X25519;

import java.util.random.RandomGenerator;

/**
 * X25519 (RFC 7748), behind one interface so that the library under it can change. Implementations
 * are stateless and safe for any number of threads.
 */
public interface KeyAgreement {
    /** Length of private keys, public keys and shared secrets, in bytes. */
    int LENGTH = 32;

    /**
     * A fresh key.
     *
     * @param random a {@link java.security.SecureRandom} wherever the key guards anything
     */
    default Key generate(RandomGenerator random) {
        var scalar = new byte[LENGTH];
        random.nextBytes(scalar);
        return ofPrivateKey(scalar);
    }

    /** The key of a 32-byte scalar before clamping. */
    Key ofPrivateKey(byte[] privateKey);

    /** A private key with its public one. Safe for any number of threads. */
    abstract class Key {
        private final byte[] privateKey;
        private final byte[] publicKey;

        Key(byte[] privateKey, byte[] publicKey) {
            this.privateKey = privateKey;
            this.publicKey = publicKey;
        }

        /** 32 bytes, not to be written to. */
        public final byte[] privateKey() {
            return privateKey;
        }

        /** 32 bytes, not to be written to. */
        public final byte[] publicKey() {
            return publicKey;
        }

        /**
         * Writes the 32-byte shared secret to {@code secret}.
         *
         * @param theirs 32 bytes as received; the top bit is ignored
         * @return false if the secret is all zero, which every low-order point gives; it must not
         *     be used then (wire.md section 4.2)
         */
        public abstract boolean agree(byte[] theirs, byte[] secret);
    }

    /**
     * The system property that says {@code bouncycastle} where Conscrypt's native code is there and
     * not wanted.
     */
    String PROPERTY = "aptosnet.noise.x25519";

    /**
     * The implementation in use, the same for the whole life of the process: Conscrypt's where it
     * loads, else Bouncy Castle's lightweight one. Measured on JDK 25, for an agreement: 34 µs, 84
     * µs, and 147 µs of the JDK's own; {@code KeyAgreementBenchmark} repeats it.
     */
    static KeyAgreement standard() {
        return Standard.CHOSEN;
    }

    /** Chosen once. */
    final class Standard {
        private static final KeyAgreement CHOSEN = choose();

        private Standard() {}

        private static KeyAgreement choose() {
            var wanted = !"bouncycastle".equals(System.getProperty(PROPERTY));
            var loaded = wanted ? Conscrypt.load() : null;
            return loaded == null ? BouncyCastle.INSTANCE : loaded;
        }
    }

    /** Bouncy Castle's lightweight X25519; needs no security provider. */
    enum BouncyCastle implements KeyAgreement {
        /** The only one. */
        INSTANCE;

        @Override
        public Key ofPrivateKey(byte[] privateKey) {
            var publicKey = new byte[LENGTH];
            X25519.generatePublicKey(privateKey, 0, publicKey, 0);
            return new Key(privateKey.clone(), publicKey) {
                @Override
                public boolean agree(byte[] theirs, byte[] secret) {
                    return X25519.calculateAgreement(privateKey(), 0, theirs, 0, secret, 0);
                }
            };
        }
    }
}
