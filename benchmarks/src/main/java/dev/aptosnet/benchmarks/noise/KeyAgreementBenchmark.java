package dev.aptosnet.benchmarks.noise;

import dev.aptosnet.noise.KeyAgreement;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;

/** The X25519 we use against Bouncy Castle's and the JDK's own. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class KeyAgreementBenchmark {
    private final KeyAgreement ours = KeyAgreement.standard();
    private final SecureRandom random = new SecureRandom();
    private final KeyAgreement.Key key = ours.generate(random);
    private final KeyAgreement.Key bouncyCastle =
            KeyAgreement.BouncyCastle.INSTANCE.ofPrivateKey(key.privateKey());
    private final byte[] theirs = ours.generate(random).publicKey();
    private final byte[] out = new byte[KeyAgreement.LENGTH];
    private final KeyPairGenerator jdkKeys;
    private final javax.crypto.KeyAgreement jdk;
    private final KeyPair jdkOwn;
    private final KeyPair jdkTheirs;

    /** Makes the keys. */
    public KeyAgreementBenchmark() {
        try {
            jdkKeys = KeyPairGenerator.getInstance("X25519");
            jdk = javax.crypto.KeyAgreement.getInstance("X25519");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        jdkOwn = jdkKeys.generateKeyPair();
        jdkTheirs = jdkKeys.generateKeyPair();
    }

    /** A shared secret with the implementation in use. */
    @Benchmark
    public boolean agree() {
        return key.agree(theirs, out);
    }

    /** A shared secret with Bouncy Castle. */
    @Benchmark
    public boolean bouncyCastleAgree() {
        return bouncyCastle.agree(theirs, out);
    }

    /** A fresh key with the implementation in use. */
    @Benchmark
    public KeyAgreement.Key generate() {
        return ours.generate(random);
    }

    /** A fresh key with Bouncy Castle. */
    @Benchmark
    public KeyAgreement.Key bouncyCastleGenerate() {
        return KeyAgreement.BouncyCastle.INSTANCE.generate(random);
    }

    /** A shared secret with the JDK. */
    @Benchmark
    public byte[] jdkAgree() throws GeneralSecurityException {
        jdk.init(jdkOwn.getPrivate());
        jdk.doPhase(jdkTheirs.getPublic(), true);
        return jdk.generateSecret();
    }

    /** A key pair with the JDK. */
    @Benchmark
    public KeyPair jdkKeyPair() {
        return jdkKeys.generateKeyPair();
    }
}
