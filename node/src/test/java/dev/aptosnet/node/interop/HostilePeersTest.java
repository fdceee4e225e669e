package dev.aptosnet.node.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.interop.WireMessage.DirectSend;
import dev.aptosnet.node.interop.WireMessage.Fragment;
import dev.aptosnet.node.interop.WireMessage.Header;
import dev.aptosnet.node.interop.WireMessage.Request;
import dev.aptosnet.node.interop.WireMessage.Response;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.MessageLimits;
import dev.aptosnet.ports.transport.TransportSettings;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Proven peers that behave badly, against a whole node over real sockets (reliability.md R12 to R19
 * and R22, as far as loopback shows them): what they hold is bounded, they are told apart by name,
 * and others go on.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostilePeersTest {
    private static final int DIRECT = 13;
    private static final int RPC = 14;
    private static final int MIB = 1 << 20;
    private static final long NODE_BYTES = 96L * MIB;
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final PeerQueues peers = new PeerQueues();
    private final AtomicLong directSends = new AtomicLong();

    @BeforeEach
    void measure() {
        Metrics.addRegistry(registry);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        Metrics.removeRegistry(registry);
    }

    private AptosNode start() {
        AptosNode node =
                AptosNode.builder()
                        .listen("/ip4/127.0.0.1/tcp/0")
                        .limits(limits())
                        .transportLimits(transportLimits())
                        .serveInline(
                                ProtocolId.NETBENCH_RPC,
                                request -> request.respond(request.payload()))
                        .receiveInline(
                                ProtocolId.NETBENCH_DIRECT_SEND, _ -> directSends.incrementAndGet())
                        .onPeers(peers)
                        .start();
        open.add(node);
        return node;
    }

    private static MessageLimits limits() {
        return MessageLimits.builder()
                .queueBytes(MessageLimits.DEFAULT.maxMessageBytes())
                .nodeBytes(NODE_BYTES)
                .build();
    }

    private static TransportSettings.Limits transportLimits() {
        return TransportSettings.Limits.builder()
                .closeTimeout(SHORT)
                .writeTimeout(SHORT.multipliedBy(2))
                .sendBufferBytes(64 << 10)
                .threads(2)
                .build();
    }

    private WireClient dial(AptosNode node) throws Exception {
        int port = node.listenAddress().port().orElseThrow();
        WireClient peer = new WireDialer("127.0.0.1", port, node.publicKey().toByteArray()).dial();
        open.add(peer);
        return peer;
    }

    private PeerId nextUp() throws InterruptedException {
        PeerInfo up = peers.ups.poll(20, TimeUnit.SECONDS);
        assertThat(up).isNotNull();
        return up.peer();
    }

    private double mistakes(String error) {
        return registry.find("aptosnet_peer_mistakes_total").tag("error", error).counters().stream()
                .mapToDouble(each -> each.count())
                .sum();
    }

    private double refusals(String reason) {
        return registry
                .find("aptosnet_budget_refusals_total")
                .tag("reason", reason)
                .functionCounters()
                .stream()
                .mapToDouble(each -> each.count())
                .sum();
    }

    private static void send(WireClient peer, WireMessage message) throws IOException {
        peer.send(message);
    }

    // R12

    @Test
    void aFrameThatNeverEndsEndsItsConnectionOnly() throws Exception {
        AptosNode node = start();
        WireClient honest = dial(node);
        WireClient waiting = dial(node);
        byte[] begun = new byte[4 + 100_000];
        begun[1] = 0x40; // 4 MiB announced
        waiting.link().writeRecord(Arrays.copyOf(begun, 60_000));
        assertThat(peers.downs.poll(30, TimeUnit.SECONDS))
                .isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
        honest.echo(Payload.random(1, 1000));
        assertThat(peers.downs).isEmpty();
    }

    // R13

    @Test
    void hoardersOfUnfinishedStreamsShareTheNodesBudgetAndGiveItBack() throws Exception {
        AptosNode node = start();
        WireClient honest = dial(node);
        Payload piece = Payload.of(new byte[4 * MIB - 64]);
        List<WireClient> hoarders = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            WireClient hoarder = dial(node);
            hoarders.add(hoarder);
            send(hoarder, new Header(1, 16, new Request(RPC, 1, 0, piece)));
            for (int number = 1; number < 12; number++) {
                send(hoarder, new Fragment(1, number, piece));
                send(hoarder, new Fragment(1, number, Payload.hex("00"))); // again
                send(hoarder, new Fragment(1, 255, Payload.hex("00"))); // a gap
            }
            // The node has read all of it once it answers what comes behind.
            hoarder.echo(Payload.random(i, 100));
        }
        // 12 pieces of 4 MiB each from three: more than the 96 MiB of the node.
        assertThat(mistakes("stream_no_room") + mistakes("stream_over_share")).isPositive();
        assertThat(mistakes("stream_bad_fragment_id")).isPositive();
        honest.echo(Payload.random(9, 1000));
        assertThat(peers.downs).isEmpty();
        for (WireClient hoarder : hoarders) {
            hoarder.close();
            assertThat(peers.downs.poll(20, TimeUnit.SECONDS)).isNotNull();
        }
        // Were one piece in three of theirs still counted, this would not fit.
        honest.echo(Payload.random(10, 60 * MIB));
    }

    @Test
    void hoardersCannotMakeAMessageFailThatFitsAnEqualPart() throws Exception {
        AptosNode node = start();
        WireClient honest = dial(node);
        Payload piece = Payload.of(new byte[4 * MIB - 64]);
        List<WireClient> hoarders = new ArrayList<>();
        // Three quarters of 96 MiB are for large messages; two take half of that each.
        for (int i = 0; i < 2; i++) {
            WireClient hoarder = dial(node);
            hoarders.add(hoarder);
            send(hoarder, new Header(1, 16, new Request(RPC, 1, 0, piece)));
            for (int number = 1; number < 9; number++) {
                send(hoarder, new Fragment(1, number, piece));
            }
            hoarder.echo(Payload.random(i, 100));
        }
        assertThat(mistakes("stream_no_room") + mistakes("stream_over_share")).isZero();
        assertThat(registry.find("aptosnet_stream_bytes").gauges())
                .anySatisfy(gauge -> assertThat(gauge.value()).isEqualTo(2 * 9 * (4.0 * MIB - 64)));

        honest.echo(Payload.random(9, 24 * MIB));
        assertThat(mistakes("stream_over_share")).isPositive();
        assertThat(peers.downs).isEmpty();
        for (WireClient hoarder : hoarders) {
            hoarder.echo(Payload.random(10, 100));
        }
    }

    // R16

    @Test
    void aPeerThatStopsReadingHoldsNoMoreThanItLeavesToOthersAndIsDropped() throws Exception {
        AptosNode node = start();
        WireClient stopped = dial(node);
        PeerId slow = nextUp();
        WireClient reading = dial(node);
        PeerId other = nextUp();
        Bytes message = Bytes.wrap(new byte[MIB]);
        ProtocolId protocol = ProtocolId.NETBENCH_DIRECT_SEND;
        int taken = 0;
        SendResult result = node.client().sendToPeer(slow, protocol, message);
        while (result == SendResult.QUEUED) {
            taken++;
            // Half of the node's, and what the sockets hold.
            assertThat(taken).isLessThan(64);
            result = node.client().sendToPeer(slow, protocol, message);
        }
        assertThat(result).isIn(SendResult.DROPPED_BUDGET, SendResult.NOT_CONNECTED);
        if (result == SendResult.DROPPED_BUDGET) {
            assertThat(refusals("share")).isPositive();
            assertThat(refusals("full")).isZero();
        }
        for (int i = 0; i < 10; i++) {
            assertThat(node.client().sendToPeer(other, protocol, message))
                    .isEqualTo(SendResult.QUEUED);
            assertThat(reading.readMessage())
                    .isEqualTo(new DirectSend(DIRECT, 0, Payload.of(new byte[MIB])));
        }
        assertThat(peers.downs.poll(30, TimeUnit.SECONDS))
                .isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
        reading.echo(Payload.random(2, 100));
        assertThat(peers.downs).isEmpty();
        assertThat(stopped.link().socket().isClosed()).isFalse(); // the node's doing, not ours
    }

    @Test
    void aPeerThatReadsDripByDripStaysAndDelaysNobody() throws Exception {
        AptosNode node = start();
        WireClient drip = dial(node);
        PeerId slow = nextUp();
        WireClient honest = dial(node);
        Bytes message = Bytes.wrap(new byte[MIB]);
        for (int i = 0; i < 4; i++) {
            assertThat(node.client().sendToPeer(slow, ProtocolId.NETBENCH_DIRECT_SEND, message))
                    .isEqualTo(SendResult.QUEUED);
        }
        // Slower than one write timeout for all of it, but never silent for as long as that.
        var in = drip.link().socket().getInputStream();
        for (int i = 0; i < 12; i++) {
            assertThat(in.readNBytes(128 << 10)).hasSize(128 << 10);
            honest.echo(Payload.random(i, 100));
            Thread.sleep(250);
        }
        assertThat(peers.downs).isEmpty();
        assertThat(node.peers()).hasSize(2);
    }

    // R19, dust, lies about priority

    @Test
    void emptyFramesByTheHundredThousandAreReadInOrderAndCostNothingLasting() throws Exception {
        AptosNode node = start();
        WireClient dust = dial(node);
        WireClient honest = dial(node);
        byte[] frame = WireMessage.encode(new DirectSend(DIRECT, 0, Payload.hex("")));
        byte[] framed = new byte[4 + frame.length];
        framed[3] = (byte) frame.length;
        System.arraycopy(frame, 0, framed, 4, frame.length);
        int each = 60_000 / framed.length;
        byte[] record = new byte[each * framed.length];
        for (int i = 0; i < each; i++) {
            System.arraycopy(framed, 0, record, i * framed.length, framed.length);
        }
        int records = 200_000 / each;
        for (int i = 0; i < records; i++) {
            dust.link().writeRecord(record);
            if (i % 8 == 0) {
                honest.echo(Payload.random(i, 100));
            }
        }
        dust.echo(Payload.random(7, 10));
        assertThat(directSends).hasValue((long) records * each);
        assertThat(peers.downs).isEmpty();
    }

    @Test
    void aPriorityThatIsALieBuysNothingAndHarmsNothing() throws Exception {
        AptosNode node = start();
        WireClient liar = dial(node);
        for (int priority : new int[] {1, 4, 127, 128, 255}) {
            long id = liar.request(RPC, priority, Payload.hex("0102"));
            assertThat(liar.readResponse())
                    .isEqualTo(new Response(id, priority, Payload.hex("0102")));
        }
        assertThat(peers.downs).isEmpty();
    }

    @Test
    void answersThatNobodyAskedForAreCountedAndDropped() throws Exception {
        AptosNode node = start();
        WireClient peer = dial(node);
        for (int i = 0; i < 1000; i++) {
            send(peer, new Response(i, 0, Payload.of(new byte[1000])));
        }
        send(peer, new Header(5, 1, new Response(7, 0, Payload.of(new byte[1000]))));
        send(peer, new Fragment(5, 1, Payload.of(new byte[1000])));
        peer.echo(Payload.random(3, 100));
        assertThat(peers.downs).isEmpty();
        double expired =
                registry
                        .find("aptos_network_rpc_messages")
                        .tag("state", "expired")
                        .counters()
                        .stream()
                        .mapToDouble(each -> each.count())
                        .sum();
        assertThat(expired).isEqualTo(1001);
    }
}
