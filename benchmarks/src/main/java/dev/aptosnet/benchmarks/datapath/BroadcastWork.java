package dev.aptosnet.benchmarks.datapath;

import dev.aptosnet.benchmarks.quic.Report;
import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.NetworkClient;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** I-05: one message to a hundred peers, each behind a socket of its own. */
final class BroadcastWork {
    private static final int PEERS = 100;

    private final Report<Side> report;

    BroadcastWork(Report<Side> report) {
        this.report = report;
    }

    /** Encodes text, and counts how often. */
    private static final class Counting implements Codec<String> {
        private final AtomicInteger encoded = new AtomicInteger();

        @Override
        public Bytes encode(ProtocolId protocol, String message) {
            encoded.incrementAndGet();
            return Bytes.utf8(message);
        }

        @Override
        public String decode(ProtocolId protocol, Bytes payload) {
            return payload.asUtf8();
        }
    }

    void run() throws Exception {
        var arrived = new Semaphore(0);
        var text = "to everybody".repeat(100);
        var expected = Bytes.utf8(text);
        var fars = new ArrayList<AptosNode>();
        try (var near =
                Ends.builder()
                        .listen(Ends.LOOPBACK)
                        .maxInboundConnections(2 * PEERS)
                        .protocols(Ends.TAKE)
                        .start()) {
            try {
                for (var i = 0; i < PEERS; i++) {
                    fars.add(
                            Ends.connected(
                                    Ends.builder()
                                            .receiveInline(
                                                    Ends.TAKE,
                                                    message -> {
                                                        if (message.message().equals(expected)) {
                                                            arrived.release();
                                                        }
                                                    }),
                                    near));
                }
                var peers = fars.stream().map(AptosNode::peerId).toList();
                var codec = new Counting();
                var client = near.client(codec, Ends.TAKE);
                for (var peer : peers) {
                    client.sendToPeer(peer, Ends.TAKE, text);
                }
                await(arrived);
                var separately = codec.encoded.getAndSet(0);
                var together = sendToAll(client, peers, text, arrived, codec);
                report.row("broadcast", "encodes for " + PEERS + " peers that all got it", "")
                        .put(Side.BASELINE, separately)
                        .put(Side.OURS, together)
                        .goal("= 1", together == 1);
            } finally {
                fars.forEach(AptosNode::close);
            }
        }
    }

    private static int sendToAll(
            NetworkClient<String> client,
            List<PeerId> peers,
            String text,
            Semaphore arrived,
            Counting codec)
            throws InterruptedException {
        var results = client.sendToPeers(peers, Ends.TAKE, text);
        if (!results.values().stream().allMatch(SendResult.QUEUED::equals)) {
            throw new IllegalStateException(results.toString());
        }
        await(arrived);
        return codec.encoded.get();
    }

    private static void await(Semaphore arrived) throws InterruptedException {
        if (!arrived.tryAcquire(PEERS, 30, TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    "only " + arrived.availablePermits() + " of " + PEERS + " got the message");
        }
    }
}
