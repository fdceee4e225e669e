package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkHandler;
import dev.aptosnet.ports.transport.TransportSettings.Limits;
import dev.aptosnet.testkit.SettingsBuilder;
import dev.aptosnet.testkit.TestIdentity;
import dev.aptosnet.testkit.TransportNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;

/** A peer that stops reading one stream holds up that one. */
@Timeout(60)
class StalledLaneTest {
    private static final Bytes BULK = Bytes.wrap(new byte[60_000]);

    /** Much more than the limits let a lane take up that nobody reads. */
    private static final long MUCH = 2 << 20;

    private static final Lane LARGE = new Lane(MessageClass.LOW, 7, false);

    private final Random random = new Random(11);

    @Test
    void whatNobodyReadsHoldsUpNothingElse() {
        try (var node = node();
                var peer = connect(node)) {
            var feed = new Feed(node.accepted());
            feed.keepFull(Lane.of(MessageClass.LOW));
            feed.keepFull(LARGE);
            feed.start();
            var low = peer.nextStream();
            var large = peer.nextStream();
            feed.awaitRefusal(Lane.of(MessageClass.LOW));
            feed.awaitRefusal(LARGE);

            feed.send(MessageClass.CRITICAL, 200);
            var critical = peer.nextStream();
            assertThat(readNumbers(critical.getInputStream())).isEqualTo(200);
            // Classes that share with what is stalled go on too, once it is known to be stalled.
            feed.send(MessageClass.NORMAL, 200);
            var normal = peer.nextStream();
            assertThat(readNumbers(normal.getInputStream())).isEqualTo(200);

            assertThat(feed.written(Lane.of(MessageClass.LOW))).isLessThan(MUCH);
            assertThat(feed.written(LARGE)).isLessThan(MUCH);
            assertThat(feed.closed).isNotDone();

            // Whoever is read again goes on.
            feed.lanes.clear();
            for (var stream : new InputStream[] {low.getInputStream(), large.getInputStream()}) {
                assertThat(StrangePeer.readFrame(stream)).isEqualTo(BULK);
            }
            var more = feed.written(Lane.of(MessageClass.LOW)) / BULK.size() - 1;
            for (var i = 0L; i < more; i++) {
                assertThat(StrangePeer.readFrame(low.getInputStream())).isEqualTo(BULK);
            }
        }
    }

    @Test
    void aLargeMessageThatNobodyReadsIsGivenUpAndTheRestGoesOn() {
        try (var node = node(Duration.ofSeconds(1));
                var peer = connect(node)) {
            var feed = new Feed(node.accepted());
            feed.keepFull(LARGE);
            feed.start();
            var large = peer.nextStream().getInputStream();
            assertThat(feed.lost).succeedsWithin(TransportNode.PATIENCE);
            assertThat(feed.lost.join()).isEqualTo("7: write timed out (write_timeout_ms)");
            expectReset(large);

            feed.send(MessageClass.LOW, 200);
            assertThat(readNumbers(peer.nextStream().getInputStream())).isEqualTo(200);
            assertThat(feed.closed).isNotDone();
        }
    }

    @Test
    void aClassThatNobodyReadsEndsTheLink() {
        try (var node = node(Duration.ofSeconds(1));
                var peer = connect(node)) {
            var feed = new Feed(node.accepted());
            feed.keepFull(Lane.of(MessageClass.LOW));
            feed.start();
            assertThat(feed.closed).succeedsWithin(TransportNode.PATIENCE);
            assertThat(feed.closed.join())
                    .isEqualTo(
                            new LinkClosed(
                                    DisconnectReason.INPUT_OUTPUT_ERROR,
                                    "write timed out (write_timeout_ms)"));
            assertThat(peer.connection().getStats()).isNotNull();
        }
    }

    @Test
    void aLargeMessageThatItsSenderGivesUpLeavesNoStreamBehind() {
        try (var node = node();
                var peer = connect(node)) {
            var feed = new Feed(node.accepted());
            feed.start();
            // More than a peer may have open at once, one after the other.
            for (var i = 1; i <= 3 * StrangeQuic.STREAMS; i++) {
                feed.begin(i);
                var large = peer.nextStream().getInputStream();
                feed.giveUp(i);
                expectReset(large);
            }
            feed.send(MessageClass.LOW, 200);
            assertThat(readNumbers(peer.nextStream().getInputStream())).isEqualTo(200);
            assertThat(feed.lost).isNotDone();
        }
    }

