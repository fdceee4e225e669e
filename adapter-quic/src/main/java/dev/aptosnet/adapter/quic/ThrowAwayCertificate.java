package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.Bytes;

import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;

/**
 * What TLS shows of a listener: a self-signed certificate of P-256, made when the listener starts
 * and never stored. It says nothing about who we are; Noise does, over its {@link #hash}.
 */
final class ThrowAwayCertificate {
    /** Of the only entry in {@link #keyStore}. */
    static final String ALIAS = "listener";

    private static final char[] NO_SECRET = "in memory alone".toCharArray();

    /** Whom every such certificate is for. */
    static final String HOST = "aptosnet";

    private static final X500Name NAME = new X500Name("CN=" + HOST);

    private final KeyStore keyStore;
    private final Bytes hash;

    private ThrowAwayCertificate(KeyStore keyStore, Bytes hash) {
        this.keyStore = keyStore;
        this.hash = hash;
    }

    /** A fresh key and its certificate, valid for ten years, which nobody checks. */
    static ThrowAwayCertificate make(SecureRandom random) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            var keys = generator.generateKeyPair();
            var now = Instant.now();
            var certificate =
                    new JcaX509CertificateConverter()
                            .getCertificate(
                                    new JcaX509v3CertificateBuilder(
                                                    NAME,
                                                    new BigInteger(127, random),
                                                    Date.from(now.minus(1, ChronoUnit.DAYS)),
                                                    Date.from(now.plus(3650, ChronoUnit.DAYS)),
                                                    NAME,
                                                    keys.getPublic())
                                            .addExtension(
                                                    Extension.subjectAlternativeName,
                                                    false,
                                                    new GeneralNames(
                                                            new GeneralName(
                                                                    GeneralName.dNSName, HOST)))
                                            .build(
                                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                                            .build(keys.getPrivate())));
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(ALIAS, keys.getPrivate(), NO_SECRET, new Certificate[] {certificate});
            return new ThrowAwayCertificate(store, hash(certificate));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("no certificate for a QUIC listener", e);
        }
    }

    /** SHA-256 over the certificate as it goes over the wire; what Noise is bound to. */
    static Bytes hash(X509Certificate certificate) throws GeneralSecurityException {
        return Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    }

    /** Holds the private key and the certificate. */
    KeyStore keyStore() {
        return keyStore;
    }

    /** The password of the store and its entry; protects nothing. */
    static char[] password() {
        return NO_SECRET.clone();
    }

    /** See {@link #hash(X509Certificate)}. */
    Bytes hash() {
        return hash;
    }
}
