package dev.aptosnet.node.interop;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;

import javax.crypto.KeyAgreement;

/** An X25519 key pair as raw bytes (wire.md section 15, last paragraph). */
final class WireKeys {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] scalar;
    private final byte[] publicKey;

    private final boolean smallOrder;

    private WireKeys() {
        scalar = new byte[32];
        publicKey = new byte[32];
        smallOrder = true;
    }

    private WireKeys(byte[] scalar) throws GeneralSecurityException {
        this.scalar = scalar.clone();
        this.smallOrder = false;
        byte[] basePoint = new byte[32];
        basePoint[0] = 9;
        this.publicKey = agree(basePoint);
    }

    /** The pair of a 32-byte scalar, clamped or not. */
    static WireKeys of(byte[] scalar) {
        try {
            return new WireKeys(scalar);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a scalar", e);
        }
    }

    /** A fresh pair. */
    static WireKeys generate() {
        byte[] scalar = new byte[32];
        RANDOM.nextBytes(scalar);
        return of(scalar);
    }

    /**
     * An attacker's pair: the point zero, with which every agreement yields zero on a side that
     * does not refuse it.
     */
    static WireKeys zero() {
        return new WireKeys();
    }

    byte[] publicKey() {
        return publicKey.clone();
    }

    /**
     * X25519 of this scalar and {@code theirs}.
     *
     * @throws GeneralSecurityException for a point of small order, whose result would be all zero
     */
    byte[] agree(byte[] theirs) throws GeneralSecurityException {
        if (smallOrder) {
            return new byte[32];
        }
        byte[] bigEndian = new byte[32];
        for (int i = 0; i < 32; i++) {
            bigEndian[31 - i] = theirs[i];
        }
        bigEndian[0] &= 0x7f;
        KeyFactory factory = KeyFactory.getInstance("X25519");
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(
                factory.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar)));
        agreement.doPhase(
                factory.generatePublic(
                        new XECPublicKeySpec(
                                NamedParameterSpec.X25519, new BigInteger(1, bigEndian))),
                true);
        return agreement.generateSecret();
    }
}
