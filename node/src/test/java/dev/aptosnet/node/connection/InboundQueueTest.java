package dev.aptosnet.node.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.node.budget.NodeBudget;
import dev.aptosnet.node.budget.SendAccount;
import dev.aptosnet.node.metrics.ConnectionMetrics;
import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.Inbox;
import dev.aptosnet.ports.client.QueueStyle;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

@Timeout(60)
class InboundQueueTest {
    private static final PeerId ONE = PeerId.parse("0x1");
    private static final PeerId OTHER = PeerId.parse("0x2");

    private static final ProtocolHandlers PROTOCOLS =
            new ProtocolHandlers(
                    Stream.of(
                                    ProtocolId.NETBENCH_DIRECT_SEND,
                                    ProtocolId.CONSENSUS_DIRECT_SEND_BCS,
                                    ProtocolId.MEMPOOL_DIRECT_SEND)
                            .map(
                                    each ->
                                            ProtocolRegistration.direct(
                                                    each, Codec.BYTES, _ -> {}, false))
                            .toList());

    private final NodeBudget node = new NodeBudget(1 << 20);
    private final InboundAccount account = new InboundAccount(1 << 20, node, PROTOCOLS);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ConnectionMetrics metrics =
            new NetworkMetrics(meters, NetworkId.PUBLIC, ONE, false).forConnection();
    private final BlockingQueue<String> handled = new LinkedBlockingQueue<>();

    /** What each message needs before its handler returns. */
    private final Semaphore permits = new Semaphore(0);

    private final BlockingQueue<String> entered = new LinkedBlockingQueue<>();

    private static final PeerId PEER_OF_ERRORS = PeerId.parse("0x9");

    private InboundQueue queue(Inbox inbox) {
        return new InboundQueue(
                ProtocolId.NETBENCH_DIRECT_SEND,
                (_, payload) -> {
                    entered.add(payload.asUtf8());
                    permits.acquire();
                    if (payload.asUtf8().equals("bad")) {
                        throw new IllegalStateException("planted");
                    }
                    if (payload.asUtf8().equals("error")) {
                        throw new AssertionError("planted");
                    }
                    handled.add(payload.asUtf8());
                },
                inbox,
                new HandlerReports(ProtocolId.NETBENCH_DIRECT_SEND),
                () -> {});
    }

    private void offer(InboundQueue queue, PeerId peer, String... messages) {
        for (var message : messages) {
            queue.offer(peer, Bytes.utf8(message), account, metrics, _ -> {});
        }
    }

    /** The first message, which the handler holds on to from now on. */
    private void offerAndAwait(InboundQueue queue, PeerId peer, String message)
            throws InterruptedException {
        offer(queue, peer, message);
        assertThat(entered.poll(10, TimeUnit.SECONDS)).isEqualTo(message);
    }

    private List<String> handled(int count) throws InterruptedException {
        var all = new ArrayList<String>();
        while (all.size() < count) {
            all.add(String.valueOf(handled.poll(10, TimeUnit.SECONDS)));
        }
        return all;
    }

    private double dropped() {
        var counter = meters.find("aptosnet_inbound_dropped_total").counter();
        return counter == null ? 0 : counter.count();
    }

    private void awaitNothingCharged() throws InterruptedException {
        for (var i = 0; i < 1000 && node.used() > 0; i++) {
            Thread.sleep(10);
        }
        assertThat(node.used()).isZero();
        assertThat(account.heldBytes()).isZero();
    }

    @Test
    void anErrorInAHandlerDoesNotStopItsQueue() throws Exception {
        var queue = queue(Inbox.of(QueueStyle.FIFO, 8));
        offer(queue, PEER_OF_ERRORS, "error", "after");
        permits.release(2);
        assertThat(handled.poll(10, TimeUnit.SECONDS)).isEqualTo("after");
    }

    @Test
    @DisplayName("Q-08 four messages of one peer are handled in order, and nothing after them")
    void orderIsKept() throws Exception {
        var queue = queue(Inbox.of(QueueStyle.FIFO, 10));
        permits.release(100);
        offer(queue, ONE, "a", "b", "c", "d");
        assertThat(handled(4)).containsExactly("a", "b", "c", "d");
        awaitNothingCharged();
        assertThat(handled).isEmpty();
        assertThat(dropped()).isZero();
    }

