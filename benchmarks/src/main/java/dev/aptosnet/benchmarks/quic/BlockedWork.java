package dev.aptosnet.benchmarks.quic;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.NodeBuilder;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.settings.QuicMode;
import dev.aptosnet.testkit.relay.LineSettings;

import java.time.Duration;

/** How long a node takes to be connected where UDP does not pass. */
final class BlockedWork {
    private static final int ROUNDS = 5;
    private static final int DELAY_MILLIS = 50;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Report<Contestant> report;
    private final long seed;

    BlockedWork(Report<Contestant> report, long seed) {
        this.report = report;
        this.seed = seed;
    }

    /** I-16: fresh nodes that race, against fresh nodes that only know TCP; turn by turn. */
    void run() throws Exception {
        var work = "blocked";
        var row = report.row(work, "UDP blocked, 50 ms one way: start to connected", "ms");
        var lost = report.row(work, "  of that lost by trying QUIC (mode race)", "ms");
        var line = LineSettings.PERFECT.delayed(Duration.ofMillis(DELAY_MILLIS), Duration.ZERO);
        try (var link = new PacketLink(line, Contestant.TCP.congestion(), seed);
                var far =
                        AptosNode.builder()
                                .listen("/ip4/" + PacketLink.FAR + "/tcp/0")
                                .quic(QuicMode.RACE, 100)
                                .start()) {
            link.blockUdp(true);
            var alone = new Samples();
            var racing = new Samples();
            for (var round = -1; round < ROUNDS; round++) {
                var plain = connectNanos(far, AptosNode.builder());
                var raced = connectNanos(far, AptosNode.builder().quic(QuicMode.RACE, 100));
                if (round >= 0) {
                    alone.add(plain);
                    racing.add(raced);
                }
            }
            row.put(Contestant.TCP, alone.millis(0.5));
            row.put(Contestant.QUIC, racing.millis(0.5));
            lost.put(Contestant.QUIC, racing.millis(0.5) - alone.millis(0.5));
            lost.goal("<= 500 ms", lost.of(Contestant.QUIC) <= 500);
        }
    }

    private static long connectNanos(AptosNode far, NodeBuilder settings) throws Exception {
        var addresses =
                far.listenAddresses().stream()
                        .map(
                                address ->
                                        address.toString()
                                                .replace(PacketLink.FAR, PacketLink.FAR_SEEN))
                        .map(NetworkAddress::parse)
                        .toArray(NetworkAddress[]::new);
        var begun = System.nanoTime();
        try (var near = settings.seed(far.peerId(), addresses).start()) {
            near.awaitPeer(far.peerId(), LIMIT);
            return System.nanoTime() - begun;
        }
    }
}
