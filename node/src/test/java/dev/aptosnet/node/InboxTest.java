package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.InboundMessage;
import dev.aptosnet.ports.client.Inbox;
import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.QueueStyle;
import dev.aptosnet.ports.client.RpcRequest;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Direct sends on their way to the handlers of a whole node. */
@Timeout(60)
class InboxTest {
    private static final ProtocolId VOTE = ProtocolId.custom(200, "Vote");
    private static final ProtocolId ECHO = ProtocolId.custom(201, "Echo");
    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<AptosNode> nodes = new ArrayList<>();
    private final BlockingQueue<String> handled = new LinkedBlockingQueue<>();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    /** Where nodes listen; another transport's tests have their own. */
    String at(String address) {
        return address;
    }

    NodeBuilder with(NodeBuilder builder) {
        return builder;
    }

    @AfterEach
    void stop() {
        release.countDown();
        nodes.forEach(AptosNode::close);
    }

    private AptosNode start(NodeBuilder builder) {
        var node = with(builder).start();
        nodes.add(node);
        return node;
    }

    /** A node whose handler of votes holds on to the first one. */
    private AptosNode server(Inbox inbox) {
        return start(
                AptosNode.builder()
                        .listen(at("/memory/0"))
                        .serve(ECHO, request -> request.respond(request.payload()))
                        .receive(VOTE, Codec.BYTES, inbox, this::onVote));
    }

    private void onVote(InboundMessage<Bytes> vote) throws InterruptedException {
        entered.countDown();
        release.await();
        handled.add(vote.message().asUtf8());
    }

    private AptosNode client(AptosNode server) throws InterruptedException {
        var node = start(AptosNode.builder().seed(server.listenAddress()).protocols(VOTE, ECHO));
        node.awaitPeer(server.peerId(), SOON);
        return node;
    }

    /** Returns once the server has taken the votes from the connection. */
    private static void vote(AptosNode from, PeerId to, String... votes) throws Exception {
        for (var vote : votes) {
            from.client().sendToPeer(to, VOTE, Bytes.utf8(vote));
        }
        from.client().sendToPeerRpc(to, ECHO, Bytes.EMPTY, SOON);
    }

    private List<String> handled(int count) throws InterruptedException {
        var all = new ArrayList<String>();
        while (all.size() < count) {
            all.add(String.valueOf(handled.poll(10, TimeUnit.SECONDS)));
        }
        return all;
    }

    @Test
    void theLatestVotesOfEachPeerAreKept() throws Exception {
        var server = server(Inbox.of(QueueStyle.KLAST, 2).withOneAtATime(true));
        var one = client(server);
        var other = client(server);
        vote(one, server.peerId(), "a1");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        vote(one, server.peerId(), "a2", "a3", "a4", "a5");
        vote(other, server.peerId(), "b1");
        release.countDown();
        assertThat(handled(4)).containsExactly("a1", "a4", "b1", "a5");
    }

    @Test
    void anApplicationSaysItOnceForAllItsProtocols() throws Exception {
        var server =
                start(
                        AptosNode.builder()
                                .listen(at("/memory/0"))
                                .application(
                                        Codec.BYTES,
                                        List.of(VOTE, ECHO),
                                        Inbox.of(QueueStyle.LIFO, 3),
                                        new NetworkEvents<>() {
                                            @Override
                                            public void onMessage(InboundMessage<Bytes> message)
                                                    throws InterruptedException {
                                                onVote(message);
                                            }

                                            @Override
                                            public void onRpcRequest(RpcRequest<Bytes> request) {
                                                request.respond(request.payload());
                                            }
                                        }));
        var client = client(server);
        vote(client, server.peerId(), "1");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        vote(client, server.peerId(), "2", "3", "4", "5");
        release.countDown();
        assertThat(handled(4)).containsExactly("1", "5", "4", "3");
    }

    @Test
    @DisplayName("Q-11 what a peer left before it went is handled, and so is what others send")
    void oneOfTwoSendersMayGo() throws Exception {
        var server = server(Inbox.of(QueueStyle.FIFO, 10).withOneAtATime(true));
        var first = client(server);
        var second = client(server);
        vote(first, server.peerId(), "a1", "a2");
        first.close();
        var deadline = System.nanoTime() + SOON.toNanos();
        while (server.peers().size() > 1) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(5);
        }
        release.countDown();
        assertThat(handled(2)).containsExactly("a1", "a2");
        vote(second, server.peerId(), "b1");
        assertThat(handled(1)).containsExactly("b1");
        assertThat(handled).isEmpty();
    }

    @Test
    @DisplayName("X-12 a message whose decoding takes long is not overtaken by those after it")
    void decodingKeepsTheOrder() throws Exception {
        var slow =
                new Codec<String>() {
                    @Override
                    public Bytes encode(ProtocolId protocol, String message) {
                        return Bytes.utf8(message);
                    }

                    @Override
                    public String decode(ProtocolId protocol, Bytes payload) {
                        if (payload.asUtf8().equals("slow")) {
                            entered.countDown();
                            try {
                                release.await();
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                        }
                        return payload.asUtf8();
                    }
                };
        var server =
                start(
                        AptosNode.builder()
                                .listen(at("/memory/0"))
                                .serve(ECHO, request -> request.respond(request.payload()))
                                .receive(VOTE, slow, message -> handled.add(message.message())));
        var client = client(server);
        vote(client, server.peerId(), "slow");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        vote(client, server.peerId(), "quick", "quicker");
        assertThat(handled).isEmpty();
        release.countDown();
        assertThat(handled(3)).containsExactly("slow", "quick", "quicker");
    }
}
