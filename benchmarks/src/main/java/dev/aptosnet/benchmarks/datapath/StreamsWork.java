package dev.aptosnet.benchmarks.datapath;

import dev.aptosnet.benchmarks.quic.Report;
import dev.aptosnet.ports.client.RpcRequest;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.settings.MessageLimits;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * I-17: as many short streams as there can be, several at once, each with its number at both ends
 * so that pieces that got mixed up are seen.
 */
final class StreamsWork {
    private static final int IN_FLIGHT = 16;

    private final Report<Side> report;
    private final Duration during;

    StreamsWork(Report<Side> report, Duration during) {
        this.report = report;
        this.during = during;
    }

    void run() throws Exception {
        var piece = MessageLimits.ONE_RECORD_PIECE_BYTES;
        run("short streams of 2 pieces, 66,505 B", piece, piece + 1000);
        run("short streams of 2 pieces, 2,000 B", 1024, 2000);
    }

    private void run(String title, int minPieceBytes, int bytes) throws Exception {
        var registry = new SimpleMeterRegistry();
        Metrics.addRegistry(registry);
        var wrong = new AtomicLong();
        try (var far =
                        Ends.builder()
                                .listen(Ends.LOOPBACK)
                                .serveInline(Ends.BULK, request -> check(request, bytes, wrong))
                                .start();
                var near = Ends.connected(Ends.builder(minPieceBytes).protocols(Ends.BULK), far)) {
            var places = new Ends.Places(IN_FLIGHT);
            long count = 0;
            long start = 0;
            var begun = System.nanoTime();
            var warm = begun + during.toNanos() / 3;
            var end = warm + during.toNanos();
            var counting = false;
            while (System.nanoTime() - end < 0) {
                if (!counting && System.nanoTime() - warm >= 0) {
                    counting = true;
                    start = count;
                    begun = System.nanoTime();
                }
                places.free.acquire();
                var message = ByteBuffer.allocate(bytes).putLong(0, count);
                message.putLong(bytes - Long.BYTES, count);
                near.client()
                        .sendToPeerRpc(
                                far.peerId(),
                                Ends.BULK,
                                Bytes.wrap(message.array()),
                                Ends.LONG,
                                places);
                count++;
            }
            places.free.acquire(IN_FLIGHT);
            var rate = (count - start) * 1e9 / (System.nanoTime() - begun);
            var mistakes =
                    registry.find("aptosnet_peer_mistakes_total").counters().stream()
                            .mapToDouble(io.micrometer.core.instrument.Counter::count)
                            .sum();
            report.row("streams", title, "/s")
                    .put(Side.OURS, rate)
                    .goal(">= 10000", rate >= 10_000);
            var errors = mistakes + wrong.get() + places.failures();
            report.row("streams", "  mixed up, refused or failed of " + count, "")
                    .put(Side.OURS, errors)
                    .goal("= 0", errors == 0);
        } finally {
            Metrics.removeRegistry(registry);
            registry.close();
        }
    }

    private static void check(RpcRequest<Bytes> request, int bytes, AtomicLong wrong) {
        var payload = request.payload();
        var whole = payload.size() == bytes;
        if (!whole
                || !payload.slice(0, Long.BYTES).equals(payload.slice(bytes - Long.BYTES, bytes))) {
            wrong.incrementAndGet();
        }
        request.respond(Bytes.EMPTY);
    }
}
