package dev.aptosnet.benchmarks.quic;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.NodeBuilder;
import dev.aptosnet.ports.client.InboundMessage;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PayloadEncoding;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.BreakerSettings;
import dev.aptosnet.ports.settings.CallSettings;
import dev.aptosnet.ports.settings.QuicMode;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/** Two connected nodes in this process, with what is measured between them. */
final class NodePair implements AutoCloseable {
    static final String LOOPBACK = "127.0.0.1";

    /** Small messages that carry their number. */
    static final ProtocolId URGENT =
            ProtocolId.custom(230, "Urgent", PayloadEncoding.BCS, MessageClass.CRITICAL);

    /** Answered with nothing. */
    static final ProtocolId BULK =
            ProtocolId.custom(232, "Bulk", PayloadEncoding.BCS, MessageClass.LOW);

    /** Answered with itself. */
    static final ProtocolId ECHO =
            ProtocolId.custom(233, "Echo", PayloadEncoding.BCS, MessageClass.NORMAL);

    private static final Duration CONNECT = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration STRAGGLERS = Duration.ofSeconds(5);

    private final AptosNode far;
    private final AptosNode near;
    private volatile AtomicLongArray arrivals = new AtomicLongArray(0);

    /**
     * Starts both and waits until they are connected.
     *
     * @param host where the far node listens
     * @param seen that host as the near node sees it
     */
    NodePair(Contestant contestant, String host, String seen) throws Exception {
        far =
                builder(contestant)
                        .listen("/ip4/" + host + "/" + contestant.layer() + "/0")
                        .receiveInline(URGENT, this::arrived)
                        .serveInline(ECHO, request -> request.respond(request.payload()))
                        .start();
        var address = far.listenAddress().toString().replace(host, seen);
        near =
                builder(contestant)
                        .seed(NetworkAddress.parse(address))
                        .protocols(URGENT, ECHO)
                        .start();
        try {
            near.awaitPeer(far.peerId(), CONNECT);
            far.awaitPeer(near.peerId(), CONNECT);
        } catch (RuntimeException | InterruptedException e) {
            close();
            throw e;
        }
    }

    private static NodeBuilder builder(Contestant contestant) {
        var builder = AptosNode.builder();
        if (contestant == Contestant.QUIC) {
            builder.quic(QuicMode.ONLY, 100);
        }
        return builder.suites(CipherSuite.AESGCM)
                .circuitBreaker(BreakerSettings.OFF)
                .calls(CallSettings.APTOS_CORE)
                .serveInline(BULK, request -> request.respond(Bytes.EMPTY));
    }

    private void arrived(InboundMessage<Bytes> message) {
        arrivals.set(message.message().asByteBuffer().getInt(), System.nanoTime());
    }

    AptosNode near() {
        return near;
    }

    AptosNode far() {
        return far;
    }

    /** Whether this is still the connection that the pair began with. */
    boolean isOnFirstConnection(long number) {
        var peers = near.peers();
        return peers.size() == 1 && peers.getFirst().connection().number() == number;
    }

    /** The connection's number, to be asked for later. */
    long connectionNumber() {
        return near.peers().isEmpty() ? -1 : near.peers().getFirst().connection().number();
    }

    /**
     * What small messages met with.
     *
     * @param took from the call to the handler; for those that are missing, until we gave them up
     * @param missing that were queued and had not arrived five seconds after the last
     * @param refused that the sender's queue did not take
     */
    record Paced(Samples took, int missing, int refused) {}

    /** Sends small Critical messages from near to far at a steady pace. */
    Paced paced(int bytes, long everyNanos, Duration during) throws InterruptedException {
        var count = (int) (during.toNanos() / everyNanos);
        var arrived = new AtomicLongArray(count);
        arrivals = arrived;
        var sent = new long[count];
        var queued = new BitSet(count);
        var start = System.nanoTime();
        for (var i = 0; i < count; i++) {
            TimeUnit.NANOSECONDS.sleep(start + i * everyNanos - System.nanoTime());
            var message = Bytes.wrap(ByteBuffer.allocate(bytes).putInt(0, i).array());
            sent[i] = System.nanoTime();
            queued.set(
                    i,
                    near.client().sendToPeer(far.peerId(), URGENT, message) == SendResult.QUEUED);
        }
        var until = System.nanoTime() + STRAGGLERS.toNanos();
        while (queued.stream().anyMatch(i -> arrived.get(i) == 0)
                && System.nanoTime() - until < 0) {
            Thread.sleep(10);
        }
        var now = System.nanoTime();
        var took = new Samples();
        queued.stream()
                .forEach(i -> took.add((arrived.get(i) == 0 ? now : arrived.get(i)) - sent[i]));
        var missing = (int) queued.stream().filter(i -> arrived.get(i) == 0).count();
        return new Paced(took, missing, count - queued.cardinality());
    }

    /** Messages in the class Low, one after the other, from either end until closed. */
    static final class Bulk implements AutoCloseable {
        private final AtomicInteger failures = new AtomicInteger();
        private final Thread thread;
        private volatile @Nullable String failure;

        Bulk(AptosNode from, AptosNode to, int bytes) {
            var message = Bytes.wrap(new byte[bytes]);
            thread = Thread.startVirtualThread(() -> run(from, to, message));
        }

        private void run(AptosNode from, AptosNode to, Bytes message) {
            try {
                while (true) {
                    try {
                        from.client().sendToPeerRpc(to.peerId(), BULK, message, LONG);
                    } catch (NetworkException e) {
                        failures.incrementAndGet();
                        failure = e.getMessage();
                        Thread.sleep(100);
                    }
                }
            } catch (InterruptedException _) {
                // Closed.
            }
        }

        /** What went wrong, if anything did. */
        @Nullable String failure() {
            var last = failure;
            return last == null ? null : failures.get() + " failures of bulk calls, last: " + last;
        }

        @Override
        public void close() {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        near.close();
        far.close();
    }
}