    @Test
    @DisplayName("Q-10 whatever comes after the queue ran empty is handled too: no lost wake-up")
    void everyMessageWakes() throws Exception {
        var queue = queue(Inbox.of(QueueStyle.FIFO, 10));
        permits.release(10_000);
        // Each one is offered while the thread that handled the last one is about to end.
        for (var i = 0; i < 1000; i++) {
            offer(queue, ONE, "message " + i);
            assertThat(handled(1)).containsExactly("message " + i);
        }
        awaitNothingCharged();
    }

    @Test
    void aFullQueueDropsWhatArrivesAndKeepsTheOrderOfTheRest() throws Exception {
        var queue = queue(Inbox.of(QueueStyle.FIFO, 2));
        offerAndAwait(queue, ONE, "a");
        offer(queue, ONE, "b", "c", "d", "e");
        assertThat(dropped()).isEqualTo(2);
        permits.release(100);
        assertThat(handled(3)).containsExactly("a", "b", "c");
        awaitNothingCharged();
    }

    @Test
    void whereTheLatestMatterTheOldestGoes() throws Exception {
        var queue = queue(Inbox.of(QueueStyle.KLAST, 2));
        offerAndAwait(queue, ONE, "a");
        offer(queue, ONE, "b", "c", "d", "e");
        assertThat(dropped()).isEqualTo(2);
        permits.release(100);
        assertThat(handled(3)).containsExactly("a", "d", "e");
        awaitNothingCharged();
    }

    @Test
    void withoutRoomForItsBytesAMessageTakesThatOfOlderOnesOfItsPeer() throws Exception {
        var small = new InboundAccount(5 * (SendAccount.OVERHEAD_BYTES + 1), node, PROTOCOLS);
        var latest = queue(Inbox.of(QueueStyle.KLAST, 100));
        for (var message : List.of("a", "b", "c", "d")) {
            latest.offer(ONE, Bytes.utf8(message), small, metrics, _ -> {});
            if (message.equals("a")) {
                assertThat(entered.poll(10, TimeUnit.SECONDS)).isEqualTo("a");
            }
        }
        assertThat(dropped()).isEqualTo(1);
        permits.release(100);
        assertThat(handled(3)).containsExactly("a", "c", "d");
        awaitNothingCharged();
        assertThat(small.heldBytes()).isZero();
    }

    @Test
    void aHandlerThatStandsStillLeavesRoomForOtherProtocolsOfItsPeer() {
        var share = new InboundAccount(100_000, node, PROTOCOLS);
        var still = ProtocolId.NETBENCH_DIRECT_SEND;
        var held = 0;
        while (share.charge(still, 1000)) {
            held += 1000 + SendAccount.OVERHEAD_BYTES;
        }
        assertThat(held).isBetween(48_000, 50_500);
        assertThat(share.charge(ProtocolId.CONSENSUS_DIRECT_SEND_BCS, 20_000)).isTrue();
        assertThat(share.charge(ProtocolId.MEMPOOL_DIRECT_SEND, 10_000)).isTrue();

        share.release(still, 1000);
        share.release(ProtocolId.CONSENSUS_DIRECT_SEND_BCS, 20_000);
        share.release(ProtocolId.MEMPOOL_DIRECT_SEND, 10_000);
        assertThat(share.charge(still, 1000)).isTrue();
        assertThat(share.heldBytes()).isEqualTo(held);
        assertThat(node.used()).isEqualTo(held);
    }

    @Test
    void peersThatTakeTurnsAreHandledOneAtATimeWhateverOneOfThemSends() throws Exception {
        var queue = queue(Inbox.of(QueueStyle.FIFO, 3).withOneAtATime(true));
        offerAndAwait(queue, ONE, "a1");
        offer(queue, ONE, "a2", "a3", "a4", "a5");
        offer(queue, OTHER, "b1");
        assertThat(dropped()).isEqualTo(1);
        assertThat(entered).isEmpty();
        permits.release(100);
        assertThat(handled(5)).containsExactly("a1", "a2", "b1", "a3", "a4");
        awaitNothingCharged();
    }

    @Test
    void aHandlerThatThrowsDoesNotStopTheNextMessageAndTheBytesComeBack() throws Exception {
        var queue = queue(Inbox.of(QueueStyle.FIFO, 10));
        permits.release(100);
        offer(queue, ONE, "bad", "good");
        assertThat(handled(1)).containsExactly("good");
        awaitNothingCharged();
    }
}
