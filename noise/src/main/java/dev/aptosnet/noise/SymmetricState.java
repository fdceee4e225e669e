package dev.aptosnet.noise;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The running hash and keys of a handshake (wire.md section 4.2). Every encryption has counter 0,
 * because a mixKey precedes each one.
 */
final class SymmetricState {
    private final CipherSuite suite;
    private final NoiseIk.Trace trace;
    private final MessageDigest sha256;
    private final Mac hmac;
    private @Nullable Aead sealing;
    private @Nullable Aead opening;
    private byte[] h;
    private byte[] ck;
    private byte @Nullable [] k;

    SymmetricState(CipherSuite suite, NoiseIk.Trace trace) {
        this.suite = suite;
        this.trace = trace;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
            hmac = Mac.getInstance("HmacSHA256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK lacks SHA-256", e);
        }
        // A name of at most 32 bytes is padded with zeros, not hashed.
        h = Arrays.copyOf(suite.protocolName().getBytes(US_ASCII), 32);
        ck = h;
        step("initialize");
    }

    void mixHash(byte[] data) {
        mixHash(data, 0, data.length);
    }

    void mixHash(byte[] data, int offset, int length) {
        sha256.update(h);
        sha256.update(data, offset, length);
        h = sha256.digest();
    }

    void mixKey(byte[] input) {
        var both = hkdf(input);
        ck = Arrays.copyOf(both, 32);
        k = Arrays.copyOfRange(both, 32, 64);
    }

    /** Writes ciphertext and tag to {@code out}, {@code length + 16} bytes. */
    void encryptAndHash(byte[] plaintext, byte[] out, int outOffset) {
        var last = sealing;
        var aead = last == null ? Aead.forSealing(suite, key()) : last.rekeyed(key());
        sealing = aead;
        aead.init(0);
        aead.associated(h);
        var written = aead.finish(plaintext, 0, plaintext.length, out, outOffset);
        mixHash(out, outOffset, written);
    }

    /**
     * @param length of ciphertext and tag, at least 16
     * @throws HandshakeException NOISE_DECRYPT
     */
    byte[] decryptAndHash(byte[] in, int offset, int length) throws HandshakeException {
        var plaintext = new byte[length - Aead.TAG];
        var last = opening;
        var aead = last == null ? Aead.forOpening(suite, key()) : last.rekeyed(key());
        opening = aead;
        aead.init(0);
        aead.associated(h);
        if (!aead.open(in, offset, length, plaintext, 0)) {
            throw HandshakeException.of(
                    SetupFailure.Reason.NOISE_DECRYPT,
                    "a Noise message does not decrypt with "
                            + suite.configName()
                            + ": the peer uses another key or suite (noise_suites), or the bytes"
                            + " were altered on the way");
        }
        mixHash(in, offset, length);
        return plaintext;
    }

    /** The final hash and the two keys (wire.md section 4.6). */
    SessionKeys split() {
        var both = hkdf(new byte[0]);
        return new SessionKeys(
                suite,
                Bytes.of(h),
                Bytes.wrap(Arrays.copyOf(both, 32)),
                Bytes.wrap(Arrays.copyOfRange(both, 32, 64)));
    }

    /** Reports where the state stands, if anybody listens. */
    void step(String name) {
        if (!trace.equals(NoiseIk.Trace.NONE)) {
            trace.step(name, Bytes.of(h), Bytes.of(ck), k == null ? Bytes.EMPTY : Bytes.of(k));
        }
    }

    private byte[] key() {
        if (k == null) {
            throw new IllegalStateException("no key was mixed yet");
        }
        return k;
    }

    /** HKDF-SHA256 (RFC 5869) with salt ck, empty info and 64 bytes of output. */
    private byte[] hkdf(byte[] input) {
        var out = new byte[64];
        try {
            hmac.init(new SecretKeySpec(ck, "HmacSHA256"));
            var extracted = hmac.doFinal(input);
            hmac.init(new SecretKeySpec(extracted, "HmacSHA256"));
            hmac.update((byte) 1);
            hmac.doFinal(out, 0);
            hmac.update(out, 0, 32);
            hmac.update((byte) 2);
            hmac.doFinal(out, 32);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK refuses an HMAC key of 32 bytes", e);
        }
        return out;
    }
}
