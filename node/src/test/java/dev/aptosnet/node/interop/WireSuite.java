package dev.aptosnet.node.interop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The two Noise suites (wire.md section 4.1). */
enum WireSuite {
    AESGCM("Noise_IK_25519_AESGCM_SHA256", "AES/GCM/NoPadding", "AES", ByteOrder.BIG_ENDIAN),
    CHACHAPOLY(
            "Noise_IK_25519_ChaChaPoly_SHA256",
            "ChaCha20-Poly1305",
            "ChaCha20",
            ByteOrder.LITTLE_ENDIAN);

    private final String protocolName;
    private final String transformation;
    private final String keyAlgorithm;
    private final ByteOrder counterOrder;

    WireSuite(
            String protocolName,
            String transformation,
            String keyAlgorithm,
            ByteOrder counterOrder) {
        this.protocolName = protocolName;
        this.transformation = transformation;
        this.keyAlgorithm = keyAlgorithm;
        this.counterOrder = counterOrder;
    }

    /** The 32 bytes that h and ck start from: the name, padded with zero bytes. */
    byte[] initialHash() {
        return Arrays.copyOf(protocolName.getBytes(StandardCharsets.US_ASCII), 32);
    }

    /** Ciphertext and its 16-byte tag under the nonce of {@code counter}. */
    byte[] seal(byte[] key, long counter, byte[] ad, byte[] plaintext)
            throws GeneralSecurityException {
        return run(Cipher.ENCRYPT_MODE, key, counter, ad, plaintext);
    }

    /**
     * The plaintext of {@code ciphertext}.
     *
     * @throws GeneralSecurityException if it does not authenticate
     */
    byte[] open(byte[] key, long counter, byte[] ad, byte[] ciphertext)
            throws GeneralSecurityException {
        return run(Cipher.DECRYPT_MODE, key, counter, ad, ciphertext);
    }

    private byte[] run(int mode, byte[] key, long counter, byte[] ad, byte[] input)
            throws GeneralSecurityException {
        byte[] nonce =
                ByteBuffer.allocate(12).order(counterOrder).putInt(0).putLong(counter).array();
        AlgorithmParameterSpec parameters =
                this == AESGCM ? new GCMParameterSpec(128, nonce) : new IvParameterSpec(nonce);
        Cipher cipher = Cipher.getInstance(transformation);
        cipher.init(mode, new SecretKeySpec(key, keyAlgorithm), parameters);
        cipher.updateAAD(ad);
        return cipher.doFinal(input);
    }
}
