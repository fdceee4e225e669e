package dev.aptosnet.testkit;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PublicKey;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.random.RandomGenerator;

import javax.crypto.KeyAgreement;

/**
 * A node's identity for tests, with the id derived from its key.
 *
 * @param privateKey 32 bytes
 */
public record TestIdentity(Bytes privateKey, PublicKey key, PeerId peer) {
    private static final BigInteger BASE_POINT = BigInteger.valueOf(9);

    /** The next identity of a seeded generator. */
    public static TestIdentity next(RandomGenerator random) {
        var scalar = new byte[32];
        random.nextBytes(scalar);
        var key = publicKey(scalar);
        return new TestIdentity(Bytes.of(scalar), key, PeerId.derivedFrom(key));
    }

    /** By the JDK alone, so that it also checks the code under test. */
    private static PublicKey publicKey(byte[] scalar) {
        try {
            var keys = KeyFactory.getInstance("X25519");
            var agreement = KeyAgreement.getInstance("X25519");
            agreement.init(
                    keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar)));
            agreement.doPhase(
                    keys.generatePublic(
                            new XECPublicKeySpec(NamedParameterSpec.X25519, BASE_POINT)),
                    true);
            return PublicKey.of(agreement.generateSecret());
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has X25519", e);
        }
    }
}
