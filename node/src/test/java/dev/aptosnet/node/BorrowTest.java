package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.RpcCallback;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/** Payloads whose memory is used again once their handlers have returned (ADR 0021). */
@Timeout(120)
class BorrowTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final ProtocolId TAKE = ProtocolId.custom(201, "Take");
    private static final ProtocolId ECHO = ProtocolId.custom(202, "Echo");
    private static final ProtocolId KEEP = ProtocolId.custom(203, "Keep");
    private static final ProtocolId SEND = ProtocolId.custom(204, "Send");
    private static final ProtocolId SMALL = ProtocolId.custom(205, "Small");
    private static final int LARGE = 3 << 20;
    private static final long SEED = 20_261_124;

    private final Random random = new Random(SEED);
    private final ConcurrentLinkedQueue<Bytes> kept = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> hashes = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> small = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Bytes> smallKept = new ConcurrentLinkedQueue<>();
    private final CountDownLatch sent = new CountDownLatch(20);
    private final AptosNode listener =
            AptosNode.builder()
                    .listen("/ip4/127.0.0.1/tcp/0")
                    .serveInline(
                            TAKE,
                            request -> {
                                kept.add(request.payload());
                                request.respond(Bytes.utf8(hash(request.payload())));
                            })
                    .serve(ECHO, request -> request.respond(request.payload()))
                    .serve(
                            KEEP,
                            request -> {
                                kept.add(request.payload());
                                request.respond(Bytes.EMPTY);
                            })
                    .receive(
                            SEND,
                            message -> {
                                hashes.add(hash(message.message()));
                                sent.countDown();
                            })
                    .receiveInline(
                            SMALL,
                            message -> {
                                small.add(message.message().asUtf8());
                                smallKept.add(message.message());
                            })
                    .borrow(TAKE, ECHO, SEND, SMALL)
                    .start();
    private final AptosNode dialer =
            AptosNode.builder()
                    .seed(listener.listenAddress())
                    .protocols(TAKE, ECHO, KEEP, SEND, SMALL)
                    .borrow(ECHO)
                    .start();

    @AfterEach
    void close() {
        dialer.close();
        listener.close();
    }

    private Bytes large() {
        var bytes = new byte[LARGE + random.nextInt(1000)];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    private static String hash(Bytes bytes) {
        return bytes.size() + " bytes " + bytes.hashCode();
    }

    private Bytes call(ProtocolId protocol, Bytes request) throws Exception {
        dialer.awaitPeer(listener.peerId(), SOON);
        return dialer.client().sendToPeerRpc(listener.peerId(), protocol, request, SOON);
    }

    @Test
    void everyMessageIsWholeWhileItsHandlerRuns() throws Exception {
        for (var i = 0; i < 20; i++) {
            var request = large();
            assertThat(call(TAKE, request))
                    .as("message %s, seed %s", i, SEED)
                    .isEqualTo(Bytes.utf8(hash(request)));
        }
    }

    @Test
    void whatAHandlerKeepsIsSeenToBeGone() throws Exception {
        var request = large();
        call(TAKE, request);
        call(TAKE, Bytes.EMPTY); // The handler has returned.
        assertThat(kept.remove()).isNotEqualTo(request);
    }

    @Test
    void anAnswerMadeOfTheRequestArrivesWhole() throws Exception {
        for (var i = 0; i < 10; i++) {
            var request = large();
            assertThat(call(ECHO, request)).as("message %s, seed %s", i, SEED).isEqualTo(request);
        }
    }

    @Test
    void anAnswerIsWholeWhileItsCallbackRunsAndGoneAfterwards() throws Exception {
        dialer.awaitPeer(listener.peerId(), SOON);
        var request = large();
        var seen = new CompletableFuture<Bytes>();
        var asItWas = new CompletableFuture<Boolean>();
        dialer.client()
                .sendToPeerRpc(
                        listener.peerId(),
                        ECHO,
                        request,
                        SOON,
                        new RpcCallback<>() {
                            @Override
                            public void onAnswer(Bytes answer) {
                                asItWas.complete(answer.equals(request));
                                seen.complete(answer);
                            }

                            @Override
                            public void onFailure(NetworkException failure) {
                                asItWas.completeExceptionally(failure);
                            }
                        });
        assertThat(asItWas.get()).isTrue();
        call(KEEP, Bytes.EMPTY); // Its answer comes after the callback.
        assertThat(seen.get()).isNotEqualTo(request);
    }

    @Test
    void directSendsAreWholeInTheirOrder() throws Exception {
        dialer.awaitPeer(listener.peerId(), SOON);
        var expected = new ArrayList<String>();
        for (var i = 0; i < 20; i++) {
            var message = large();
            expected.add(hash(message));
            dialer.client().sendToPeer(listener.peerId(), SEND, message);
        }
        sent.await();
        assertThat(hashes).containsExactlyElementsOf(expected);
    }

    @Test
    void smallOnesThatComeTogetherAreWholeWhileTheirHandlersRun() throws Exception {
        dialer.awaitPeer(listener.peerId(), SOON);
        var expected = new ArrayList<String>();
        for (var round = 0; round < 20; round++) {
            for (var i = 0; i < 900; i++) {
                var text = expected.size() + " ".repeat(random.nextInt(900)) + "end";
                expected.add(text);
                assertThat(dialer.client().sendToPeer(listener.peerId(), SMALL, Bytes.utf8(text)))
                        .isEqualTo(SendResult.QUEUED);
            }
            call(KEEP, Bytes.EMPTY); // In their lane, so its answer comes after them.
        }
        assertThat(small).as("seed %s", SEED).containsExactlyElementsOf(expected);
        // Most came in records of many, of which nothing is left.
        assertThat(smallKept.stream().map(Bytes::asUtf8)).doesNotContainSequence(expected);
    }

    @Test
    void whatOtherProtocolsKeepStaysAsItIs() throws Exception {
        var requests = new ArrayList<Bytes>();
        for (var i = 0; i < 10; i++) {
            var request = large();
            requests.add(request);
            call(KEEP, request);
            for (var n = 0; n < 3; n++) {
                call(ECHO, large());
            }
        }
        assertThat(List.copyOf(kept)).isEqualTo(requests);
    }
}
