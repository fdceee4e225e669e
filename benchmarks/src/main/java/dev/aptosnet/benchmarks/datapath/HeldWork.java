package dev.aptosnet.benchmarks.datapath;

import dev.aptosnet.benchmarks.quic.Report;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MessageClass;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import java.util.EnumSet;
import java.util.List;

/** I-01: what is kept for a peer that reads nothing, with messages of all classes and sizes. */
final class HeldWork {
    private static final long BOUND = 128L << 20;
    private static final int[] SIZES = {64 << 20, 8 << 20, 1 << 20, 100_000, 1000};

    private HeldWork() {}

    static void run(Report<Side> report) throws Exception {
        var registry = new SimpleMeterRegistry();
        Metrics.addRegistry(registry);
        try (var near = Ends.builder().listen(Ends.LOOPBACK).protocols(Ends.TAKE).start();
                var far =
                        new PlainPeer(
                                near.listenAddress(),
                                ProtocolSet.of(
                                        List.of(Ends.TAKE), EnumSet.allOf(Capability.class)))) {
            near.awaitPeer(far.id(), Ends.LONG);
            long taken = 0;
            var refused = EnumSet.noneOf(MessageClass.class);
            for (var size : SIZES) {
                var message = Bytes.wrap(new byte[size]);
                for (var each : List.of(MessageClass.values()).reversed()) {
                    while (near.client().sendToPeer(far.id(), Ends.TAKE, message, each)
                            == SendResult.QUEUED) {
                        taken += size;
                    }
                    refused.add(each);
                }
            }
            if (refused.size() < MessageClass.COUNT) {
                throw new IllegalStateException("refused only in " + refused);
            }
            // What has left lies in the system's buffers, which the other end's fill up.
            var left =
                    registry
                            .find("aptos_network_direct_send_bytes")
                            .tag("state", "sent")
                            .counters()
                            .stream()
                            .mapToDouble(Counter::count)
                            .sum();
            report.row("held", "held for a peer that does not read", "MiB")
                    .put(Side.OURS, (taken - left) / (1 << 20))
                    .goal("<= 128", taken - left <= BOUND);
        } finally {
            Metrics.removeRegistry(registry);
            registry.close();
        }
    }
}
