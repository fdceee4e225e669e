package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.RpcCallback;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.MessageLimits;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;

/** Two nodes over real sockets, with more to do than fits at once (reliability.md). */
@Timeout(300)
class LoadTest {
    private static final Duration SOON = Duration.ofSeconds(200);
    private static final ProtocolId ECHO = ProtocolId.NETBENCH_RPC;
    private static final ProtocolId STUCK = ProtocolId.custom(201, "Stuck");

    /** What may be too small for ten thousand calls, by its key. */
    private static final Pattern LIMITS =
            Pattern.compile("by this node: .*(max_concurrent_outbound_rpcs|queue_messages)");

    private static final long SEED = 20_261_123;

    /** The defaults hold 128 MiB of messages for one peer, just too little for four of 32 MiB. */
    private static final MessageLimits ROOMY =
            MessageLimits.builder()
                    .maxInboundRpcs(200) // the node's own pings need some, too
                    .queueBytes(256L << 20)
                    .inboundBytes(256L << 20)
                    .nodeBytes(1L << 30)
                    .build();

    private final Deque<AptosNode> nodes = new ArrayDeque<>();
    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void close() {
        released.countDown();
        nodes.forEach(AptosNode::close);
    }

    private AptosNode start(NodeBuilder builder) {
        var node =
                builder.limits(ROOMY)
                        .serve(ECHO, request -> request.respond(request.payload()))
                        .serve(
                                STUCK,
                                request -> {
                                    released.await();
                                    request.respond(request.payload());
                                })
                        .start();
        nodes.push(node);
        return node;
    }

    private List<AptosNode> pair() throws InterruptedException {
        var listener = start(AptosNode.builder().listen("/ip4/127.0.0.1/tcp/0"));
        var dialer = start(AptosNode.builder().seed(listener.listenAddress()));
        dialer.awaitPeer(listener.peerId(), SOON);
        listener.awaitPeer(dialer.peerId(), SOON);
        return List.of(dialer, listener);
    }

    @Test
    @DisplayName(
            "R14 four messages of 32 MiB each way at once arrive intact, and calls beside them")
    void severalLargeMessagesEachWayArriveIntact() throws Exception {
        var pair = pair();
        var random = new Random(SEED);
        var sent = new ArrayList<Bytes>();
        var answers = new ArrayList<CompletableFuture<Bytes>>();
        var took = new ArrayList<CompletableFuture<Long>>();
        var start = System.nanoTime();
        for (var i = 0; i < 8; i++) {
            var payload = new byte[32 << 20];
            random.nextBytes(payload);
            var from = pair.get(i % 2);
            var to = pair.get(1 - i % 2);
            sent.add(Bytes.wrap(payload));
            var answer = from.client().sendToPeerRpcAsync(to.peerId(), ECHO, sent.getLast(), SOON);
            answers.add(answer);
            took.add(answer.thenApply(_ -> System.nanoTime() - start));
        }
        var calls = 0;
        var beside = Bytes.utf8("beside them");
        while (!answers.stream().allMatch(CompletableFuture::isDone)) {
            var answer =
                    pair.getFirst()
                            .client()
                            .sendToPeerRpc(pair.getLast().peerId(), ECHO, beside, SOON);
            assertThat(answer).isEqualTo(beside);
            calls++;
        }
        for (var i = 0; i < 8; i++) {
            assertThat(answers.get(i).join().equals(sent.get(i)))
                    .as("seed %d, %d", SEED, i)
                    .isTrue();
        }
        System.out.printf(
                "R14: first of eight there and back after %d ms, last after %d ms; %d calls"
                        + " beside%n",
                took.stream().mapToLong(CompletableFuture::join).min().orElseThrow() / 1_000_000,
                took.stream().mapToLong(CompletableFuture::join).max().orElseThrow() / 1_000_000,
                calls);
    }

    @Test
    @DisplayName(
            "R19 of 10,000 calls at once 100 are made, the others are refused, and each ends once")
    void callsBeyondTheLimitAreRefusedAndEveryOneEndsOnce() throws Exception {
        var pair = pair();
        var caller = pair.getFirst().client();
        PeerId peer = pair.getLast().peerId();
        var count = 10_000;
        var endings = new AtomicIntegerArray(count);
        var answered = new LongAdder();
        var refused = new LongAdder();
        var others = new ConcurrentLinkedQueue<String>();
        var all = new CountDownLatch(count);
        var firstHundred = new CountDownLatch(count - 100);
        for (var i = 0; i < count; i++) {
            var number = i;
            caller.sendToPeerRpc(
                    peer,
                    STUCK,
                    Bytes.EMPTY,
                    SOON,
                    new RpcCallback<>() {
                        @Override
                        public void onAnswer(Bytes answer) {
                            answered.increment();
                            ended();
                        }

                        @Override
                        public void onFailure(NetworkException failure) {
                            if (failure instanceof NetworkException.Refused
                                    && LIMITS.matcher(String.valueOf(failure.getMessage()))
                                            .find()) {
                                refused.increment();
                            } else {
                                others.add(failure.toString());
                            }
                            ended();
                        }

                        private void ended() {
                            endings.incrementAndGet(number);
                            firstHundred.countDown();
                            all.countDown();
                        }
                    });
        }
        firstHundred.await();
        assertThat(others).isEmpty();
        assertThat(refused.sum()).isEqualTo(count - 100);
        released.countDown();
        all.await();
        assertThat(answered.sum()).isEqualTo(100);
        Thread.sleep(50); // for an ending too many
        for (var i = 0; i < count; i++) {
            assertThat(endings.get(i)).as("call %d", i).isOne();
        }
        assertThat(caller.sendToPeerRpc(peer, ECHO, Bytes.utf8("still"), SOON))
                .isEqualTo(Bytes.utf8("still"));
    }
}
