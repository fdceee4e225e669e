package dev.aptosnet.benchmarks.datapath;

import dev.aptosnet.benchmarks.quic.PacketLink;
import dev.aptosnet.benchmarks.quic.Report;
import dev.aptosnet.benchmarks.quic.Samples;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.testkit.relay.LineSettings;

import java.time.Duration;

/** I-17: how long a large call that was given up goes on to be sent. */
final class ResetWork {
    private static final int ROUNDS = 5;
    private static final int LARGE = 64 << 20;
    private static final int ROUND_TRIP_MILLIS = 100;

    /** A packet of a message; acknowledgements are smaller. */
    private static final int PACKET = 1000;

    private ResetWork() {}

    static void run(Report<Side> report, LineSettings line, long seed) throws Exception {
        var stops = new Samples();
        try (var link = new PacketLink(line, "cubic", seed);
                var far =
                        Ends.builder()
                                .listen(Ends.LOOPBACK.replace("127.0.0.1", PacketLink.FAR))
                                .serveInline(Ends.BULK, request -> request.respond(Bytes.EMPTY))
                                .start();
                var near =
                        Ends.connected(
                                Ends.builder().protocols(Ends.BULK), far, PriorityWork.seen(far))) {
            var connection = near.peers().getFirst().connection();
            var message = Bytes.wrap(new byte[LARGE]);
            for (var i = 0; i < ROUNDS; i++) {
                var call =
                        near.client()
                                .sendToPeerRpcAsync(far.peerId(), Ends.BULK, message, Ends.LONG);
                Thread.sleep(Duration.ofSeconds(2));
                var canceled = System.nanoTime();
                call.cancel(true);
                stops.add(lastPacket(link, canceled) - canceled);
            }
            if (near.peers().isEmpty()
                    || !near.peers().getFirst().connection().equals(connection)) {
                report.note("reset", "lost its connection meanwhile");
            }
            near.client().sendToPeerRpc(far.peerId(), Ends.BULK, Bytes.EMPTY, Ends.LONG);
        }
        report.row("reset", "64 MiB call given up: sends on for, worst of " + ROUNDS, "ms")
                .put(Side.OURS, stops.millis(1))
                .goal("<= 1 RTT, 100", stops.millis(1) <= ROUND_TRIP_MILLIS);
        report.row("reset", "  median", "ms").put(Side.OURS, stops.millis(0.5));
    }

    /** When the sender gave the link something of a message for the last time. */
    private static long lastPacket(PacketLink link, long from) throws InterruptedException {
        var last = from;
        var seen = link.sentForth();
        while (System.nanoTime() - from < 1_000_000_000) {
            Thread.sleep(1);
            var now = link.sentForth();
            if (now - seen >= PACKET) {
                last = System.nanoTime();
            }
            seen = now;
        }
        return last;
    }
}
