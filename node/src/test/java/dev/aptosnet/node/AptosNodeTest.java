package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.client.InboundMessage;
import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.RpcCallback;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.SetupFailure;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Whole nodes against each other, over real sockets and in memory. */
@Timeout(120)
class AptosNodeTest {
    private static final ProtocolId ECHO = ProtocolId.custom(200, "Echo");
    private static final ProtocolId SLOW = ProtocolId.custom(201, "Slow");
    private static final ProtocolId NOTES = ProtocolId.custom(202, "Notes");
    private static final Duration SOON = Duration.ofSeconds(30);

    private final List<AptosNode> nodes = new ArrayList<>();
    private final CountDownLatch slow = new CountDownLatch(1);
    private final BlockingQueue<InboundMessage<Bytes>> notes = new LinkedBlockingQueue<>();

    /** Where nodes listen; another transport's tests have their own. */
    String at(String address) {
        return address;
    }

    NodeBuilder with(NodeBuilder builder) {
        return builder;
    }

    @AfterEach
    void stop() {
        slow.countDown();
        nodes.forEach(AptosNode::close);
    }

    private AptosNode start(NodeBuilder builder) {
        var node = with(builder).start();
        nodes.add(node);
        return node;
    }

    private NodeBuilder server(String address) {
        return AptosNode.builder()
                .listen(address)
                .serve(ECHO, request -> request.respond(request.payload()))
                .serve(
                        SLOW,
                        request -> {
                            slow.await();
                            request.respond(request.payload());
                        })
                .receive(NOTES, notes::add);
    }

    private AptosNode client(AptosNode server) throws InterruptedException {
        var node =
                start(
                        AptosNode.builder()
                                .seed(server.listenAddress())
                                .protocols(ECHO, SLOW, NOTES));
        node.awaitPeer(server.peerId(), SOON);
        return node;
    }

