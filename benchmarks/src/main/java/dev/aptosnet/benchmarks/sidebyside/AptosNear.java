package dev.aptosnet.benchmarks.sidebyside;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.client.NetworkClient;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.RpcCallback;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A dialing node of this project. */
final class AptosNear implements NearEnd<Bytes> {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /**
     * How long a sender whose message was refused lets the owner work, for each link of up to ten:
     * both share one core.
     */
    private static final long FULL_NANOS = 20_000;

    private final boolean inline;
    private final AptosNode node;
    private final NetworkClient<Bytes> client;
    private final List<PeerId> peers = new ArrayList<>();

    /**
     * @param inline whether calls take callbacks, not virtual threads that wait
     */
    AptosNear(CipherSuite suite, boolean inline) {
        this.inline = inline;
        var protocols = new ArrayList<ProtocolId>();
        protocols.add(AptosEnds.SEND);
        for (var question : Question.values()) {
            protocols.add(AptosEnds.protocol(question));
        }
        node =
                AptosEnds.limited(AptosNode.builder())
                        .suites(suite)
                        // As the others do with answers.
                        .borrow(protocols.toArray(ProtocolId[]::new))
                        .start();
        client = node.client();
    }

    @Override
    public String credentials() {
        return node.publicKey().toString();
    }

    @Override
    public Bytes payload(int bytes) {
        return Bytes.wrap(new byte[bytes]);
    }

    @Override
    public void connect(List<String> addresses) throws InterruptedException {
        for (var text : addresses) {
            var address = NetworkAddress.parse(text);
            var peer = PeerId.derivedFrom(address.key().orElseThrow());
            node.connect(peer, address, LIMIT);
            client.sendToPeerRpc(peer, AptosEnds.protocol(Question.ECHO), Bytes.EMPTY, LIMIT);
            peers.add(peer);
        }
    }

    @Override
    public void disconnect() throws Exception {
        for (var peer : peers) {
            client.disconnectFromPeer(peer, DisconnectReason.REQUESTED_BY_PEER_MANAGER, LIMIT);
        }
        peers.clear();
    }

    @Override
    public void call(int link, Question question, Bytes payload, Answer answer) {
        var peer = peers.get(link);
        var protocol = AptosEnds.protocol(question);
        if (inline) {
            client.sendToPeerRpc(peer, protocol, payload, LIMIT, new Callback(answer));
            return;
        }
        Thread.startVirtualThread(
                () -> {
                    try {
                        tell(answer, client.sendToPeerRpc(peer, protocol, payload, LIMIT));
                    } catch (NetworkException | InterruptedException e) {
                        answer.failed(e);
                    }
                });
    }

    private static void tell(Answer answer, Bytes bytes) {
        var number = bytes.size() == Long.BYTES ? bytes.asByteBuffer().getLong() : 0;
        answer.answered(bytes.size(), number);
    }

    private record Callback(Answer answer) implements RpcCallback<Bytes> {
        @Override
        public void onAnswer(Bytes bytes) {
            tell(answer, bytes);
        }

        @Override
        public void onFailure(NetworkException failure) {
            answer.failed(failure);
        }
    }

    @Override
    public Loop loop(
            int link,
            Question question,
            Bytes payload,
            int answerBytes,
            int inFlight,
            @Nullable Histogram latencies) {
        return inline
                ? NearEnd.super.loop(link, question, payload, answerBytes, inFlight, latencies)
                : new WaitingLoop(
                        peers.get(link),
                        AptosEnds.protocol(question),
                        payload,
                        answerBytes,
                        inFlight,
                        latencies);
    }

    /** Virtual threads, each of which calls again and again and waits for each answer. */
    private final class WaitingLoop implements Loop {
        private final List<Thread> callers = new ArrayList<>();
        private final AtomicLong answered = new AtomicLong();
        private volatile boolean stopped;
        private volatile @Nullable Throwable failure;

        WaitingLoop(
                PeerId peer,
                ProtocolId protocol,
                Bytes payload,
                int answerBytes,
                int inFlight,
                @Nullable Histogram latencies) {
            for (var i = 0; i < inFlight; i++) {
                callers.add(
                        Thread.startVirtualThread(
                                () -> run(peer, protocol, payload, answerBytes, latencies)));
            }
        }

        private void run(
                PeerId peer,
                ProtocolId protocol,
                Bytes payload,
                int answerBytes,
                @Nullable Histogram latencies) {
            long count = 0;
            try {
                while (!stopped) {
                    var start = System.nanoTime();
                    var answer = client.sendToPeerRpc(peer, protocol, payload, LIMIT);
                    if (latencies != null) {
                        latencies.recordValue(System.nanoTime() - start);
                    }
                    if (answer.size() != answerBytes) {
                        throw new IllegalStateException("an answer of " + answer.size() + " bytes");
                    }
                    count++;
                }
            } catch (RuntimeException | InterruptedException e) {
                failure = e;
            } finally {
                answered.addAndGet(count);
            }
        }

        @Override
        public long stop() throws InterruptedException {
            stopped = true;
            for (var caller : callers) {
                caller.join();
            }
            var why = failure;
            if (why != null) {
                throw new IllegalStateException("a call failed: " + why, why);
            }
            return answered.get();
        }
    }

    @Override
    public long flood(int links, Bytes payload, long nanos) {
        var end = System.nanoTime() + nanos;
        var to = List.copyOf(peers.subList(0, links));
        var pause = FULL_NANOS * Math.min(links, 10);
        long sent = 0;
        while (System.nanoTime() - end < 0) {
            // The clock is looked at once for some dozens of messages.
            for (var i = 0; i < 64; i += links) {
                if (links == 1) {
                    send(to.getFirst(), payload, pause);
                } else {
                    client.sendToPeers(to, AptosEnds.SEND, payload)
                            .forEach(
                                    (peer, result) -> {
                                        if (!taken(result)) {
                                            send(peer, payload, pause);
                                        }
                                    });
                }
                sent += links;
            }
        }
        return sent;
    }

    private void send(PeerId peer, Bytes payload, long pause) {
        while (!taken(client.sendToPeer(peer, AptosEnds.SEND, payload))) {
            LockSupport.parkNanos(pause);
        }
    }

    private static boolean taken(SendResult result) {
        return switch (result) {
            case QUEUED -> true;
            case DROPPED_FULL, DROPPED_BUDGET -> false;
            case NOT_CONNECTED, DRAINING, UNSUPPORTED_PROTOCOL, TOO_LARGE ->
                    throw new IllegalStateException("a direct send failed: " + result);
        };
    }

    @Override
    public void close() {
        node.close();
    }
}
