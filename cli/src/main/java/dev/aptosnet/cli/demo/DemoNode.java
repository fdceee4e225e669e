package dev.aptosnet.cli.demo;

import dev.aptosnet.domain.wire.HealthCheckerMsg;
import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.Identity;
import dev.aptosnet.ports.client.InboundMessage;
import dev.aptosnet.ports.client.NetworkClient;
import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.RpcRequest;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.TransportSettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** One node of the demo: it sends, receives, checks and counts. */
final class DemoNode implements AutoCloseable {
    static final ProtocolId VOTES = ProtocolId.CONSENSUS_DIRECT_SEND_BCS;
    static final ProtocolId TRANSACTIONS = ProtocolId.MEMPOOL_DIRECT_SEND;
    static final ProtocolId CHUNKS = ProtocolId.STORAGE_SERVICE_RPC;

    private static final int VOTE_BYTES = 256;
    private static final int TRANSACTION_BYTES = 512;
    private static final Duration CHUNK_LIMIT = Duration.ofSeconds(30);
    private static final Duration PING_LIMIT = Duration.ofSeconds(20);
    private static final int DEMO_CHAIN = 4;

    /** Whoever receives a message of this protocol stands still. */
    private static final ProtocolId FREEZE = ProtocolId.custom(247, "DemoFreeze");

    private final Place place;
    private final DemoTally tally;
    private final AptosNode node;
    private final NetworkClient<Bytes> client;

    /** The next number expected of each sender. */
    private final AtomicLongArray nextVotes;

    private final AtomicLongArray nextTransactions;

    /** All nodes' ids by index; the node learns it before anybody sends. */
    private volatile List<PeerId> everybody = List.of();

    private volatile boolean stopping;

    /** The one whose connections may end. */
    private volatile @Nullable PeerId mayLeave;

    /** Why the connections to others ended since {@link #expectLossOf}. */
    private final ConcurrentHashMap<PeerId, DisconnectReason> losses = new ConcurrentHashMap<>();

    private final CountDownLatch frozen = new CountDownLatch(1);
    private final CountDownLatch thawed = new CountDownLatch(1);

    /**
     * What stays when a node stops and another is started in its place.
     *
     * @param index its number among the demo's nodes
     * @param listen addresses such as {@code /ip4/127.0.0.1/tcp/0}
     * @param tally its book
     */
    record Place(int index, Identity identity, List<String> listen, DemoTally tally) {}

    /**
     * @param makers where chunks are made: work of tens of milliseconds, which on a virtual thread
     *     would hold up the handlers of votes
     */
    DemoNode(
            Place place, DemoSettings settings, List<List<NetworkAddress>> seeds, Executor makers) {
        this.place = place;
        this.tally = place.tally();
        this.nextVotes = new AtomicLongArray(settings.nodes());
        this.nextTransactions = new AtomicLongArray(settings.nodes());
        var chunkBytes = settings.chunkBytes();
        var builder =
                AptosNode.builder()
                        .chainId(DEMO_CHAIN)
                        .identity(place.identity())
                        .suites(settings.suite())
                        .quic(settings.transport().quicMode(), settings.transport().quicPercent())
                        .health(settings.health())
                        .maxInboundConnections(Math.max(50, settings.nodes()))
                        .transportLimits(transportLimits(settings.nodes()))
                        .receive(VOTES, this::onVote)
                        .receive(TRANSACTIONS, this::onTransaction)
                        .receiveInline(FREEZE, _ -> standStill())
                        .serve(
                                CHUNKS,
                                request -> makers.execute(() -> serveChunk(request, chunkBytes)))
                        .onPeers(new Losses());
        place.listen().forEach(builder::listen);
        for (var seed : seeds) {
            seed.forEach(builder::seed);
        }
        this.node = builder.start();
        this.client = node.client();
    }

    /** All nodes come from one address, and each needs no more than one thread for its sockets. */
    private static TransportSettings.Limits transportLimits(int nodes) {
        var usual = TransportSettings.Limits.DEFAULT;
        return usual.toBuilder()
                .maxPendingInbound(Math.max(usual.maxPendingInbound(), nodes))
                .maxPendingPerAddress(Math.max(usual.maxPendingPerAddress(), nodes))
                .threads(1)
                .build();
    }

    private static void serveChunk(RpcRequest<Bytes> request, int maxBytes) {
        try {
            request.respond(Chunk.answer(request.payload(), maxBytes));
        } catch (IllegalArgumentException _) {
            request.refuse();
        }
    }

    private final class Losses implements NetworkEvents<Bytes> {
        @Override
        public void onPeerDown(PeerInfo peer, DisconnectReason reason) {
            var excused = mayLeave;
            if (excused != null && excused.equals(peer.peer())) {
                losses.putIfAbsent(peer.peer(), reason);
            } else if (!stopping) {
                tally.lost.increment();
            }
        }
    }

    /** What a node needs that is to take this one's place; the ports are known by now. */
    Place place() {
        var listen =
                addresses().stream()
                        .map(bound -> new NetworkAddress(bound.protocols().subList(0, 2)))
                        .map(NetworkAddress::toString)
                        .toList();
        return new Place(place.index(), place.identity(), listen, place.tally());
    }

    DemoTally tally() {
        return tally;
    }

    List<NetworkAddress> addresses() {
        return node.listenAddresses();
    }

