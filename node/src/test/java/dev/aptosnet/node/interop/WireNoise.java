package dev.aptosnet.node.interop;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One side of one Noise IK handshake (wire.md sections 4.2 to 4.6). The client calls {@link
 * #writeMessage1} and {@link #readMessage2}, the server {@link #readMessage1} and {@link
 * #writeMessage2}; both then have the keys.
 */
final class WireNoise {
    /** Bytes of Noise message 1 with its 8-byte payload, without the prologue. */
    static final int MESSAGE_1 = 104;

    /** Bytes of Noise message 2. */
    static final int MESSAGE_2 = 48;

    private static final byte[] NOTHING = {};

    private final WireSuite suite;
    private final WireKeys statics;
    private final WireKeys ephemeral;
    private byte[] hash;
    private byte[] chainingKey;
    private byte[] key = NOTHING;
    private byte @Nullable [] remoteStatic;
    private byte @Nullable [] remoteEphemeral;

    private WireNoise(
            WireSuite suite,
            byte[] prologue,
            byte[] serverStatic,
            WireKeys statics,
            WireKeys ephemeral)
            throws GeneralSecurityException {
        this.suite = suite;
        this.statics = statics;
        this.ephemeral = ephemeral;
        this.hash = suite.initialHash();
        this.chainingKey = suite.initialHash();
        mixHash(prologue);
        mixHash(serverStatic);
    }

    static WireNoise client(
            WireSuite suite,
            byte[] prologue,
            byte[] serverStatic,
            WireKeys statics,
            WireKeys ephemeral)
            throws GeneralSecurityException {
        var noise = new WireNoise(suite, prologue, serverStatic, statics, ephemeral);
        noise.remoteStatic = serverStatic.clone();
        return noise;
    }

    static WireNoise server(WireSuite suite, byte[] prologue, WireKeys statics, WireKeys ephemeral)
            throws GeneralSecurityException {
        return new WireNoise(suite, prologue, statics.publicKey(), statics, ephemeral);
    }

    /** Pattern e, es, s, ss; 96 bytes and the payload. */
    byte[] writeMessage1(byte[] payload) throws GeneralSecurityException {
        byte[] e = ephemeral.publicKey();
        mixHash(e);
        mixKey(ephemeral.agree(remoteStatic()));
        byte[] encryptedStatic = encryptAndHash(statics.publicKey());
        mixKey(statics.agree(remoteStatic()));
        return concat(e, encryptedStatic, encryptAndHash(payload));
    }

    /** The payload of message 1; afterwards {@link #remoteStatic} is the client's key. */
    byte[] readMessage1(byte[] message) throws GeneralSecurityException {
        byte[] e = Arrays.copyOfRange(message, 0, 32);
        remoteEphemeral = e;
        mixHash(e);
        mixKey(statics.agree(e));
        remoteStatic = decryptAndHash(Arrays.copyOfRange(message, 32, 80));
        mixKey(statics.agree(remoteStatic()));
        return decryptAndHash(Arrays.copyOfRange(message, 80, message.length));
    }

    /** Pattern e, ee, se with an empty payload; 48 bytes. */
    byte[] writeMessage2() throws GeneralSecurityException {
        byte[] theirs = remoteEphemeral;
        if (theirs == null) {
            throw new IllegalStateException("message 1 has not been read");
        }
        byte[] e = ephemeral.publicKey();
        mixHash(e);
        mixKey(ephemeral.agree(theirs));
        mixKey(ephemeral.agree(remoteStatic()));
        return concat(e, encryptAndHash(NOTHING));
    }

    void readMessage2(byte[] message) throws GeneralSecurityException {
        byte[] e = Arrays.copyOfRange(message, 0, 32);
        mixHash(e);
        mixKey(ephemeral.agree(e));
        mixKey(statics.agree(e));
        decryptAndHash(Arrays.copyOfRange(message, 32, message.length));
    }

    byte[] remoteStatic() {
        byte[] known = remoteStatic;
        if (known == null) {
            throw new IllegalStateException("message 1 has not been read");
        }
        return known.clone();
    }

    byte[] handshakeHash() {
        return hash.clone();
    }

    byte[] clientToServerKey() throws GeneralSecurityException {
        return Arrays.copyOfRange(hkdf(chainingKey, NOTHING), 0, 32);
    }

    byte[] serverToClientKey() throws GeneralSecurityException {
        return Arrays.copyOfRange(hkdf(chainingKey, NOTHING), 32, 64);
    }

    private void mixHash(byte[] data) throws GeneralSecurityException {
        hash = MessageDigest.getInstance("SHA-256").digest(concat(hash, data));
    }

    private void mixKey(byte[] shared) throws GeneralSecurityException {
        byte[] both = hkdf(chainingKey, shared);
        chainingKey = Arrays.copyOfRange(both, 0, 32);
        key = Arrays.copyOfRange(both, 32, 64);
    }

    private byte[] encryptAndHash(byte[] plaintext) throws GeneralSecurityException {
        byte[] ciphertext = suite.seal(key, 0, hash, plaintext);
        mixHash(ciphertext);
        return ciphertext;
    }

    private byte[] decryptAndHash(byte[] ciphertext) throws GeneralSecurityException {
        byte[] plaintext = suite.open(key, 0, hash, ciphertext);
        mixHash(ciphertext);
        return plaintext;
    }

    private static byte[] hkdf(byte[] salt, byte[] input) throws GeneralSecurityException {
        byte[] extracted = hmac(salt, input);
        byte[] first = hmac(extracted, new byte[] {1});
        return concat(first, hmac(extracted, concat(first, new byte[] {2})));
    }

    private static byte[] hmac(byte[] key, byte[] data) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(data);
    }

    static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] out = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, out, at, part.length);
            at += part.length;
        }
        return out;
    }
}
