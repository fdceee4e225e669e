package dev.aptosnet.cli;

import dev.aptosnet.cli.demo.Delays;
import dev.aptosnet.ports.client.NetworkClient;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.RpcCallback;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** Loads one peer that serves netbench's echo, and measures. */
final class BenchLoad {
    private static final ProtocolId RPC = ProtocolId.NETBENCH_RPC;
    private static final ProtocolId DIRECT = ProtocolId.NETBENCH_DIRECT_SEND;

    /** How long a sender pauses whose message was refused, so that the owner can work. */
    private static final long FULL_NANOS = 20_000;

    private final NetworkClient<Bytes> client;
    private final PeerId peer;
    private final Duration timeout;

    /**
     * @param timeout for each answer
     */
    BenchLoad(NetworkClient<Bytes> client, PeerId peer, Duration timeout) {
        this.client = client;
        this.peer = peer;
        this.timeout = timeout;
    }

    /**
     * What came of a load.
     *
     * @param count operations
     * @param nanos how long they took together
     * @param delays of the single operations; none for direct sends
     */
    record Figures(long count, long nanos, Delays delays) {
        double perSecond() {
            return count / (nanos / 1e9);
        }

        double millis(double share) {
            return Json.millis(Delays.percentile(share, List.of(delays)));
        }
    }

    /** One call that has to be answered with its own payload. */
    void probe(int bytes) throws InterruptedException {
        var request = payload(bytes);
        if (!client.sendToPeerRpc(peer, RPC, request, timeout).equals(request)) {
            throw new NetworkException.BadAnswer(peer, RPC, "not what was asked");
        }
    }

    private static Bytes payload(int bytes) {
        return Bytes.wrap(new byte[bytes]);
    }

    /** Calls of one size, as many in flight as said: each answer makes the next call. */
    Figures calls(int bytes, int inFlight, Duration time) throws InterruptedException {
        var calls = new Calls(payload(bytes), inFlight, System.nanoTime() + time.toNanos());
        var start = System.nanoTime();
        for (var i = 0; i < inFlight; i++) {
            calls.next();
        }
        calls.ended.await(); // each call has a deadline
        var why = calls.failure;
        if (why != null) {
            why.setStackTrace(Thread.currentThread().getStackTrace());
            throw why;
        }
        return new Figures(calls.answered.sum(), System.nanoTime() - start, calls.delays);
    }

    private final class Calls {
        private final Bytes request;
        private final long end;
        private final CountDownLatch ended;
        private final LongAdder answered = new LongAdder();
        private final Delays delays = new Delays();
        private volatile @Nullable NetworkException failure;

        Calls(Bytes request, int inFlight, long end) {
            this.request = request;
            this.end = end;
            this.ended = new CountDownLatch(inFlight);
        }

        void next() {
            var start = System.nanoTime();
            client.sendToPeerRpc(
                    peer,
                    RPC,
                    request,
                    timeout,
                    new RpcCallback<>() {
                        @Override
                        public void onAnswer(Bytes answer) {
                            var now = System.nanoTime();
                            delays.add(now - start);
                            if (answer.size() != request.size()) {
                                onFailure(
                                        new NetworkException.BadAnswer(
                                                peer, RPC, "not as long as the request"));
                                return;
                            }
                            answered.increment();
                            if (now - end < 0 && failure == null) {
                                next();
                            } else {
                                ended.countDown();
                            }
                        }

                        @Override
                        public void onFailure(NetworkException why) {
                            failure = why;
                            ended.countDown();
                        }
                    });
        }
    }

    /**
     * Direct sends of one size, as fast as the connection takes them. A call behind them shows when
     * they have left; whether the peer's handler kept up, only the peer knows.
     */
    Figures sends(int bytes, Duration time) throws InterruptedException {
        var message = payload(bytes);
        var start = System.nanoTime();
        long sent = 0;
        while (System.nanoTime() - start < time.toNanos()) {
            switch (client.sendToPeer(peer, DIRECT, message)) {
                case QUEUED -> sent++;
                case DROPPED_FULL, DROPPED_BUDGET -> {
                    LockSupport.parkNanos(FULL_NANOS);
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                }
                case NOT_CONNECTED -> throw new NetworkException.NotConnected(peer, DIRECT);
                case DRAINING -> throw new NetworkException.Draining(peer, DIRECT);
                case UNSUPPORTED_PROTOCOL ->
                        throw new NetworkException.UnsupportedProtocol(peer, DIRECT);
                case TOO_LARGE -> throw new CommandFailure(ExitCode.LIMIT, "too large: " + bytes);
            }
        }
        probeBehind();
        return new Figures(sent, System.nanoTime() - start, new Delays());
    }

    /** A call once the queue, full of direct sends of the same class, has room for it. */
    private void probeBehind() throws InterruptedException {
        var until = System.nanoTime() + timeout.toNanos();
        while (true) {
            try {
                probe(0);
                return;
            } catch (NetworkException.Refused e) {
                if (e.byPeer() || System.nanoTime() - until > 0) {
                    throw e;
                }
                Thread.sleep(1);
            }
        }
    }
}
