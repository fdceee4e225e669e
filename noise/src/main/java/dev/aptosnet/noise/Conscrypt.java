package dev.aptosnet.noise;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

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

    private Conscrypt(Provider provider) throws GeneralSecurityException {
        this.provider = provider;
        this.keys = KeyFactory.getInstance(ALGORITHM, provider);
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
            return loaded.agreesWith(BouncyCastle.INSTANCE) ? loaded : null;
        } catch (ReflectiveOperationException | GeneralSecurityException | LinkageError _) {
            return null;
        }
    }

    private boolean agreesWith(KeyAgreement other) {
        var ours = new byte[LENGTH];
        Arrays.fill(ours, (byte) 0x5a);
        var theirs = new byte[LENGTH];
        other.publicKey(ours, theirs);
        var here = new byte[LENGTH];
        var there = new byte[LENGTH];
        return agree(ours, theirs, here)
                && other.agree(ours, theirs, there)
                && Arrays.equals(here, there);
    }

    /** There is no faster way to a public key here than Bouncy Castle's. */
    @Override
    public void publicKey(byte[] privateKey, byte[] publicKey) {
        BouncyCastle.INSTANCE.publicKey(privateKey, publicKey);
    }

    @Override
    public boolean agree(byte[] privateKey, byte[] publicKey, byte[] secret) {
        try {
            var agreement = javax.crypto.KeyAgreement.getInstance(ALGORITHM, provider);
            agreement.init(
                    keys.generatePrivate(
                            new PKCS8EncodedKeySpec(join(PRIVATE_PREFIX, privateKey))));
            try {
                agreement.doPhase(
                        keys.generatePublic(new X509EncodedKeySpec(join(PUBLIC_PREFIX, publicKey))),
                        true);
            } catch (InvalidKeyException _) {
                return false; // all zero, which BoringSSL answers with an error
            }
            agreement.generateSecret(secret, 0);
            return true;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("X25519 failed", e);
        }
    }

    private static byte[] join(byte[] prefix, byte[] key) {
        var joined = Arrays.copyOf(prefix, prefix.length + LENGTH);
        System.arraycopy(key, 0, joined, prefix.length, LENGTH);
        return joined;
    }

    @Override
    public String toString() {
        return "Conscrypt " + provider.getVersionStr();
    }
}
