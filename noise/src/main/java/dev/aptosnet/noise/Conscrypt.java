package dev.aptosnet.noise;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * BoringSSL's X25519 through Conscrypt's security provider, which is not registered, only used. Its
 * native code exists for some platforms (ADR 0019).
 */
final class Conscrypt implements KeyAgreement {
    private static final String PROVIDER = "org.conscrypt.OpenSSLProvider";
    private static final String ALGORITHM = "XDH";

    /** RFC 8410: what stands before the 32 bytes of a private and of a public key. */
    private static final byte[] PRIVATE_PREFIX =
            HexFormat.of().parseHex("302e020100300506032b656e04220420");

    private static final byte[] PUBLIC_PREFIX = HexFormat.of().parseHex("302a300506032b656e032100");

    private final Provider provider;
    private final KeyFactory keys;
    private final KeyPairGenerator generator;

    private Conscrypt(Provider provider) throws GeneralSecurityException {
        this.provider = provider;
        this.keys = KeyFactory.getInstance(ALGORITHM, provider);
        this.generator = KeyPairGenerator.getInstance(ALGORITHM, provider);
    }

    /** Null where it is absent, does not load, or does not compute what Bouncy Castle does. */
    static @Nullable KeyAgreement load() {
        try {
            var provider =
                    Class.forName(PROVIDER)
                            .asSubclass(Provider.class)
                            .getConstructor()
                            .newInstance();
            var loaded = new Conscrypt(provider);
            return loaded.agreesWithBouncyCastle() ? loaded : null;
        } catch (ReflectiveOperationException | GeneralSecurityException | LinkageError _) {
            return null;
        }
    }

    private boolean agreesWithBouncyCastle() {
        var other = BouncyCastle.INSTANCE;
        var ours = generate(new SecureRandom());
        var theirs = new byte[LENGTH];
        Arrays.fill(theirs, (byte) 0x5a);
        var same = other.ofPrivateKey(ours.privateKey());
        var here = new byte[LENGTH];
        var there = new byte[LENGTH];
        return Arrays.equals(ours.publicKey(), same.publicKey())
                && ours.agree(theirs, here)
                && same.agree(theirs, there)
                && Arrays.equals(here, there);
    }

    /** BoringSSL has a generator of its own, so another one is used only if it is seeded. */
    @Override
    public Key generate(RandomGenerator random) {
        if (!(random instanceof SecureRandom)) {
            return KeyAgreement.super.generate(random);
        }
        var pair = generator.generateKeyPair();
        return new NativeKey(
                tail(pair.getPrivate().getEncoded()),
                tail(pair.getPublic().getEncoded()),
                pair.getPrivate());
    }

    private static byte[] tail(byte[] encoded) {
        return Arrays.copyOfRange(encoded, encoded.length - LENGTH, encoded.length);
    }

    @Override
    public Key ofPrivateKey(byte[] privateKey) {
        try {
            return new NativeKey(
                    privateKey.clone(),
                    BouncyCastle.INSTANCE.ofPrivateKey(privateKey).publicKey(),
                    keys.generatePrivate(
                            new PKCS8EncodedKeySpec(join(PRIVATE_PREFIX, privateKey))));
        } catch (GeneralSecurityException e) {
            throw failed(e);
        }
    }

    private static IllegalStateException failed(GeneralSecurityException why) {
        return new IllegalStateException("X25519 failed", why);
    }

    private static byte[] join(byte[] prefix, byte[] key) {
        var joined = Arrays.copyOf(prefix, prefix.length + LENGTH);
        System.arraycopy(key, 0, joined, prefix.length, LENGTH);
        return joined;
    }

    /** The native object is made once: it computes the public key each time. */
    private final class NativeKey extends Key {
        private final PrivateKey handle;

        private NativeKey(byte[] privateKey, byte[] publicKey, PrivateKey handle) {
            super(privateKey, publicKey);
            this.handle = handle;
        }

        @Override
        public boolean agree(byte[] theirs, byte[] secret) {
            try {
                var agreement = javax.crypto.KeyAgreement.getInstance(ALGORITHM, provider);
                agreement.init(handle);
                try {
                    agreement.doPhase(
                            keys.generatePublic(
                                    new X509EncodedKeySpec(join(PUBLIC_PREFIX, theirs))),
                            true);
                } catch (InvalidKeyException _) {
                    return false; // all zero, which BoringSSL answers with an error
                }
                agreement.generateSecret(secret, 0);
                return true;
            } catch (GeneralSecurityException e) {
                throw failed(e);
            }
        }
    }

    @Override
    public String toString() {
        return "Conscrypt " + provider.getVersionStr();
    }
}
