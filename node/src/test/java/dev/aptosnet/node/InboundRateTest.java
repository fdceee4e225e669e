package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.RpcRequest;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.InboundRate;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The inbound rate limit over real sockets. */
@Timeout(60)
class InboundRateTest {
    private static final ProtocolId FLOOD = ProtocolId.custom(200, "Flood");
    private static final ProtocolId ASK = ProtocolId.custom(201, "Ask");
    private static final Duration LONG = Duration.ofSeconds(30);

    private final List<AptosNode> nodes = new ArrayList<>();
    private final AtomicLong received = new AtomicLong();
    private final BlockingQueue<RpcRequest<Bytes>> asked = new LinkedBlockingQueue<>();
    private final BlockingQueue<DisconnectReason> lost = new LinkedBlockingQueue<>();

    /** Where nodes listen; another transport's tests have their own. */
    String at(String address) {
        return address;
    }

    NodeBuilder with(NodeBuilder builder) {
        return builder;
    }

    @AfterEach
    void stop() {
        nodes.forEach(AptosNode::close);
    }

    private AptosNode start(NodeBuilder builder) {
        var node = with(builder).start();
        nodes.add(node);
        return node;
    }

    private AptosNode server(InboundRate rate) {
        return start(
                AptosNode.builder()
                        .listen(at("/ip4/127.0.0.1/tcp/0"))
                        .inboundRateLimit(rate)
                        .receiveInline(
                                FLOOD, message -> received.addAndGet(message.message().size()))
                        .serveInline(ASK, asked::add)
                        .onPeers(
                                new NetworkEvents<Bytes>() {
                                    @Override
                                    public void onPeerDown(PeerInfo peer, DisconnectReason why) {
                                        lost.add(why);
                                    }
                                }));
    }

    private AptosNode client(AptosNode server) throws InterruptedException {
        var node = start(AptosNode.builder().seed(server.listenAddress()).protocols(FLOOD, ASK));
        node.awaitPeer(server.peerId(), LONG);
        return node;
    }

    @Test
    void aSenderAtTenTimesItsLimitIsSlowedToItAndItsAnswersAreNot() throws Exception {
        var limit = 400_000L;
        var server = server(InboundRate.bytes(limit));
        var client = client(server);
        var requests = client.client();
        // The requests come before the flood; their answers leave the server in the midst of it.
        var arrived = new ArrayList<CompletableFuture<Long>>();
        for (var i = 0; i < 40; i++) {
            arrived.add(
                    requests.sendToPeerRpcAsync(server.peerId(), ASK, Bytes.utf8("?"), LONG)
                            .thenApply(_ -> System.nanoTime()));
        }
        var open = new ArrayList<RpcRequest<Bytes>>();
        while (open.size() < arrived.size()) {
            var request = asked.poll(5, TimeUnit.SECONDS);
            assertThat(request).isNotNull();
            open.add(request);
        }

        var payload = Bytes.wrap(new byte[1000]);
        var begin = System.nanoTime();
        var answered = new ArrayList<Long>();
        var offered = 0L;
        var nextAnswer = begin + TimeUnit.SECONDS.toNanos(1);
        while (answered.size() < open.size()) {
            // Ten times the limit; what the sender's own queue does not take is lost.
            var due = (System.nanoTime() - begin) * 10 * limit / 1_000_000_000;
            while (offered < due) {
                offered += payload.size();
                var _ = requests.sendToPeer(server.peerId(), FLOOD, payload);
            }
            if (System.nanoTime() >= nextAnswer) {
                nextAnswer += TimeUnit.MILLISECONDS.toNanos(50);
                answered.add(System.nanoTime());
                assertThat(open.get(answered.size() - 1).respond(Bytes.utf8("!"))).isTrue();
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        var delivered = received.get();
        var seconds = (System.nanoTime() - begin) / 1e9;

        var latencies = new ArrayList<Long>();
        for (var i = 0; i < arrived.size(); i++) {
            latencies.add(arrived.get(i).get(10, TimeUnit.SECONDS) - answered.get(i));
        }
        latencies.sort(null);
        var median = latencies.get(latencies.size() / 2) / 1e6;
        var longest = latencies.getLast() / 1e6;
        System.out.printf(
                "limit %d B/s, offered %.0f B/s, delivered %d B in %.2f s: %.0f B/s beyond the"
                        + " first second's worth; answers: median %.2f ms, longest %.2f ms%n",
                limit,
                offered / seconds,
                delivered,
                seconds,
                (delivered - limit) / seconds,
                median,
                longest);
        assertThat(delivered)
                .isBetween((long) (0.7 * limit * seconds), limit + (long) (1.1 * limit * seconds));
        assertThat(offered / seconds).isGreaterThan(9.0 * limit);
        assertThat(longest).as("milliseconds").isLessThan(500);
        assertThat(lost).isEmpty();
    }

    @Test
    @DisplayName("X-11 corrected: a message that can never pass is counted and ends the connection")
    void aMessageThatCanNeverPassEndsTheConnection() throws Exception {
        var meters = new SimpleMeterRegistry();
        Metrics.addRegistry(meters);
        var server = server(InboundRate.bytes(1000));
        var client = client(server);
        client.client().sendToPeer(server.peerId(), FLOOD, Bytes.wrap(new byte[1000]));
        client.client().sendToPeer(server.peerId(), FLOOD, Bytes.wrap(new byte[1001]));
        assertThat(lost.poll(5, TimeUnit.SECONDS)).isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
        assertThat(received).hasValue(1000);
        assertThat(
                        meters.get("aptos_network_inbound_rate_limiter_capacity_exceeded_count")
                                .tag("peer_id", server.peerId().shortText())
                                .tag("bucket", "bytes")
                                .counter()
                                .count())
                .isEqualTo(1);
        Metrics.removeRegistry(meters);
    }
}
