package dev.aptosnet.benchmarks.noise;

import dev.aptosnet.noise.RecordException;
import dev.aptosnet.ports.model.CipherSuite;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;

/** Sealing and opening of one record, against the bare cipher. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RecordBenchmark {
    /** The cipher suite. */
    @Param public CipherSuite suite = CipherSuite.AESGCM;

    /** Plaintext bytes of a record. */
    @Param({"256", "4096", "65519"})
    public int size;

    private RecordLoad load = unset();

    /** Set up by the harness. */
    public RecordBenchmark() {}

    private static RecordLoad unset() {
        try {
            return new RecordLoad(CipherSuite.AESGCM, 256);
        } catch (GeneralSecurityException | RecordException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes keys and records. */
    @Setup(Level.Trial)
    public void prepare() throws GeneralSecurityException, RecordException {
        load = new RecordLoad(suite, size);
    }

    /** The JDK's cipher alone, encrypting. */
    @Benchmark
    public int bareSeal() throws GeneralSecurityException {
        return load.bareSeal();
    }

    /** A record from one array. */
    @Benchmark
    public int seal() throws RecordException {
        return load.seal();
    }

    /** A record from a header and a slice. */
    @Benchmark
    public int sealHeaderAndSlice() throws RecordException {
        return load.sealHeaderAndSlice();
    }

    /** The JDK's cipher alone, decrypting. */
    @Benchmark
    public int bareOpen() throws GeneralSecurityException {
        return load.bareOpen();
    }

    /** A record. */
    @Benchmark
    public int open() throws RecordException {
        return load.open();
    }
}
