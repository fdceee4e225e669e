package dev.aptosnet.noise;

import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * X25519 (RFC 7748), behind one interface so that the library under it can change. Implementations
 * are stateless and safe for any number of threads.
 */
public interface KeyAgreement {
    /** Length of private keys, public keys and shared secrets, in bytes. */
    int LENGTH = 32;

    /** Writes the public key of a 32-byte scalar to {@code publicKey}. */
    void publicKey(byte[] privateKey, byte[] publicKey);

    /**
     * Writes the 32-byte shared secret to {@code secret}.
     *
     * @param privateKey 32 bytes, clamped by the function
     * @param publicKey 32 bytes as received; the top bit is ignored
     * @return false if the secret is all zero, which every low-order point gives; it must not be
     *     used then (wire.md section 4.2)
     */
    boolean agree(byte[] privateKey, byte[] publicKey, byte[] secret);

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
        public void publicKey(byte[] privateKey, byte[] publicKey) {
            X25519.generatePublicKey(privateKey, 0, publicKey, 0);
        }

        @Override
        public boolean agree(byte[] privateKey, byte[] publicKey, byte[] secret) {
            return X25519.calculateAgreement(privateKey, 0, publicKey, 0, secret, 0);
        }
    }
}
