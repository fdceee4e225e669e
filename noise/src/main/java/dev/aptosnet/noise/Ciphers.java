package dev.aptosnet.noise;

import dev.aptosnet.ports.model.CipherSuite;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;

import javax.crypto.Cipher;

/**
 * The JCE ciphers that sessions of one owner use in turn: they are initialised for every record
 * anyway, and one pair of them occupies about 2.5 KiB. A cipher that changes its key between two
 * records expands it again, which takes less than a microsecond. Single owner; not thread-safe.
 */
public final class Ciphers {
    private final @Nullable Cipher[] made = new Cipher[2 * CipherSuite.values().length];

    /** Scratch; its first four bytes stay zero. */
    final byte[] nonce = new byte[12];

    /** In the midst of a message, by the same index. */
    private final @Nullable Aead[] users = new Aead[made.length];

    /** None yet; they are made when they are needed. */
    public Ciphers() {}

    /** The cipher for a new message of {@code user}, and for nobody else until the next one. */
    Cipher take(Aead user, CipherSuite suite, int mode) {
        var index = index(suite, mode);
        var cipher = made[index];
        if (cipher == null) {
            try {
                cipher =
                        Cipher.getInstance(
                                suite == CipherSuite.AESGCM
                                        ? "AES/GCM/NoPadding"
                                        : "ChaCha20-Poly1305");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("the JDK lacks a cipher", e);
            }
            made[index] = cipher;
        }
        users[index] = user;
        return cipher;
    }

    /**
     * The cipher that was taken for the message.
     *
     * @throws IllegalStateException if another message has begun since
     */
    Cipher of(Aead user, CipherSuite suite, int mode) {
        var index = index(suite, mode);
        var cipher = made[index];
        if (cipher == null || users[index] != user) {
            throw new IllegalStateException("two messages under way with the same ciphers");
        }
        return cipher;
    }

    private static int index(CipherSuite suite, int mode) {
        return 2 * suite.ordinal() + (mode == Cipher.ENCRYPT_MODE ? 0 : 1);
    }
}
