package dev.aptosnet.noise;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.SetupFailure;

import java.util.random.RandomGenerator;

/**
 * An x25519 key pair, static or ephemeral. Safe for any number of threads: it never changes, but
 * for remembering what a static one shares with known peers. Never prints the private key, and
 * equality is identity so that comparing pairs tells nothing by its timing.
 */
public final class KeyPair {
    /** Of some 200 bytes each. */
    private static final int MAX_REMEMBERED = 4096;

    private final KeyAgreement.Key key;
    private final PublicKey publicKey;

    /**
     * What a static key has agreed on with the static keys of known peers, so that a reconnection
     * computes it no more: one of the four Diffie-Hellman results of a handshake. Strangers get no
     * entry. Not to be written to.
     */
    private final RecentlyUsed<PublicKey, byte[]> secrets = new RecentlyUsed<>(MAX_REMEMBERED);

    KeyPair(KeyAgreement.Key key) {
        this.key = key;
        this.publicKey = PublicKey.of(key.publicKey());
    }

    /**
     * A fresh pair.
     *
     * @param random a {@link java.security.SecureRandom} wherever the pair guards anything; a
     *     seeded generator only in tests and simulations
     */
    public static KeyPair generate(RandomGenerator random) {
        return new KeyPair(KeyAgreement.standard().generate(random));
    }

    /**
     * The pair of a private key.
     *
     * @param privateKey a raw scalar before clamping, 32 bytes (wire.md section 15)
     * @throws IllegalArgumentException for any other length
     */
    public static KeyPair ofPrivateKey(Bytes privateKey) {
        return ofPrivateKey(privateKey, KeyAgreement.standard());
    }

    /** The same with another implementation of X25519. */
    static KeyPair ofPrivateKey(Bytes privateKey, KeyAgreement agreement) {
        if (privateKey.size() != KeyAgreement.LENGTH) {
            throw new IllegalArgumentException(
                    "private key: " + privateKey.size() + " bytes (expected: 32)");
        }
        return new KeyPair(agreement.ofPrivateKey(privateKey.toByteArray()));
    }

    /** The public half. */
    public PublicKey publicKey() {
        return publicKey;
    }

    /** The private half, 32 bytes. Not to be logged. */
    public Bytes privateKey() {
        return Bytes.of(key.privateKey());
    }

    /** The public half; not to be written to. */
    byte[] publicBytes() {
        return key.publicKey();
    }

    /**
     * X25519 of our private key and {@code theirs}, which is 32 bytes.
     *
     * @throws HandshakeException INVALID_DH if the result is all zero
     */
    byte[] agree(byte[] theirs) throws HandshakeException {
        var secret = new byte[KeyAgreement.LENGTH];
        if (!key.agree(theirs, secret)) {
            throw HandshakeException.of(
                    SetupFailure.Reason.INVALID_DH,
                    "the peer's key is a low-order point and gives an all-zero secret; the peer's"
                            + " implementation is broken or hostile");
        }
        return secret;
    }

    /** The same with another static key; computes nothing if that is one of a known peer. */
    byte[] agreeWithStatic(PublicKey theirs) throws HandshakeException {
        var secret = secrets.find(theirs);
        return secret != null ? secret : agree(theirs.toByteArray());
    }

    /**
     * Remembers a peer that has proven itself and is expected again.
     *
     * @param secret what {@link #agreeWithStatic} answered
     */
    void remember(PublicKey theirs, byte[] secret) {
        secrets.keep(theirs, secret);
    }

    /** The public key only. */
    @Override
    public String toString() {
        return "KeyPair[" + publicKey + "]";
    }
}
