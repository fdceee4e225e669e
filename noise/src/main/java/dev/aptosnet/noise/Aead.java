package dev.aptosnet.noise;

import dev.aptosnet.ports.model.CipherSuite;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;

import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One key of one suite, and a JCE cipher that is initialised again for every counter. Single owner.
 * On {@code byte[]}, because the JDK's AES-GCM runs at a third of the speed on direct buffers.
 */
final class Aead {
    /** Length of the tag in bytes. */
    static final int TAG = 16;

    private static final VarHandle LONG_BE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final CipherSuite suite;
    private final boolean gcm;
    private final int mode;
    private final SecretKeySpec key;
    private Ciphers ciphers;

    private Aead(CipherSuite suite, byte[] key, int mode, Ciphers ciphers) {
        this.suite = suite;
        this.gcm = suite == CipherSuite.AESGCM;
        this.mode = mode;
        this.key = new SecretKeySpec(key, gcm ? "AES" : "ChaCha20");
        this.ciphers = ciphers;
    }

    static Aead forSealing(CipherSuite suite, byte[] key, Ciphers ciphers) {
        return new Aead(suite, key, Cipher.ENCRYPT_MODE, ciphers);
    }

    static Aead forOpening(CipherSuite suite, byte[] key, Ciphers ciphers) {
        return new Aead(suite, key, Cipher.DECRYPT_MODE, ciphers);
    }

    /** Uses others from the next message on. */
    void use(Ciphers others) {
        ciphers = others;
    }

    /** Begins the message with this counter (wire.md section 4.1, last row). */
    void init(long counter) {
        var nonce = ciphers.nonce;
        (gcm ? LONG_BE : LONG_LE).set(nonce, 4, counter);
        AlgorithmParameterSpec spec =
                gcm ? new GCMParameterSpec(TAG * 8, nonce) : new IvParameterSpec(nonce);
        try {
            ciphers.take(this, suite, mode).init(mode, key, spec);
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    /** Authenticates bytes that are not encrypted; before any {@link #update}. */
    void associated(byte[] data) {
        cipher().updateAAD(data);
    }

    /** A part of the message; answers how many bytes were written, which may lag behind. */
    int update(byte[] in, int inOffset, int length, byte[] out, int outOffset) {
        try {
            return cipher().update(in, inOffset, length, out, outOffset);
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    /** The last part, and the tag. */
    int finish(byte[] in, int inOffset, int length, byte[] out, int outOffset) {
        try {
            return cipher().doFinal(in, inOffset, length, out, outOffset);
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    /** Opens a whole message; false if its tag does not match. */
    boolean open(byte[] in, int inOffset, int length, byte[] out, int outOffset) {
        try {
            cipher().doFinal(in, inOffset, length, out, outOffset);
            return true;
        } catch (AEADBadTagException _) {
            return false;
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    private Cipher cipher() {
        return ciphers.of(this, suite, mode);
    }

    /** Not a matter of what a peer sent: our own call was wrong, or the JDK lacks the cipher. */
    private static IllegalStateException unusable(GeneralSecurityException e) {
        return new IllegalStateException("the JDK's cipher cannot be used as it was", e);
    }
}
