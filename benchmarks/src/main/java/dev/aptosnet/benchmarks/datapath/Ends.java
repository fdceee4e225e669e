package dev.aptosnet.benchmarks.datapath;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.NodeBuilder;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.RpcCallback;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PayloadEncoding;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.BreakerSettings;
import dev.aptosnet.ports.settings.CallSettings;
import dev.aptosnet.ports.settings.MessageLimits;
import dev.aptosnet.ports.transport.TransportSettings;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;

/** The nodes that are measured: defaults, but for what would be measured instead of the data. */
final class Ends {
    static final String LOOPBACK = "/ip4/127.0.0.1/tcp/0";
    static final Duration LONG = Duration.ofSeconds(60);

    /** Direct sends that are counted. */
    static final ProtocolId TAKE = ProtocolId.NETBENCH_DIRECT_SEND;

    /** Small messages that carry their number. */
    static final ProtocolId URGENT =
            ProtocolId.custom(230, "Urgent", PayloadEncoding.BCS, MessageClass.CRITICAL);

    /** Answered with nothing. */
    static final ProtocolId BULK =
            ProtocolId.custom(232, "Bulk", PayloadEncoding.BCS, MessageClass.LOW);

    /** Answered with itself. */
    static final ProtocolId ECHO =
            ProtocolId.custom(233, "Echo", PayloadEncoding.BCS, MessageClass.NORMAL);

    private static final int MANY_CALLS = 1000;

    private Ends() {}

    /** A node with the default piece size. */
    static NodeBuilder builder() {
        return builder(MessageLimits.ONE_RECORD_PIECE_BYTES);
    }

    /**
     * A node that cuts what is larger than {@code minPieceBytes} into pieces. It has one event
     * loop, so that what a thread does belongs to one end, and neither breakers nor adapted
     * deadlines.
     */
    static NodeBuilder builder(int minPieceBytes) {
        return AptosNode.builder()
                .suites(CipherSuite.AESGCM)
                .circuitBreaker(BreakerSettings.OFF)
                .calls(CallSettings.APTOS_CORE)
                .transportLimits(oneLoop(0))
                .limits(
                        MessageLimits.builder()
                                .minPieceBytes(minPieceBytes)
                                .maxInboundRpcs(MANY_CALLS)
                                .maxOutboundRpcs(MANY_CALLS)
                                .build());
    }

    /**
     * One event loop.
     *
     * @param receiveBufferBytes of the sockets; 0 for the system's choice
     */
    static TransportSettings.Limits oneLoop(int receiveBufferBytes) {
        return TransportSettings.Limits.builder()
                .receiveBufferBytes(receiveBufferBytes)
                .threads(1)
                .build();
    }

    /** Starts a node that is connected to {@code far}. */
    static AptosNode connected(NodeBuilder builder, AptosNode far, NetworkAddress at)
            throws InterruptedException {
        var near = builder.seed(at).start();
        try {
            near.awaitPeer(far.peerId(), LONG);
            far.awaitPeer(near.peerId(), LONG);
            return near;
        } catch (RuntimeException | InterruptedException e) {
            near.close();
            throw e;
        }
    }

    static AptosNode connected(NodeBuilder builder, AptosNode far) throws InterruptedException {
        return connected(builder, far, far.listenAddress());
    }

    static double median(double[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Gives a place back when a call has ended, however it did, and counts those that failed. */
    static final class Places implements RpcCallback<Bytes> {
        final Semaphore free;
        private int failures;

        Places(int count) {
            free = new Semaphore(count);
        }

        @Override
        public void onAnswer(Bytes answer) {
            free.release();
        }

        @Override
        public synchronized void onFailure(NetworkException failure) {
            failures++;
            free.release();
        }

        synchronized int failures() {
            return failures;
        }
    }
}