    PeerId peerId() {
        return node.peerId();
    }

    List<PeerInfo> peers() {
        return node.peers();
    }

    void meet(List<PeerId> all) {
        everybody = all;
    }

    private List<PeerId> others() {
        var all = everybody;
        return all.stream().filter(peer -> !peer.equals(peerId())).toList();
    }

    /** At least one to each, however late this begins. */
    void sendVotes(Duration interval, long until) throws InterruptedException {
        send(VOTES, VOTE_BYTES, interval, until, tally.votesSent);
    }

    void sendTransactions(Duration interval, long until) throws InterruptedException {
        send(TRANSACTIONS, TRANSACTION_BYTES, interval, until, tally.transactionsSent);
    }

    private void send(ProtocolId protocol, int size, Duration interval, long until, LongAdder sent)
            throws InterruptedException {
        var others = others();
        for (var number = 0L; number == 0 || System.nanoTime() - until < 0; number++) {
            var note = new Note(place.index(), number, System.nanoTime()).encode(size);
            for (var result : client.sendToPeers(others, protocol, note).values()) {
                (result == SendResult.QUEUED ? sent : tally.sendsRefused).increment();
            }
            Thread.sleep(interval);
        }
    }

    private void onVote(InboundMessage<Bytes> message) {
        var note = check(message, VOTE_BYTES, nextVotes);
        tally.voteDelays.add(System.nanoTime() - note.sentAt());
        tally.votesReceived.increment();
    }

    private void onTransaction(InboundMessage<Bytes> message) {
        check(message, TRANSACTION_BYTES, nextTransactions);
        tally.transactionsReceived.increment();
    }

    /** Messages of one peer and protocol are handed over in order, so a gap is a loss. */
    private Note check(InboundMessage<Bytes> message, int size, AtomicLongArray next) {
        try {
            var note = Note.decode(message.message(), size);
            if (note.sender() < 0
                    || note.sender() >= next.length()
                    || !message.from().equals(everybody.get(note.sender()))
                    || next.getAndSet(note.sender(), note.number() + 1) != note.number()) {
                tally.wrong.increment();
            }
            return note;
        } catch (IllegalArgumentException e) {
            tally.wrong.increment();
            throw e;
        }
    }

    /** Pings the others in turn. */
    void ping(Duration interval, long until) throws InterruptedException {
        var others = others();
        for (var turn = 0; turn == 0 || System.nanoTime() - until < 0; turn++) {
            var start = System.nanoTime();
            var nonce = (place.index() << 16) | (turn & 0xffff);
            try {
                var answer =
                        client.sendToPeerRpc(
                                others.get((place.index() + turn) % others.size()),
                                ProtocolId.HEALTH_CHECKER_RPC,
                                new HealthCheckerMsg.Ping(nonce).encode(),
                                PING_LIMIT);
                if (answer.equals(new HealthCheckerMsg.Pong(nonce).encode())) {
                    tally.roundTrips.add(System.nanoTime() - start);
                    tally.pings.increment();
                } else {
                    tally.rpcFailed.increment();
                }
            } catch (NetworkException _) {
                tally.rpcFailed.increment();
            }
            Thread.sleep(interval);
        }
    }

    /** Fetches a chunk and checks it. */
    void fetch(PeerId from, Chunk chunk) throws InterruptedException {
        try {
            var answer = client.sendToPeerRpc(from, CHUNKS, chunk.request(), CHUNK_LIMIT);
            if (chunk.isContent(answer)) {
                tally.chunksOk.increment();
                tally.chunkBytes.add(answer.size());
            } else {
                tally.chunksWrong.increment();
            }
        } catch (NetworkException _) {
            tally.rpcFailed.increment();
        }
    }

    /** Whether a peer answers a call. */
    boolean reaches(PeerId peer, Duration limit) throws InterruptedException {
        var ping = new HealthCheckerMsg.Ping(place.index()).encode();
        try {
            client.sendToPeerRpc(peer, ProtocolId.HEALTH_CHECKER_RPC, ping, limit);
            return true;
        } catch (NetworkException _) {
            return false;
        }
    }

    /** From now on the end of a connection to that peer is what was asked for, and is noted. */
    void expectLossOf(PeerId peer) {
        losses.clear();
        mayLeave = peer;
    }

    /** Why the connection to the expected peer ended; null if it has not. */
    @Nullable DisconnectReason lossOf(PeerId peer) {
        return losses.get(peer);
    }

    /** Makes another node stand still; returns once it does. */
    void freeze(DemoNode other) throws InterruptedException {
        var sent = client.sendToPeer(other.peerId(), FREEZE, Bytes.EMPTY);
        if (sent != SendResult.QUEUED || !other.frozen.await(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the order to stand still did not arrive: " + sent);
        }
    }

    /**
     * On the thread of all of this node's sockets, which does nothing else meanwhile; over QUIC, on
     * that of the connection by which the order came.
     */
    private void standStill() throws InterruptedException {
        frozen.countDown();
        thawed.await();
    }

    /** Ends the standing still; it can be had once. */
    void thaw() {
        thawed.countDown();
    }

    /** From now on the end of a connection is what was asked for. */
    void expectEnd() {
        stopping = true;
    }

    @Override
    public void close() {
        expectEnd();
        thaw();
        node.close();
    }
}
