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
import java.util.Random;
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
    private final byte[] privateKey = new byte[KeyAgreement.LENGTH];
    private final byte[] publicKey = new byte[KeyAgreement.LENGTH];
    private final byte[] out = new byte[KeyAgreement.LENGTH];
    private final KeyPairGenerator jdkKeys;
    private final javax.crypto.KeyAgreement jdk;
    private final KeyPair jdkOwn;
    private final KeyPair jdkTheirs;

    /** Makes the keys. */
    public KeyAgreementBenchmark() {
        var random = new Random(25_519);
        random.nextBytes(privateKey);
        var theirs = new byte[KeyAgreement.LENGTH];
        random.nextBytes(theirs);
        ours.publicKey(theirs, publicKey);
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
        return ours.agree(privateKey, publicKey, out);
    }

    /** A shared secret with Bouncy Castle. */
    @Benchmark
    public boolean bouncyCastleAgree() {
        return KeyAgreement.BouncyCastle.INSTANCE.agree(privateKey, publicKey, out);
    }

    /** A public key with the implementation in use. */
    @Benchmark
    public byte[] publicKey() {
        ours.publicKey(privateKey, out);
        return out;
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
