package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.InboundMessage;
import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.PeerMetadata;
import dev.aptosnet.ports.client.RpcRequest;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Applications that know several protocols, and peers that know some of them. */
@Timeout(60)
class ApplicationTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final ProtocolId A = ProtocolId.of(12);
    private static final ProtocolId B = ProtocolId.CONSENSUS_DIRECT_SEND_BCS;
    private static final ProtocolId C = ProtocolId.of(6);
    private static final ProtocolId D = ProtocolId.MEMPOOL_DIRECT_SEND;
    private static final ProtocolId S = ProtocolId.STORAGE_SERVICE_RPC;
    private static final ProtocolId CC = ProtocolId.of(11);
    private static final ProtocolId CB = ProtocolId.CONSENSUS_RPC_BCS;
    private static final ProtocolId CJ = ProtocolId.of(7);
    private static final Bytes HELLO = Bytes.utf8("hello");

    private final List<AptosNode> nodes = new ArrayList<>();

    /** Where nodes listen; another transport's tests have their own. */
    String at(String address) {
        return address;
    }

    NodeBuilder with(NodeBuilder builder) {
        return builder;
    }

    @AfterEach
    void close() {
        nodes.reversed().forEach(AptosNode::close);
    }

    private AptosNode start(NodeBuilder builder) {
        var node = with(builder).start();
        nodes.add(node);
        return node;
    }

    /** Takes what arrives, and answers requests with their own payload unless it is empty. */
    private static final class Application implements NetworkEvents<Bytes> {
        final BlockingQueue<InboundMessage<Bytes>> messages = new LinkedBlockingQueue<>();
        final BlockingQueue<ProtocolId> requests = new LinkedBlockingQueue<>();

        @Override
        public void onMessage(InboundMessage<Bytes> message) {
            messages.add(message);
        }

        @Override
        public void onRpcRequest(RpcRequest<Bytes> request) {
            requests.add(request.protocol());
            if (!request.payload().isEmpty()) {
                request.respond(request.payload());
            }
        }

        InboundMessage<Bytes> next() throws InterruptedException {
            var message = messages.poll(20, TimeUnit.SECONDS);
            assertThat(message).isNotNull();
            return message;
        }
    }

    private AptosNode peer(NetworkId network, Application application, ProtocolId... protocols) {
        return start(
                AptosNode.builder()
                        .networkId(network)
                        .listen(at("/memory/0"))
                        .application(Codec.BYTES, List.of(protocols), application));
    }

    /** A node that speaks everything and is connected with these. */
    private AptosNode sender(NetworkId network, AptosNode... peers) throws InterruptedException {
        var sender =
                start(AptosNode.builder().networkId(network).protocols(A, B, C, D, S, CC, CB, CJ));
        for (var peer : peers) {
            sender.connect(peer.peerId(), peer.listenAddress(), SOON);
        }
        return sender;
    }

    @Test
    @DisplayName("AP-09 peers with one of our protocols are available; under another nothing goes")
    void noMatchingProtocol() throws Exception {
        var rpc = peer(NetworkId.PUBLIC, new Application(), S);
        var direct = peer(NetworkId.PUBLIC, new Application(), D);
        var other = peer(NetworkId.PUBLIC, new Application(), A);
        var client = sender(NetworkId.PUBLIC, rpc, direct, other).client(Codec.BYTES, S, D);
        assertThat(client.availablePeers())
                .extracting(PeerInfo::peer)
                .containsExactlyInAnyOrder(rpc.peerId(), direct.peerId());
        assertThat(client.choose(rpc.peerId(), List.of(D))).isEmpty();
        assertThat(client.sendToPeer(rpc.peerId(), List.of(D), HELLO))
                .isEqualTo(SendResult.UNSUPPORTED_PROTOCOL);
        assertThatThrownBy(() -> client.sendToPeerRpc(direct.peerId(), List.of(S), HELLO, SOON))
                .isInstanceOf(NetworkException.UnsupportedProtocol.class);
        var nobody = PeerId.parse("0x1");
        assertThat(client.sendToPeer(nobody, List.of(D), HELLO))
                .isEqualTo(SendResult.NOT_CONNECTED);
    }

    @Test
    @DisplayName(
            "AP-10 of the protocols that a peer speaks the one that the client prefers is taken")
    void directSend() throws Exception {
        var application = new Application();
        var peer = peer(NetworkId.VFN, application, C, D, B);
        var sender = sender(NetworkId.VFN, peer);
        assertThat(
                        sender.client(Codec.BYTES, A, B, C, D)
                                .sendToPeer(peer.peerId(), List.of(A, B, C, D), HELLO))
                .isEqualTo(SendResult.QUEUED);
        var message = application.next();
        assertThat(message.protocol()).isEqualTo(B);
        assertThat(message.from()).isEqualTo(sender.peerId());
        assertThat(message.message()).isEqualTo(HELLO);
        assertThat(peer.peers().getFirst().network()).isEqualTo(NetworkId.VFN);
    }

    /** A client belongs to one network, so one send to two networks is one with each client. */
    @Test
    @DisplayName("AP-11 two peers on two networks each get it under a protocol of their own")
    void directSendOnTwoNetworks() throws Exception {
        var first = new Application();
        var second = new Application();
        var one = peer(NetworkId.VFN, first, B);
        var two = peer(NetworkId.PUBLIC, second, D, C);
        var sender =
                start(
                        AptosNode.builder()
                                .networkId(NetworkId.VFN)
                                .protocols(A, B, C, D)
                                .network(NetworkId.PUBLIC, other -> other.protocols(A, B, C, D)));
        sender.connect(one.peerId(), one.listenAddress(), SOON);
        sender.network(NetworkId.PUBLIC).connect(two.peerId(), two.listenAddress(), SOON);
        var peers = List.of(one.peerId(), two.peerId());
        assertThat(
                        sender.client(Codec.BYTES, A, B, C, D)
                                .sendToPeers(peers, List.of(A, B, C, D), HELLO))
                .containsExactly(
                        Map.entry(one.peerId(), SendResult.QUEUED),
                        Map.entry(two.peerId(), SendResult.NOT_CONNECTED));
        assertThat(
                        sender.network(NetworkId.PUBLIC)
                                .client(Codec.BYTES, A, B, C, D)
                                .sendToPeers(peers, List.of(A, B, C, D), HELLO))
                .containsExactly(
                        Map.entry(one.peerId(), SendResult.NOT_CONNECTED),
                        Map.entry(two.peerId(), SendResult.QUEUED));
        assertThat(first.next().protocol()).isEqualTo(B);
        assertThat(second.next().protocol()).isEqualTo(C);
        assertThat(sender.peersAndMetadata().connected())
                .extracting(known -> known.info().network(), known -> known.info().peer())
                .containsExactly(
                        tuple(NetworkId.VFN, one.peerId()), tuple(NetworkId.PUBLIC, two.peerId()));
        assertThat(sender.peersAndMetadata().supporting(C))
                .extracting(known -> known.info().peer())
                .containsExactly(two.peerId());
    }

    @Test
    void oneSendToSeveralPeersTakesTheBestProtocolOfEach() throws Exception {
        var first = new Application();
        var second = new Application();
        var one = peer(NetworkId.PUBLIC, first, B);
        var two = peer(NetworkId.PUBLIC, second, D, C);
        var client = sender(NetworkId.PUBLIC, one, two).client(Codec.BYTES, A, B, C, D);
        assertThat(
                        client.sendToPeers(
                                List.of(two.peerId(), one.peerId()), List.of(A, B, C, D), HELLO))
                .containsExactly(
                        Map.entry(two.peerId(), SendResult.QUEUED),
                        Map.entry(one.peerId(), SendResult.QUEUED));
        assertThat(first.next().protocol()).isEqualTo(B);
        assertThat(second.next().protocol()).isEqualTo(C);
    }

    @Test
    @DisplayName("AP-12 a call goes under the protocol that the client prefers, with its time-out")
    void rpc() throws Exception {
        var application = new Application();
        var peer = peer(NetworkId.PUBLIC, application, CC, CJ, CB);
        var client = sender(NetworkId.PUBLIC, peer).client(Codec.BYTES, S, CJ, CB, CC);
        var order = List.of(S, CJ, CB, CC);
        assertThat(client.sendToPeerRpc(peer.peerId(), order, HELLO, Duration.ofSeconds(20)))
                .isEqualTo(HELLO);
        assertThat(application.requests.take()).isEqualTo(CJ);
        // An empty request is not answered; the peer itself gives up after 10 s.
        assertThatThrownBy(
                        () ->
                                client.sendToPeerRpc(
                                        peer.peerId(), order, Bytes.EMPTY, Duration.ofSeconds(2)))
                .isInstanceOf(NetworkException.TimedOut.class);
        assertThat(application.requests.take()).isEqualTo(CJ);
    }

    @Test
    @DisplayName(
            "NB-02 direct sends arrive from the right peer in both directions, and both stores know"
                    + " it")
    void bothDirections() throws Exception {
        var a = Identity.generate();
        var b = Identity.generate();
        var atListener = new Application();
        var atDialer = new Application();
        var listener = start(validator(a, b, atListener).listen(at("/ip4/127.0.0.1/tcp/0")));
        var dialer = start(validator(b, a, atDialer).seed(listener.listenAddress()));
        dialer.awaitPeer(a.peerId(), SOON);
        listener.awaitPeer(b.peerId(), SOON);
        dialer.client().sendToPeer(a.peerId(), B, HELLO);
        assertThat(atListener.next()).isEqualTo(new InboundMessage<>(b.peerId(), B, HELLO));
        listener.client().sendToPeer(b.peerId(), B, HELLO);
        assertThat(atDialer.next()).isEqualTo(new InboundMessage<>(a.peerId(), B, HELLO));

        assertStored(dialer, a.peerId(), Origin.OUTBOUND);
        assertStored(listener, b.peerId(), Origin.INBOUND);
    }

    private static NodeBuilder validator(Identity self, Identity other, Application application) {
        return AptosNode.builder()
                .networkId(NetworkId.VALIDATOR)
                .validator(true)
                .identity(self)
                .trust(other.peerId(), other.publicKey(), PeerRole.VALIDATOR)
                .application(Codec.BYTES, List.of(B), application);
    }

    private static void assertStored(AptosNode node, PeerId peer, Origin origin) {
        var store = node.peersAndMetadata();
        assertThat(store.networks()).containsExactly(NetworkId.VALIDATOR);
        assertThat(store.trusted(NetworkId.VALIDATOR)).containsOnlyKeys(peer);
        assertThat(store.connected())
                .extracting(PeerMetadata::info)
                .singleElement()
                .satisfies(
                        info -> {
                            assertThat(info.peer()).isEqualTo(peer);
                            assertThat(info.role()).isEqualTo(PeerRole.VALIDATOR);
                            assertThat(info.origin()).isEqualTo(origin);
                        });
    }
}