    private static void expectReset(InputStream stream) {
        // The second is the library's, where the reset comes in the middle of a read.
        assertThatThrownBy(stream::readAllBytes)
                .isInstanceOfAny(IOException.class, NoSuchElementException.class);
        // The library interrupts who reads, and may leave that behind.
        var _ = Thread.interrupted();
    }

    private TransportNode node() {
        return node(Limits.DEFAULT.writeTimeout());
    }

    private TransportNode node(Duration writeTimeout) {
        var identity = TestIdentity.next(random);
        return new TransportNode(
                new QuicTransportProvider(),
                identity,
                new SettingsBuilder(identity).writeTimeout(writeTimeout));
    }

    private StrangePeer connect(TransportNode node) {
        var address = node.listen(NetworkAddress.parse("/ip4/127.0.0.1/quic/0"));
        return StrangePeer.connect(TestIdentity.next(random), address);
    }

    private static int readNumbers(InputStream in) {
        for (var i = 0; i < 200; i++) {
            assertThat(StrangePeer.readFrame(in)).isEqualTo(Bytes.utf8("number " + i));
        }
        return 200;
    }

    /** Writes what a test wants, by lane. */
    private static final class Feed implements LinkHandler {
        private final Link link;
        final CompletableFuture<LinkClosed> closed = new CompletableFuture<>();
        final CompletableFuture<String> lost = new CompletableFuture<>();
        private final Queue<Consumer<FrameSink>> tasks = new ConcurrentLinkedQueue<>();
        final Map<Long, Lane> lanes = new ConcurrentHashMap<>();
        private final Map<Long, Long> written = new ConcurrentHashMap<>();
        private final Map<Long, CompletableFuture<Boolean>> refusals = new ConcurrentHashMap<>();
        private final AtomicIntegerArray wanted = new AtomicIntegerArray(MessageClass.COUNT);
        private final Map<MessageClass, Integer> sent = new EnumMap<>(MessageClass.class);

        Feed(Link link) {
            this.link = link;
        }

        private static long key(Lane lane) {
            return lane.transfer() == 0 ? -lane.messageClass().index() : lane.transfer();
        }

        void keepFull(Lane lane) {
            lanes.put(key(lane), lane);
        }

        void start() {
            link.start(this);
        }

        void send(MessageClass messageClass, int frames) {
            wanted.addAndGet(messageClass.index(), frames);
            link.wake();
        }

        private CompletableFuture<Boolean> refusal(Lane lane) {
            return refusals.computeIfAbsent(key(lane), _ -> new CompletableFuture<>());
        }

        void awaitRefusal(Lane lane) {
            assertThat(refusal(lane)).succeedsWithin(TransportNode.PATIENCE).isEqualTo(true);
        }

        long written(Lane lane) {
            return written.getOrDefault(key(lane), 0L);
        }

        /** Writes the first frame of a large message. */
        void begin(long transfer) {
            var lane = new Lane(MessageClass.LOW, transfer, false);
            tasks.add(out -> out.write(lane, new byte[0], 0, BULK));
            link.wake();
        }

        void giveUp(long transfer) {
            tasks.add(out -> out.giveUp(transfer));
            link.wake();
        }

        @Override
        public void onTransferLost(long transfer, String why) {
            lanes.remove(transfer);
            lost.complete(transfer + ": " + why);
        }

        @Override
        public void onWake(FrameSink out) {
            for (var task = tasks.poll(); task != null; task = tasks.poll()) {
                task.accept(out);
            }
            for (var messageClass : MessageClass.values()) {
                var lane = Lane.of(messageClass);
                for (var i = sent.getOrDefault(messageClass, 0);
                        i < wanted.get(messageClass.index()) && out.isWritable(lane);
                        i++) {
                    var text = Bytes.utf8("number " + i);
                    out.write(lane, new byte[0], 0, text);
                    sent.put(messageClass, i + 1);
                }
            }
            for (var lane : lanes.values()) {
                while (out.isWritable(lane) && written(lane) < 2 * MUCH) {
                    out.write(lane, new byte[0], 0, BULK);
                    written.merge(key(lane), (long) BULK.size(), Long::sum);
                }
                if (written(lane) > Limits.DEFAULT.maxUnsentBytes()) {
                    refusal(lane).complete(true);
                }
            }
        }

        @Override
        public void onFrame(byte[] head, int offset, int length, Bytes rest) {
            throw new AssertionError("nothing is sent here");
        }

        @Override
        public void onClosed(LinkClosed how) {
            closed.complete(how);
        }
    }
}
