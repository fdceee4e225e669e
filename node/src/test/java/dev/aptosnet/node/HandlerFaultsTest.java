package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.NetworkClient;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.RpcRequest;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.MessageLimits;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Handlers that sleep, throw, read nonsense or come too late harm no other code. */
@Timeout(60)
class HandlerFaultsTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final ProtocolId RPC = ProtocolId.NETBENCH_RPC;
    private static final ProtocolId DIRECT = ProtocolId.NETBENCH_DIRECT_SEND;
    private static final Bytes HELLO = Bytes.utf8("hello");

    private final List<AptosNode> nodes = new ArrayList<>();

    @AfterEach
    void close() {
        nodes.reversed().forEach(AptosNode::close);
    }

    private AptosNode start(NodeBuilder builder) {
        var node = builder.start();
        nodes.add(node);
        return node;
    }

    private static NodeBuilder server() {
        return AptosNode.builder().listen("/memory/0");
    }

    private NetworkClient<Bytes> clientOf(AptosNode server) throws InterruptedException {
        var node = start(AptosNode.builder().protocols(RPC, DIRECT));
        node.connect(server.peerId(), server.listenAddress(), SOON);
        return node.client(Codec.BYTES, RPC, DIRECT);
    }

    @Test
    void aPeerThatChoosesShortDeadlinesHasNoMoreHandlersAtWorkThanSlots() throws Exception {
        var limit = 2;
        var atWork = new AtomicInteger();
        var most = new AtomicInteger();
        var release = new CountDownLatch(1);
        var server =
                start(
                        server().limits(
                                        MessageLimits.DEFAULT.toBuilder()
                                                .maxInboundRpcs(limit)
                                                .inboundRpcTimeout(SHORT)
                                                .build())
                                .serve(
                                        RPC,
                                        request -> {
                                            most.accumulateAndGet(
                                                    atWork.incrementAndGet(), Math::max);
                                            awaitIgnoringInterrupts(release);
                                            atWork.decrementAndGet();
                                            request.respond(HELLO);
                                        }));
        var client = clientOf(server);
        for (var i = 0; i < 30; i++) {
            assertThatThrownBy(
                            () ->
                                    client.sendToPeerRpc(
                                            server.peerId(), RPC, HELLO, Duration.ofMillis(60)))
                    .isInstanceOf(NetworkException.class);
        }
        assertThat(most).hasValueLessThanOrEqualTo(limit);
        release.countDown();
    }

    private static void awaitIgnoringInterrupts(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException _) {
                // A handler that does not care.
            }
        }
    }

    @Test
    void aHandlerIsInterruptedAtItsDeadlineAndItsLateAnswerIsRefused() throws Exception {
        var interrupted = new CompletableFuture<Boolean>();
        var answered = new CompletableFuture<Boolean>();
        var server =
                start(
                        server().limits(
                                        MessageLimits.DEFAULT.toBuilder()
                                                .inboundRpcTimeout(SHORT)
                                                .build())
                                .serve(
                                        RPC,
                                        request -> {
                                            try {
                                                Thread.sleep(SOON);
                                                interrupted.complete(false);
                                            } catch (InterruptedException _) {
                                                interrupted.complete(true);
                                            }
                                            answered.complete(request.respond(HELLO));
                                        }));
        var client = clientOf(server);
        assertThatThrownBy(() -> client.sendToPeerRpc(server.peerId(), RPC, HELLO, SOON))
                .isInstanceOf(NetworkException.class);
        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(answered.get(10, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void aFailedFutureCarriesTheExceptionItself() throws Exception {
        var server = start(server().serve(RPC, RpcRequest::refuse));
        var client = clientOf(server);
        var seen = new CompletableFuture<Throwable>();
        var answer = client.sendToPeerRpcAsync(server.peerId(), RPC, HELLO, SOON);
        var _ = answer.whenComplete((_, failure) -> seen.complete(failure));
        assertThat(seen.get(10, TimeUnit.SECONDS)).isInstanceOf(NetworkException.Refused.class);
    }

    @Test
    void anErrorInAHandlerOfDirectSendsDoesNotStopItsQueue() throws Exception {
        BlockingQueue<Bytes> received = new LinkedBlockingQueue<>();
        var server =
                start(
                        server().receive(
                                        DIRECT,
                                        message -> {
                                            if (message.message().size() == 1) {
                                                Thread.currentThread().interrupt();
                                                throw new StackOverflowError("planted");
                                            }
                                            received.add(message.message());
                                        }));
        var client = clientOf(server);
        client.sendToPeer(server.peerId(), DIRECT, Bytes.utf8("x"));
        client.sendToPeer(server.peerId(), DIRECT, HELLO);
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(HELLO);
    }

    @Test
    void anErrorInAnInlineHandlerEndsItsRequestAlone() throws Exception {
        var server =
                start(
                        server().serveInline(
                                        RPC,
                                        request -> {
                                            if (request.payload().size() == 1) {
                                                throw new AssertionError("planted");
                                            }
                                            request.respond(request.payload());
                                        }));
        var client = clientOf(server);
        assertThatThrownBy(() -> client.sendToPeerRpc(server.peerId(), RPC, Bytes.utf8("x"), SOON))
                .isInstanceOf(NetworkException.Refused.class);
        assertThat(client.sendToPeerRpc(server.peerId(), RPC, HELLO, SOON)).isEqualTo(HELLO);
    }

    @Test
    void aBlockingCallKeepsItsDeadlineBesideInlineCodeThatSleeps() throws Exception {
        var asleep = new CountDownLatch(1);
        var server = start(server().serve(RPC, request -> request.respond(HELLO)));
        var node =
                start(
                        AptosNode.builder()
                                .protocols(RPC)
                                .receiveInline(
                                        DIRECT,
                                        _ -> {
                                            asleep.countDown();
                                            Thread.sleep(3_000);
                                        })
                                .listen("/memory/0"));
        var client = node.client(Codec.BYTES, RPC);
        node.connect(server.peerId(), server.listenAddress(), SOON);
        var sender = clientOf(node);
        // The memory transport has one owner for all links of the process: the sleep holds them up.
        sender.sendToPeer(node.peerId(), DIRECT, HELLO);
        asleep.await();
        var began = System.nanoTime();
        try {
            client.sendToPeerRpc(server.peerId(), RPC, HELLO, Duration.ofMillis(300));
        } catch (NetworkException.TimedOut _) {
            // Expected where the owner is held up.
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void aMalformedRequestIsTheCallersFaultAndOpensNoBreaker() throws Exception {
        Codec<Bytes> strict =
                new Codec<>() {
                    @Override
                    public Bytes encode(ProtocolId protocol, Bytes message) {
                        return message;
                    }

                    @Override
                    public Bytes decode(ProtocolId protocol, Bytes payload) {
                        if (payload.size() == 1) {
                            throw new IllegalArgumentException("planted");
                        }
                        return payload;
                    }
                };
        var server =
                start(server().serve(RPC, strict, request -> request.respond(request.payload())));
        var client = clientOf(server);
        for (var i = 0; i < 20; i++) {
            assertThatThrownBy(
                            () -> client.sendToPeerRpc(server.peerId(), RPC, Bytes.utf8("x"), SOON))
                    .isInstanceOf(NetworkException.Refused.class)
                    .hasMessageContaining("BAD_PAYLOAD");
        }
        assertThat(client.sendToPeerRpc(server.peerId(), RPC, HELLO, SOON)).isEqualTo(HELLO);
    }
}
