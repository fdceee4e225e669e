package dev.aptosnet.benchmarks.wire;

import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.domain.wire.FrameView;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.domain.wire.WireError;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;
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

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Writing the head of a frame and reading a whole frame body, beside a reader that copies the
 * payload as the baseline. Run with {@code -prof gc} for the bytes allocated.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FrameCodecBenchmark {
    /** Payload bytes of a frame. */
    @Param({"256", "65536", "1048576"})
    public int size;

    private final byte[] scratch = new byte[FrameHead.SCRATCH_BYTES];
    private final FrameView view = new FrameView(ProtocolSet.of(ProtocolId.of(13)), Set.of());
    private byte[] frame = {};

    /** Set up by the harness. */
    public FrameCodecBenchmark() {}

    /** Makes the frame that is read. */
    @Setup(Level.Trial)
    public void prepare() {
        var head = FrameHead.directSend(scratch, 13, 0, size);
        frame = Arrays.copyOf(scratch, head + size);
    }

    /** Writes a head. */
    @Benchmark
    public int writeHead() {
        return FrameHead.directSend(scratch, 13, 0, size);
    }

    /** Reads a frame; the payload is a view. */
    @Benchmark
    public Bytes read() {
        return read(frame);
    }

    /** Reads a frame and copies its payload. */
    @Benchmark
    public Bytes readAndCopy() {
        return Bytes.wrap(read(frame).toByteArray());
    }

    private Bytes read(byte[] body) {
        @Nullable WireError error = view.read(body, 0, body.length, Bytes.EMPTY);
        if (error != null) {
            throw new IllegalStateException(error.toString());
        }
        return view.payload();
    }
}
