package dev.aptosnet.benchmarks.noise;

import dev.aptosnet.ports.model.CipherSuite;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What our records are measured against: nothing but the JDK's cipher on {@code byte[]}, with one
 * key and a fresh nonce for each operation.
 */
final class BareCipher {
    private final boolean gcm;
    private final int mode;
    private final SecretKeySpec key;
    private final Cipher cipher;
    private final byte[] nonce = new byte[12];
    private final ByteBuffer counter;

    BareCipher(CipherSuite suite, byte[] key, int mode) throws GeneralSecurityException {
        this.gcm = suite == CipherSuite.AESGCM;
        this.mode = mode;
        this.key = new SecretKeySpec(key, gcm ? "AES" : "ChaCha20");
        this.cipher = Cipher.getInstance(gcm ? "AES/GCM/NoPadding" : "ChaCha20-Poly1305");
        this.counter =
                ByteBuffer.wrap(nonce).order(gcm ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    int process(long n, byte[] in, int offset, int length, byte[] out, int outOffset)
            throws GeneralSecurityException {
        counter.putLong(4, n);
        AlgorithmParameterSpec spec =
                gcm ? new GCMParameterSpec(128, nonce) : new IvParameterSpec(nonce);
        cipher.init(mode, key, spec);
        return cipher.doFinal(in, offset, length, out, outOffset);
    }
}
