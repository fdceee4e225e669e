package dev.aptosnet.benchmarks.datapath;

import com.sun.management.ThreadMXBean;

import dev.aptosnet.benchmarks.quic.Report;
import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.domain.wire.FrameView;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.noise.RecordException;
import dev.aptosnet.noise.RecordOpener;
import dev.aptosnet.noise.RecordSealer;
import dev.aptosnet.ports.client.InboundMessage;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.MessageLimits;

import org.jspecify.annotations.Nullable;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;

/** I-05: what decoding allocates on the loop that receives, and how long it takes. */
final class DecodeWork {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int LARGE = 1 << 20;
    private static final int SMALL = 200;
    private static final int RECORDS = 17;
    private static final int WARM_UP = 600;
    private static final int MESSAGES = 200;
    private static final int ROUNDS = 15;
    private static final long ROUND_NANOS = 40_000_000;
    private static final int PROTOCOL = 13;

    private final Report<Side> report;

    /** Keeps the compilers from leaving out what nobody reads. */
    @SuppressWarnings("unused")
    private static volatile @Nullable Object kept;

    DecodeWork(Report<Side> report) {
        this.report = report;
    }

    void run() throws Exception {
        allocated("1 MiB direct send in one frame: allocated beyond it", 2 * LARGE);
        allocated(
                "1 MiB direct send in pieces: allocated beyond it",
                MessageLimits.ONE_RECORD_PIECE_BYTES);
        report.row("decode", "  of either the JDK's cipher, for " + RECORDS + " records", "KiB")
                .put(Side.OURS, cipher() / 1024);
        var large = speed("decode of a 1 MiB frame", LARGE);
        large.goal(">= 3 x", large.ratio() >= 3);
        var small = speed("decode of a 200 B frame", SMALL);
        small.goal(">= 0.95 x", small.ratio() >= 0.95);
    }

    /** What opening the records of one message allocates, whatever is done with the plaintext. */
    private static double cipher() throws RecordException {
        var key = Bytes.wrap(new byte[32]);
        var sealer = RecordSealer.startingAt(CipherSuite.AESGCM, key, 0);
        var opener = RecordOpener.startingAt(CipherSuite.AESGCM, key, 0);
        var record = new byte[RecordSealer.MAX_RECORD];
        var plain = new byte[RecordOpener.MAX_RECORD];
        long opening = 0;
        for (var i = -WARM_UP * RECORDS; i < MESSAGES * RECORDS; i++) {
            sealer.begin(record, 0);
            sealer.add(plain, 0, LARGE / RECORDS);
            var size = sealer.finish();
            var before = THREADS.getCurrentThreadAllocatedBytes();
            opener.open(record, 2, size - 2, plain, 0);
            opening += i < 0 ? 0 : THREADS.getCurrentThreadAllocatedBytes() - before;
        }
        return (double) opening / MESSAGES;
    }

    /**
     * The baseline's handler takes a copy of the payload, as a decoder that copies would. What the
     * JDK's cipher allocates is part of both figures, and no part of what shall be reached.
     */
    private void allocated(String title, int minPieceBytes) throws Exception {
        var row = report.row("decode", title, "KiB");
        for (var side : Side.values()) {
            row.put(side, allocated(minPieceBytes, side == Side.BASELINE) / 1024);
        }
        row.goal("<= 4 KiB + cipher", row.of(Side.OURS) <= 4 + cipher() / 1024);
    }

    private static double allocated(int minPieceBytes, boolean copying) throws Exception {
        var arrived = new Semaphore(0);
        var before = loops();
        var far =
                Ends.builder()
                        .listen(Ends.LOOPBACK)
                        .receiveInline(Ends.TAKE, message -> take(message, copying, arrived))
                        .start();
        try (far) {
            var receiving = new HashSet<>(loops());
            receiving.removeAll(before);
            var near = Ends.connected(Ends.builder(minPieceBytes).protocols(Ends.TAKE), far);
            try (near) {
                var message = Bytes.wrap(new byte[LARGE]);
                long start = 0;
                for (var i = -WARM_UP; i < MESSAGES; i++) {
                    if (i == 0) {
                        start = allocatedBy(receiving);
                    }
                    near.client().sendToPeer(far.peerId(), Ends.TAKE, message);
                    arrived.acquire();
                }
                return (double) (allocatedBy(receiving) - start) / MESSAGES - LARGE;
            }
        }
    }

    private static void take(InboundMessage<Bytes> message, boolean copying, Semaphore arrived) {
        kept = copying ? message.message().toByteArray() : message.message();
        arrived.release();
    }

    private static Set<Long> loops() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("aptosnet-tcp"))
                .map(Thread::threadId)
                .collect(Collectors.toSet());
    }

    private static long allocatedBy(Set<Long> threads) {
        return threads.stream().mapToLong(THREADS::getThreadAllocatedBytes).sum();
    }

    /** The same decoder, which in the baseline hands out a copy of the payload; turn by turn. */
    private Report<Side>.Row speed(String title, int size) {
        var scratch = new byte[FrameHead.SCRATCH_BYTES];
        var head = FrameHead.directSend(scratch, PROTOCOL, 0, size);
        var body = Arrays.copyOf(scratch, head + size);
        var view = new FrameView(ProtocolSet.of(ProtocolId.of(PROTOCOL)), Set.of());
        var copies = new double[ROUNDS];
        var views = new double[ROUNDS];
        for (var round = -ROUNDS; round < ROUNDS; round++) {
            var at = Math.max(0, round);
            copies[at] = perSecond(view, body, true);
            views[at] = perSecond(view, body, false);
        }
        return report.row("decode", title, "k/s")
                .put(Side.BASELINE, Ends.median(copies) / 1e3)
                .put(Side.OURS, Ends.median(views) / 1e3);
    }

    private static double perSecond(FrameView view, byte[] body, boolean copying) {
        var begun = System.nanoTime();
        long count = 0;
        long now;
        do {
            for (var i = 0; i < 100; i++) {
                var error = view.read(body, 0, body.length, Bytes.EMPTY);
                if (error != null) {
                    throw new IllegalStateException(error.toString());
                }
                var payload = view.payload();
                kept = copying ? Bytes.wrap(payload.toByteArray()) : payload;
            }
            count += 100;
            now = System.nanoTime();
        } while (now - begun < ROUND_NANOS);
        return count * 1e9 / (now - begun);
    }
}