    private static Bytes random(long seed, int size) {
        var bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ip4/127.0.0.1/tcp/0", "/ip6/::1/tcp/0", "/memory/0"})
    void aCallIsAnsweredOverEveryTransport(String address) throws Exception {
        var server = start(server(address));
        var client = client(server);
        var answer =
                client.client().sendToPeerRpc(server.peerId(), ECHO, Bytes.utf8("hello"), SOON);
        assertThat(answer.asUtf8()).isEqualTo("hello");
        assertThat(client.peers())
                .singleElement()
                .satisfies(
                        peer -> {
                            assertThat(peer.peer()).isEqualTo(server.peerId());
                            assertThat(peer.origin()).isEqualTo(Origin.OUTBOUND);
                            assertThat(peer.address()).isEqualTo(server.listenAddress());
                        });
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    void eitherSuiteWorksAndIsReported(CipherSuite suite) throws Exception {
        var server = start(server(at("/ip4/127.0.0.1/tcp/0")).suites(suite));
        var client =
                start(
                        AptosNode.builder()
                                .suites(suite)
                                .seed(server.listenAddress())
                                .protocols(ECHO));
        client.awaitPeer(server.peerId(), SOON);
        assertThat(client.peers().getFirst().suite()).isEqualTo(suite);
        assertThat(client.client().sendToPeerRpc(server.peerId(), ECHO, Bytes.utf8("x"), SOON))
                .isEqualTo(Bytes.utf8("x"));
    }

    @Test
    void aDialerWhoseFirstSuiteIsUnknownFallsBackToItsSecond() throws Exception {
        var server = start(server(at("/ip4/127.0.0.1/tcp/0")).suites(CipherSuite.AESGCM));
        var client =
                start(
                        AptosNode.builder()
                                .suites(CipherSuite.CHACHAPOLY, CipherSuite.AESGCM)
                                .seed(server.listenAddress())
                                .protocols(ECHO));
        client.awaitPeer(server.peerId(), SOON);
        assertThat(client.peers().getFirst().suite()).isEqualTo(CipherSuite.AESGCM);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 4 << 20, (20 << 20) + 7, 64 << 20})
    void messagesOfEverySizeComeBackByteIdentical(int size) throws Exception {
        var server = start(server(at("/ip4/127.0.0.1/tcp/0")));
        var client = client(server);
        var request = random(size, size);
        var answer =
                client.client()
                        .sendToPeerRpc(server.peerId(), ECHO, request, Duration.ofSeconds(60));
        assertThat(answer.equals(request)).isTrue();
    }

    @Test
    void aMessageAboveTheLimitIsRefusedBeforeItIsSent() throws Exception {
        var server = start(server(at("/memory/0")));
        var client = client(server);
        var tooLarge = Bytes.wrap(new byte[(64 << 20) + 1]);
        assertThat(client.client().sendToPeer(server.peerId(), NOTES, tooLarge))
                .isEqualTo(SendResult.TOO_LARGE);
        assertThatThrownBy(
                        () -> client.client().sendToPeerRpc(server.peerId(), ECHO, tooLarge, SOON))
                .isInstanceOf(NetworkException.MessageTooLarge.class)
                .hasMessageContaining("max_message_size");
    }

    @Test
    void directSendsArriveInOrder() throws Exception {
        var server = start(server(at("/ip4/127.0.0.1/tcp/0")));
        var client = client(server);
        var count = 5_000;
        for (var i = 0; i < count; i++) {
            while (true) {
                var result =
                        client.client()
                                .sendToPeer(
                                        server.peerId(), NOTES, Bytes.utf8(Integer.toString(i)));
                if (result == SendResult.QUEUED) {
                    break;
                }
                assertThat(result).isEqualTo(SendResult.DROPPED_FULL);
                Thread.sleep(1);
            }
            // The receiver's queue holds 1024: stay below it, since a full one drops by its rule.
            while (i - notes.size() > 500) {
                Thread.sleep(1);
            }
        }
        for (var i = 0; i < count; i++) {
            var note = notes.poll(5, TimeUnit.SECONDS);
            assertThat(note).isNotNull();
            assertThat(note.from()).isEqualTo(client.peerId());
            assertThat(note.message().asUtf8()).isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void theServerCanCallItsClientToo() throws Exception {
        var server = start(server(at("/ip4/127.0.0.1/tcp/0")));
        var client =
                start(
                        AptosNode.builder()
                                .seed(server.listenAddress())
                                .serve(
                                        ECHO,
                                        request -> request.respond(Bytes.utf8("from client"))));
        server.awaitPeer(client.peerId(), SOON);
        assertThat(server.client().sendToPeerRpc(client.peerId(), ECHO, Bytes.EMPTY, SOON))
                .isEqualTo(Bytes.utf8("from client"));
    }

    @Test
    void aPeerThatIsNotConnectedIsAnErrorAtOnce() {
        var node = start(server(at("/memory/0")));
        var stranger = Identity.generate().peerId();
        assertThat(node.client().sendToPeer(stranger, NOTES, Bytes.EMPTY))
                .isEqualTo(SendResult.NOT_CONNECTED);
        assertThatThrownBy(() -> node.client().sendToPeerRpc(stranger, ECHO, Bytes.EMPTY, SOON))
                .isInstanceOf(NetworkException.NotConnected.class);
        assertThatThrownBy(
                        () ->
                                node.client()
                                        .sendToPeerRpcAsync(stranger, ECHO, Bytes.EMPTY, SOON)
                                        .get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(NetworkException.NotConnected.class);
    }

    @Test
    void aProtocolThePeerDoesNotSpeakIsAnErrorAtOnce() throws Exception {
        var server = start(server(at("/memory/0")));
        var other = ProtocolId.custom(240, "Other");
        var client = start(AptosNode.builder().seed(server.listenAddress()).protocols(ECHO, other));
        client.awaitPeer(server.peerId(), SOON);
        assertThat(client.client().sendToPeer(server.peerId(), other, Bytes.EMPTY))
                .isEqualTo(SendResult.UNSUPPORTED_PROTOCOL);
        assertThatThrownBy(
                        () ->
                                client.client()
                                        .sendToPeerRpc(server.peerId(), other, Bytes.EMPTY, SOON))
                .isInstanceOf(NetworkException.UnsupportedProtocol.class);
    }

    @Test
    void aCallWithoutAnAnswerTimesOutAndALateAnswerHurtsNobody() throws Exception {
        var server = start(server(at("/ip4/127.0.0.1/tcp/0")));
        var client = client(server);
        assertThatThrownBy(
                        () ->
                                client.client()
                                        .sendToPeerRpc(
                                                server.peerId(),
                                                SLOW,
                                                Bytes.EMPTY,
                                                Duration.ofMillis(100)))
                .isInstanceOfAny(NetworkException.TimedOut.class, NetworkException.Refused.class);
        slow.countDown();
        assertThat(client.client().sendToPeerRpc(server.peerId(), ECHO, Bytes.utf8("y"), SOON))
                .isEqualTo(Bytes.utf8("y"));
    }

    @Test
    void aHandlerThatThrowsIsARefusalBetweenCapablePeers() throws Exception {
        var server =
                start(
                        AptosNode.builder()
                                .listen(at("/memory/0"))
                                .serve(
                                        ECHO,
                                        _ -> {
                                            throw new IllegalStateException("planted");
                                        }));
        var client = client(server);
        assertThatThrownBy(
                        () ->
                                client.client()
                                        .sendToPeerRpc(server.peerId(), ECHO, Bytes.EMPTY, SOON))
                .isInstanceOfSatisfying(
                        NetworkException.Refused.class, e -> assertThat(e.byPeer()).isTrue())
                .hasMessageContaining("HANDLER_FAILED");
    }

    @Test
    void theCallAboveTheLimitIsRefusedHereWithTheKey() throws Exception {
        var server = start(server(at("/ip4/127.0.0.1/tcp/0")));
        var client = client(server);
        // The ping that every new connection gets counts as a call as well.
        var deadline = System.nanoTime() + SOON.toNanos();
        while (client.roundTrip(server.peerId()).isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        var futures = new ArrayList<java.util.concurrent.CompletableFuture<Bytes>>();
        for (var i = 0; i < 100; i++) {
            futures.add(
                    client.client()
                            .sendToPeerRpcAsync(server.peerId(), SLOW, Bytes.utf8("" + i), SOON));
        }
        assertThatThrownBy(
                        () ->
                                client.client()
                                        .sendToPeerRpc(server.peerId(), SLOW, Bytes.EMPTY, SOON))
                .isInstanceOfSatisfying(
                        NetworkException.Refused.class, e -> assertThat(e.byPeer()).isFalse())
                .hasMessageContaining("max_concurrent_outbound_rpcs");
        slow.countDown();
        for (var i = 0; i < 100; i++) {
            assertThat(futures.get(i).get(10, TimeUnit.SECONDS)).isEqualTo(Bytes.utf8("" + i));
        }
    }

    @Test
    @DisplayName("X-07 all who wait for answers are released when the peer goes")
    void openCallsEndWhenThePeerGoes() throws Exception {
        var server = start(server(at("/ip4/127.0.0.1/tcp/0")));
        var client = client(server);
        var futures = new ArrayList<java.util.concurrent.CompletableFuture<Bytes>>();
        for (var i = 0; i < 50; i++) {
            futures.add(
                    client.client()
                            .sendToPeerRpcAsync(
                                    server.peerId(), SLOW, Bytes.EMPTY, Duration.ofMinutes(5)));
        }
        // Answered after all of them have come.
        client.client().sendToPeerRpc(server.peerId(), ECHO, Bytes.EMPTY, SOON);
        server.close();
        for (var future : futures) {
            assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(NetworkException.PeerDisconnected.class);
        }
    }

    @Test
    void aCallbackHearsTheAnswerOnce() throws Exception {
        var server = start(server(at("/ip4/127.0.0.1/tcp/0")));
        var client = client(server);
        var answers = new LinkedBlockingQueue<Bytes>();
        client.client()
                .sendToPeerRpc(
                        server.peerId(),
                        ECHO,
                        Bytes.utf8("inline"),
                        SOON,
                        new RpcCallback<>() {
                            @Override
                            public void onAnswer(Bytes answer) {
                                answers.add(answer);
                            }

                            @Override
                            public void onFailure(NetworkException failure) {
                                answers.add(Bytes.utf8(String.valueOf(failure.getMessage())));
                            }
                        });
        assertThat(answers.poll(5, TimeUnit.SECONDS)).isEqualTo(Bytes.utf8("inline"));
        assertThat(answers.poll(100, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void anInterruptedCallerGivesTheCallUp() throws Exception {
        var server = start(server(at("/ip4/127.0.0.1/tcp/0")));
        var client = client(server);
        var seen = new AtomicReference<Throwable>();
        var caller =
                Thread.startVirtualThread(
                        () -> {
                            try {
                                client.client()
                                        .sendToPeerRpc(server.peerId(), SLOW, Bytes.EMPTY, SOON);
                            } catch (InterruptedException | RuntimeException e) {
                                seen.set(e);
                            }
                        });
        Thread.sleep(100);
        caller.interrupt();
        assertThat(caller.join(Duration.ofSeconds(5))).isTrue();
        assertThat(seen.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void anotherChainOrNetworkIsRefusedWithTheReason() {
        var server = start(server(at("/ip4/127.0.0.1/tcp/0")));
        var otherChain = start(AptosNode.builder().chainId(9).protocols(ECHO));
        var otherNetwork = start(AptosNode.builder().networkId(NetworkId.VFN).protocols(ECHO));
        assertThatThrownBy(() -> otherChain.connect(server.peerId(), server.listenAddress(), SOON))
                .isInstanceOfSatisfying(
                        ConnectFailure.class,
                        e ->
                                assertThat(e.failure().reason())
                                        .isEqualTo(SetupFailure.Reason.WRONG_CHAIN));
        assertThatThrownBy(
                        () -> otherNetwork.connect(server.peerId(), server.listenAddress(), SOON))
                .isInstanceOfSatisfying(
                        ConnectFailure.class,
                        e ->
                                assertThat(e.failure().reason())
                                        .isEqualTo(SetupFailure.Reason.WRONG_NETWORK));
        assertThat(server.peers()).isEmpty();
    }

    @Test
    @DisplayName("NB-01 two validators that trust each other see each other as validators")
    void validatorsTrustEachOther() throws Exception {
        var a = Identity.generate();
        var b = Identity.generate();
        var listener =
                start(
                        AptosNode.builder()
                                .networkId(NetworkId.VALIDATOR)
                                .validator(true)
                                .identity(a)
                                .listen(at("/ip4/127.0.0.1/tcp/0"))
                                .trust(b.peerId(), b.publicKey(), PeerRole.VALIDATOR));
        var dialer =
                start(
                        AptosNode.builder()
                                .networkId(NetworkId.VALIDATOR)
                                .validator(true)
                                .identity(b)
                                .trust(a.peerId(), a.publicKey(), PeerRole.VALIDATOR)
                                .seed(listener.listenAddress()));
        dialer.awaitPeer(a.peerId(), SOON);
        listener.awaitPeer(b.peerId(), SOON);
        assertThat(dialer.peers().getFirst().role()).isEqualTo(PeerRole.VALIDATOR);
        assertThat(dialer.peers().getFirst().origin()).isEqualTo(Origin.OUTBOUND);
        assertThat(listener.peers().getFirst().role()).isEqualTo(PeerRole.VALIDATOR);
        assertThat(listener.peers().getFirst().origin()).isEqualTo(Origin.INBOUND);

        var stranger =
                start(
                        AptosNode.builder()
                                .networkId(NetworkId.VALIDATOR)
                                .validator(true)
                                .trust(a.peerId(), a.publicKey(), PeerRole.VALIDATOR));
        assertThatThrownBy(() -> stranger.connect(a.peerId(), listener.listenAddress(), SOON))
                .isInstanceOf(ConnectFailure.class)
                .hasMessageContaining("TRUNCATED");
    }

    @Test
    void peersThatComeAndGoAreReportedInOrder() throws Exception {
        var events = new LinkedBlockingQueue<String>();
        var server =
                start(
                        server(at("/ip4/127.0.0.1/tcp/0"))
                                .onPeers(
                                        new NetworkEvents<Bytes>() {
                                            @Override
                                            public void onPeerUp(PeerInfo peer) {
                                                events.add("up " + peer.peer());
                                            }

                                            @Override
                                            public void onPeerDown(
                                                    PeerInfo peer, DisconnectReason reason) {
                                                events.add("down " + peer.peer() + " " + reason);
                                            }
                                        }));
        var client = client(server);
        assertThat(events.poll(5, TimeUnit.SECONDS)).isEqualTo("up " + client.peerId());
        client.close();
        assertThat(events.poll(5, TimeUnit.SECONDS))
                .isEqualTo("down " + client.peerId() + " CONNECTION_CLOSED");
    }

    @Test
    void aLostSeedIsDialedAgain() throws Exception {
        var server = start(server(at("/ip4/127.0.0.1/tcp/0")));
        var client = client(server);
        server.awaitPeer(client.peerId(), SOON);
        var lost = client.peers().getFirst().connection();
        assertThat(server.client().disconnectFromPeer(client.peerId())).isTrue();
        var deadline = System.nanoTime() + SOON.toNanos();
        while (System.nanoTime() < deadline
                && client.peers().stream().allMatch(peer -> peer.connection().equals(lost))) {
            Thread.sleep(5);
        }
        assertThat(client.peers().getFirst().connection()).isNotEqualTo(lost);
        assertThat(client.client().sendToPeerRpc(server.peerId(), ECHO, Bytes.utf8("z"), SOON))
                .isEqualTo(Bytes.utf8("z"));
    }

    /** How often two nodes dial each other. */
    int rounds() {
        return 20;
    }

    @Test
    void bothMayDialEachOtherAndOneConnectionStays() throws Exception {
        for (var round = 0; round < rounds(); round++) {
            var a = start(server(at("/ip4/127.0.0.1/tcp/0")));
            var b = start(server(at("/ip4/127.0.0.1/tcp/0")));
            a.addSeed(b.listenAddress());
            b.addSeed(a.listenAddress());
            a.awaitPeer(b.peerId(), SOON);
            b.awaitPeer(a.peerId(), SOON);
            // A call on the connection that loses fails; on the one that stays it does not.
            assertThat(callUntilAnswered(a, b)).isEqualTo(Bytes.utf8("settled"));
            assertThat(callUntilAnswered(b, a)).isEqualTo(Bytes.utf8("settled"));
            awaitOneLink(a, b);
            a.close();
            b.close();
        }
    }

    private static Bytes callUntilAnswered(AptosNode from, AptosNode to) throws Exception {
        var deadline = System.nanoTime() + SOON.toNanos();
        while (true) {
            try {
                return from.client().sendToPeerRpc(to.peerId(), ECHO, Bytes.utf8("settled"), SOON);
            } catch (NetworkException.PeerDisconnected | NetworkException.NotConnected e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(10);
            }
        }
    }

    /** Until then one end may see another link than the other, or none for a moment. */
    private static void awaitOneLink(AptosNode a, AptosNode b) throws Exception {
        var deadline = System.nanoTime() + SOON.toNanos();
        while (true) {
            var atA = a.peers();
            var atB = b.peers();
            if (atA.size() == 1
                    && atB.size() == 1
                    && atA.getFirst().origin() != atB.getFirst().origin()) {
                return;
            }
            assertThat(System.nanoTime()).as("%s and %s", atA, atB).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    @Test
    void anAddressInUseIsOneClearError() {
        var first = start(server("/ip4/127.0.0.1/tcp/0"));
        var port = first.listenAddress().port().orElseThrow();
        assertThatThrownBy(() -> server("/ip4/127.0.0.1/tcp/" + port).start())
                .isInstanceOf(ConnectFailure.class)
                .hasMessageContaining("/tcp/" + port);
    }

    @Test
    void aClosedNodeLeavesNoThreadAndNoPort() throws Exception {
        var before = threads();
        var server = start(server("/ip4/127.0.0.1/tcp/0"));
        var client = client(server);
        client.close();
        server.close();
        var deadline = System.nanoTime() + SOON.toNanos();
        while (!before.containsAll(threads()) && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertThat(before).containsAll(threads());
        var port = server.listenAddress().port().orElseThrow();
        var again = start(server("/ip4/127.0.0.1/tcp/" + port));
        assertThat(again.listenAddress().port()).contains(port);
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("aptosnet"))
                .sorted()
                .toList();
    }
}
