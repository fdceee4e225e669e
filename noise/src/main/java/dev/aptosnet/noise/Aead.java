package dev.aptosnet.noise;

import dev.aptosnet.ports.model.CipherSuite;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
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
 *
 * <p>The cipher keeps the key that it has expanded, and occupies more than 1 KiB. So it is kept
 * weakly: a key that is used has one, and one that is not costs nothing after the next collection.
 */
final class Aead {
    /** Length of the tag in bytes. */
    static final int TAG = 16;

    private static final VarHandle LONG_BE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final WeakReference<Cipher> NONE = new WeakReference<>(null);

    private final boolean gcm;
    private final int mode;
    private final SecretKeySpec key;
    private WeakReference<Cipher> made;

    /** The cipher of the message under way. */
    private @Nullable Cipher begun;

    private Aead(boolean gcm, byte[] key, int mode, WeakReference<Cipher> made) {
        this.gcm = gcm;
        this.mode = mode;
        this.key = new SecretKeySpec(key, gcm ? "AES" : "ChaCha20");
        this.made = made;
    }

    static Aead forSealing(CipherSuite suite, byte[] key) {
        return new Aead(suite == CipherSuite.AESGCM, key, Cipher.ENCRYPT_MODE, NONE);
    }

    static Aead forOpening(CipherSuite suite, byte[] key) {
        return new Aead(suite == CipherSuite.AESGCM, key, Cipher.DECRYPT_MODE, NONE);
    }

    /** The same with another key, in the place of this one. */
    Aead rekeyed(byte[] otherKey) {
        return new Aead(gcm, otherKey, mode, made);
    }

    /** Begins the message with this counter (wire.md section 4.1, last row). */
    void init(long counter) {
        var nonce = new byte[12];
        (gcm ? LONG_BE : LONG_LE).set(nonce, 4, counter);
        AlgorithmParameterSpec spec =
                gcm ? new GCMParameterSpec(TAG * 8, nonce) : new IvParameterSpec(nonce);
        try {
            var cipher = made.get();
            if (cipher == null) {
                cipher = Cipher.getInstance(gcm ? "AES/GCM/NoPadding" : "ChaCha20-Poly1305");
                made = new WeakReference<>(cipher);
            }
            cipher.init(mode, key, spec);
            begun = cipher;
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
        } finally {
            begun = null;
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
        } finally {
            begun = null;
        }
    }

    private Cipher cipher() {
        var cipher = begun;
        if (cipher == null) {
            throw new IllegalStateException("no message was begun");
        }
        return cipher;
    }

    /** Not a matter of what a peer sent: our own call was wrong, or the JDK lacks the cipher. */
    private static IllegalStateException unusable(GeneralSecurityException e) {
        return new IllegalStateException("the JDK's cipher cannot be used as it was", e);
    }
}
