package dev.aptosnet.domain.stream;

import static dev.aptosnet.domain.stream.StreamResult.ACCEPTED;
import static dev.aptosnet.domain.stream.StreamResult.COMPLETE;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.domain.wire.FrameKind;
import dev.aptosnet.domain.wire.FrameView;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MonoTime;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;

class InboundStreamsTest {
    private static final int FRAME = 1_000;
    private static final int MESSAGE = 4_000;
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final FrameView view =
            new FrameView(ProtocolSet.EMPTY, EnumSet.allOf(Capability.class));
    private final byte[] head = new byte[FrameHead.SCRATCH_BYTES];
    private final InboundStreams legacy = streams(1, 8_000);
    private final InboundStreams table = streams(16, 8_000);
    private final InboundStreams many =
            new InboundStreams(
                    new StreamLimits(4_000, 4 << 20, Pieces.ANY_NUMBER, 16, 8 << 20, IDLE));
    private MonoTime now = new MonoTime(1);

    private static InboundStreams streams(int open, long held) {
        return new InboundStreams(new StreamLimits(FRAME, MESSAGE, 16, open, held, IDLE));
    }

    private static Bytes bytes(int length, int seed) {
        var bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    private void read(int headLength, Bytes payload) {
        var body = new byte[headLength + payload.size()];
        System.arraycopy(head, 0, body, 0, headLength);
        payload.copyTo(0, body, headLength, payload.size());
        assertThat(view.read(body, 0, body.length, Bytes.EMPTY)).isNull();
    }

    private StreamResult header(InboundStreams streams, int id, int fragments, Bytes piece) {
        read(FrameHead.streamHeaderRpcRequest(head, id, fragments, 8, 77, 3, piece.size()), piece);
        return streams.onHeader(view, now);
    }

    private StreamResult fragment(InboundStreams streams, int id, int number, Bytes piece) {
        read(FrameHead.streamFragment(head, id, number, piece.size()), piece);
        return streams.onFragment(view, now);
    }

    @Test
    void theLastFragmentMakesTheMessageWhole() {
        var whole = bytes(250, 1);
        assertThat(header(legacy, 5, 2, whole.slice(0, 100))).isEqualTo(ACCEPTED);
        assertThat(fragment(legacy, 5, 1, whole.slice(100, 200))).isEqualTo(ACCEPTED);
        assertThat(legacy.heldBytes()).isEqualTo(200);
        assertThat(fragment(legacy, 5, 2, whole.slice(200, 250))).isEqualTo(COMPLETE);
        assertThat(legacy.takeCompleted())
                .isEqualTo(new LargeMessage(FrameKind.RPC_REQUEST, 8, 77, 3, -1, now, whole));
        assertThat(legacy.heldBytes()).isZero();
        assertThat(legacy.openStreams()).isZero();
        assertThatThrownBy(legacy::takeCompleted).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theCallersLimitAndTheTimeOfTheHeaderComeWithTheMessage() {
        var piece = bytes(10, 1);
        read(FrameHead.streamHeaderRpcRequestWithDeadline(head, 1, 1, 8, 9, 0, 1_500, 10), piece);
        assertThat(table.onHeader(view, now)).isEqualTo(ACCEPTED);
        var begun = now;
        now = now.plus(Duration.ofSeconds(1));
        assertThat(fragment(table, 1, 1, piece)).isEqualTo(COMPLETE);
        var message = table.takeCompleted();
        assertThat(message.remainingMillis()).isEqualTo(1_500);
        assertThat(message.begun()).isEqualTo(begun);
    }

    @Test
    void aFragmentOutOfOrderIsRefusedAndTheStreamStays() {
        header(legacy, 1, 2, bytes(1, 1));
        assertThat(fragment(legacy, 1, 0, bytes(1, 2)))
                .isEqualTo(StreamResult.STREAM_BAD_FRAGMENT_ID);
        assertThat(fragment(legacy, 1, 2, bytes(1, 2)))
                .isEqualTo(StreamResult.STREAM_BAD_FRAGMENT_ID);
        assertThat(fragment(legacy, 1, 3, bytes(1, 2)))
                .isEqualTo(StreamResult.STREAM_BAD_FRAGMENT_ID);
        assertThat(fragment(legacy, 1, 1, bytes(1, 2))).isEqualTo(ACCEPTED);
        assertThat(fragment(legacy, 1, 1, bytes(1, 2)))
                .isEqualTo(StreamResult.STREAM_BAD_FRAGMENT_ID);
        assertThat(fragment(legacy, 1, 2, bytes(1, 2))).isEqualTo(COMPLETE);
    }

    @Test
    void aStreamThatDoesNotAnnounceItsLengthCountsItsFragmentsAroundAndEndsWithZero() {
        var whole = new ArrayList<Bytes>();
        whole.add(bytes(1024, 1));
        assertThat(header(many, 1, 0, whole.getFirst())).isEqualTo(ACCEPTED);
        for (var i = 0; i < 600; i++) {
            var piece = bytes(1024 + i, i);
            whole.add(piece);
            assertThat(fragment(many, 1, (i + 100) % 255 + 1, piece))
                    .isEqualTo(StreamResult.STREAM_BAD_FRAGMENT_ID);
            assertThat(fragment(many, 1, i % 255 + 1, piece)).as("%d", i).isEqualTo(ACCEPTED);
        }
        whole.add(bytes(3, 7));
        assertThat(fragment(many, 1, 0, whole.getLast())).isEqualTo(COMPLETE);
        assertThat(many.takeCompleted().payload()).isEqualTo(Bytes.concat(whole));
        assertThat(many.heldBytes()).isZero();
    }

    @Test
    void dustInAStreamOfNoAnnouncedLengthEndsIt() {
        header(many, 1, 0, bytes(5, 1));
        assertThat(fragment(many, 1, 1, bytes(1023, 2)))
                .isEqualTo(StreamResult.STREAM_PIECE_TOO_SMALL);
        assertThat(many.openStreams()).isZero();
        assertThat(many.heldBytes()).isZero();
        assertThat(header(legacy, 1, 0, bytes(5, 1))).isEqualTo(StreamResult.STREAM_ZERO_FRAGMENTS);
    }

    @Test
    void aRefusedHeaderLeavesTheUnfinishedStreamUntouched() {
        header(legacy, 1, 1, bytes(5, 1));
        assertThat(header(legacy, 2, 0, bytes(1, 1))).isEqualTo(StreamResult.STREAM_ZERO_FRAGMENTS);
        assertThat(header(legacy, 2, 17, bytes(1, 1)))
                .isEqualTo(StreamResult.STREAM_TOO_MANY_FRAGMENTS);
        read(0, Bytes.hex("0100020000000100000000"));
        assertThat(legacy.onHeader(view, now)).isEqualTo(StreamResult.STREAM_ERROR_MESSAGE);
        assertThat(fragment(legacy, 1, 1, bytes(1, 1))).isEqualTo(COMPLETE);
    }

    @Test
    void withoutInterleavingANewHeaderReplacesTheUnfinishedStream() {
        header(legacy, 1, 3, bytes(5, 1));
        assertThat(header(legacy, 2, 1, bytes(7, 1))).isEqualTo(StreamResult.STREAM_REPLACED);
        assertThat(legacy.heldBytes()).isEqualTo(7);
        assertThat(fragment(legacy, 1, 1, bytes(1, 1)))
                .isEqualTo(StreamResult.STREAM_WRONG_REQUEST_ID);
        assertThat(fragment(legacy, 2, 1, bytes(1, 1))).isEqualTo(COMPLETE);
        assertThat(fragment(legacy, 2, 2, bytes(1, 1))).isEqualTo(StreamResult.STREAM_NONE);
    }

    @Test
    void interleavedStreamsAreEachPutTogether() {
        var messages = new ArrayList<Bytes>();
        for (var i = 0; i < 8; i++) {
            messages.add(bytes(900, i));
            assertThat(header(table, i, 8, messages.get(i).slice(0, 100))).isEqualTo(ACCEPTED);
        }
        // One of them goes wrong; the others do not notice.
        assertThat(fragment(table, 3, 5, bytes(100, 99)))
                .isEqualTo(StreamResult.STREAM_BAD_FRAGMENT_ID);
        for (var number = 1; number <= 8; number++) {
            for (var i = 0; i < 8; i++) {
                if (i != 3) {
                    var piece = messages.get(i).slice(100 * number, 100 * number + 100);
                    assertThat(fragment(table, i, number, piece))
                            .isEqualTo(number == 8 ? COMPLETE : ACCEPTED);
                    if (number == 8) {
                        assertThat(table.takeCompleted().payload()).isEqualTo(messages.get(i));
                    }
                }
            }
        }
        assertThat(table.openStreams()).isEqualTo(1);
        assertThat(table.heldBytes()).isEqualTo(100);
    }

    @Test
    void anIdThatIsOpenIsNotOpenedAgain() {
        header(table, 1, 1, bytes(5, 1));
        assertThat(header(table, 1, 1, bytes(5, 2))).isEqualTo(StreamResult.STREAM_REPEATED_ID);
        assertThat(fragment(table, 1, 1, bytes(1, 1))).isEqualTo(COMPLETE);
        assertThat(header(table, 1, 1, bytes(5, 2))).isEqualTo(ACCEPTED);
    }

    @Test
    void aThousandHeadersStayWithinTheBoundAndAreGoneAfterTheIdleTime() {
        for (var i = 0; i < 1_000; i++) {
            assertThat(header(table, i, 16, bytes(10, i)))
                    .isEqualTo(i < 16 ? ACCEPTED : StreamResult.STREAM_TOO_MANY_OPEN);
        }
        assertThat(table.openStreams()).isEqualTo(16);
        assertThat(table.heldBytes()).isEqualTo(160);
        assertThat(table.nextDeadline()).isEqualTo(now.plus(IDLE));
        now = now.plus(IDLE);
        assertThat(table.expire(now)).isEqualTo(16);
        assertThat(table.heldBytes()).isZero();
        assertThat(table.nextDeadline()).isEqualTo(MonoTime.NEVER);
    }

    @Test
    void aPieceIsProgressAndAStreamWithProgressIsKept() {
        header(table, 1, 3, bytes(10, 1));
        header(table, 2, 3, bytes(10, 2));
        now = now.plus(Duration.ofSeconds(20));
        fragment(table, 2, 1, bytes(10, 2));
        now = now.plus(Duration.ofSeconds(10));
        assertThat(table.expire(now)).isEqualTo(1);
        assertThat(fragment(table, 1, 1, bytes(1, 1)))
                .isEqualTo(StreamResult.STREAM_WRONG_REQUEST_ID);
        assertThat(fragment(table, 2, 2, bytes(1, 1))).isEqualTo(ACCEPTED);
        assertThat(table.expire(now)).isZero();
    }

    @Test
    void aStreamThatOutgrowsTheLargestMessageIsDropped() {
        header(legacy, 1, 16, bytes(980, 1));
        for (var i = 1; i <= 4; i++) {
            assertThat(fragment(legacy, 1, i, bytes(980, i))).isEqualTo(ACCEPTED);
        }
        assertThat(fragment(legacy, 1, 5, bytes(101, 5))).isEqualTo(StreamResult.STREAM_TOO_LARGE);
        assertThat(legacy.openStreams()).isZero();
        assertThat(legacy.heldBytes()).isZero();
        assertThat(fragment(legacy, 1, 6, bytes(1, 5))).isEqualTo(StreamResult.STREAM_NONE);
    }

    @Test
    void aPieceWithoutRoomDropsItsOwnStreamOnly() {
        var crowded = streams(16, 5_000);
        header(crowded, 1, 16, bytes(980, 1));
        header(crowded, 2, 16, bytes(980, 2));
        for (var i = 1; i <= 3; i++) {
            assertThat(fragment(crowded, 1, i, bytes(980, i))).isEqualTo(ACCEPTED);
        }
        assertThat(fragment(crowded, 2, 1, bytes(980, 2))).isEqualTo(StreamResult.STREAM_NO_ROOM);
        assertThat(crowded.openStreams()).isEqualTo(1);
        assertThat(crowded.heldBytes()).isEqualTo(4 * 980);
        assertThat(header(crowded, 2, 16, bytes(980, 2))).isEqualTo(ACCEPTED);
    }

    @Test
    void connectionsThatShareTheMemoryNeverHoldMoreTogetherAndGiveAllOfItBack() {
        var memory = new Memory(3_000);
        var limits = new StreamLimits(FRAME, MESSAGE, 16, 16, 8_000, IDLE);
        var one = new InboundStreams(limits, memory);
        var other = new InboundStreams(limits, memory);
        assertThat(header(one, 1, 16, bytes(900, 1))).isEqualTo(ACCEPTED);
        assertThat(header(one, 2, 1, bytes(900, 2))).isEqualTo(ACCEPTED);
        assertThat(header(other, 1, 16, bytes(900, 3))).isEqualTo(ACCEPTED);
        assertThat(fragment(other, 1, 1, bytes(900, 4))).isEqualTo(StreamResult.STREAM_NO_ROOM);
        assertThat(other.openStreams()).isZero();
        assertThat(memory.used).isEqualTo(1_800);
        assertThat(fragment(one, 2, 1, bytes(900, 5))).isEqualTo(COMPLETE);
        assertThat(memory.used).isEqualTo(900);
        assertThat(header(other, 2, 16, bytes(900, 6))).isEqualTo(ACCEPTED);
        other.clear();
        assertThat(memory.used).isEqualTo(900);
        now = now.plus(IDLE);
        assertThat(one.expire(now)).isEqualTo(1);
        assertThat(memory.used).isZero();
    }

    @Test
    void whatIsOwedComesFromTheStreamsThatWaitedLongest() {
        var node = new Memory(9_000);
        var shares =
                new StreamShares(
                        6_000,
                        new StreamShares.NodeMemory() {
                            @Override
                            public boolean take(long bytes, long owed) {
                                return node.take((int) bytes);
                            }

                            @Override
                            public void giveBack(long bytes) {
                                node.giveBack(bytes);
                            }
                        });
        var limits = new StreamLimits(FRAME, MESSAGE, 16, 16, 8_000, IDLE);
        var told = new ArrayList<String>();
        var hoarder = new InboundStreams(limits, shares.join(() -> told.add("hoarder")));
        var other = new InboundStreams(limits, shares.join(() -> told.add("other")));
        for (var i = 1; i <= 6; i++) {
            header(hoarder, i, 16, bytes(i == 3 ? 900 : 800, i));
        }
        now = now.plus(Duration.ofSeconds(1));
        fragment(hoarder, 1, 1, bytes(900, 1));
        assertThat(hoarder.heldBytes()).isEqualTo(5_800);
        assertThat(hoarder.giveUpOwed()).isZero();

        assertThat(header(other, 1, 16, bytes(900, 1))).isEqualTo(ACCEPTED);
        assertThat(told).containsExactly("hoarder");
        // 2,800 bytes are owed: the largest of the five that got nothing, then three others.
        assertThat(hoarder.giveUpOwed()).isEqualTo(4);
        assertThat(hoarder.heldBytes()).isEqualTo(2_500);
        assertThat(fragment(hoarder, 1, 2, bytes(100, 1))).isEqualTo(ACCEPTED);
        assertThat(fragment(hoarder, 3, 1, bytes(100, 1)))
                .isEqualTo(StreamResult.STREAM_WRONG_REQUEST_ID);
        assertThat(hoarder.giveUpOwed()).isZero();
        hoarder.clear();
        other.clear();
        assertThat(node.used).isZero();
    }

    private static final class Memory implements StreamMemory {
        private final long limit;
        private long used;

        Memory(long limit) {
            this.limit = limit;
        }

        @Override
        public boolean take(int bytes) {
            if (used + bytes > limit) {
                return false;
            }
            used += bytes;
            return true;
        }

        @Override
        public void giveBack(long bytes) {
            used -= bytes;
        }
    }

    @Test
    void aResetForgetsTheStream() {
        header(table, 1, 1, bytes(10, 1));
        assertThat(table.onReset(2)).isEqualTo(StreamResult.STREAM_NONE);
        assertThat(table.onReset(1)).isEqualTo(StreamResult.RESET);
        assertThat(table.heldBytes()).isZero();
        assertThat(fragment(table, 1, 1, bytes(1, 1))).isEqualTo(StreamResult.STREAM_NONE);
    }

    @Test
    void piecesAreCopiedOnlyOutOfArraysThatTheyUseLessThanHalfOf() {
        var large = bytes(900, 1);
        header(legacy, 1, 2, large);
        fragment(legacy, 1, 1, large);
        var shared = new byte[100_000];
        var length = FrameHead.streamFragment(head, 1, 2, 100);
        System.arraycopy(head, 0, shared, 50_000, length);
        assertThat(view.read(shared, 50_000, length + 100, Bytes.EMPTY)).isNull();
        assertThat(view.payload().segmentArray(0)).isSameAs(shared);
        assertThat(legacy.onFragment(view, now)).isEqualTo(COMPLETE);
        var payload = legacy.takeCompleted().payload();
        assertThat(payload.segments()).isEqualTo(3);
        assertThat(payload.segmentArray(0).length).isGreaterThan(900);
        assertThat(payload.segmentArray(2)).isNotSameAs(shared).hasSize(100);
    }

    @Test
    void theHeapThatPiecesHoldIsAtMostTwiceWhatIsCounted() {
        var shared = new byte[64 << 10];
        header(many, 1, 0, bytes(1024, 1));
        for (var i = 0; i < 100; i++) {
            var length = FrameHead.streamFragment(head, 1, i % 255 + 1, 9_000);
            var record = shared.clone();
            System.arraycopy(head, 0, record, 0, length);
            assertThat(view.read(record, 0, length + 9_000, Bytes.EMPTY)).isNull();
            assertThat(many.onFragment(view, now)).isEqualTo(ACCEPTED);
        }
        var counted = many.heldBytes();
        fragment(many, 1, 0, bytes(10, 1));
        var payload = many.takeCompleted().payload();
        var held = 0L;
        for (var i = 0; i < payload.segments(); i++) {
            held += payload.segmentArray(i).length;
        }
        assertThat(held).isLessThanOrEqualTo(2 * counted);
    }

    @Test
    void anyOrderOfFramesKeepsTheBoundsAndTheSum() {
        var seed = 7L;
        var random = new SplittableRandom(seed);
        for (var streams : List.of(legacy, table)) {
            for (var i = 0; i < 10_000; i++) {
                var id = random.nextInt(20);
                var piece = bytes(random.nextInt(900), i);
                switch (random.nextInt(8)) {
                    case 0 -> header(streams, id, random.nextInt(20), piece);
                    case 1 -> streams.onReset(id);
                    case 2 -> {
                        now = now.plus(Duration.ofSeconds(random.nextInt(10)));
                        streams.expire(now);
                    }
                    default -> {
                        if (fragment(streams, id, random.nextInt(6), piece) == COMPLETE) {
                            streams.takeCompleted();
                        }
                    }
                }
                assertThat(streams.heldBytes()).as("seed %d, %d", seed, i).isBetween(0L, 8_000L);
                assertThat(streams.openStreams()).isBetween(0, 16);
                assertThat(streams.nextDeadline().equals(MonoTime.NEVER))
                        .isEqualTo(streams.openStreams() == 0);
            }
            now = now.plus(IDLE);
            streams.expire(now);
            assertThat(streams.heldBytes()).isZero();
        }
    }

    @Test
    @DisplayName("ST-04 a limit of no fragments, or of more than a header can announce, is refused")
    void limitsOfFragmentsThatCannotWorkAreRefused() {
        for (var maxFragments : List.of(0, 256, 300)) {
            assertThatThrownBy(() -> new StreamLimits(1, 10, maxFragments, 1, 20, IDLE))
                    .hasMessage("max_fragments: " + maxFragments + " (expected: 1 to 255)");
        }
    }

    @Test
    @DisplayName("ST-04 a header of 11 fragments is refused where 10 are the limit")
    void headerAboveTheLimitIsRefused() {
        var ten = new InboundStreams(new StreamLimits(FRAME, MESSAGE, 10, 1, 8_000, IDLE));
        assertThat(header(ten, 1, 11, bytes(1, 1)))
                .isEqualTo(StreamResult.STREAM_TOO_MANY_FRAGMENTS);
        assertThat(header(ten, 1, 0, bytes(1, 1))).isEqualTo(StreamResult.STREAM_ZERO_FRAGMENTS);
        assertThat(ten.openStreams()).isZero();
        assertThat(header(ten, 1, 10, bytes(1, 1))).isEqualTo(ACCEPTED);
    }

    @Test
    void limitsThatCannotWorkAreRefusedByName() {
        assertThatThrownBy(() -> new StreamLimits(1, 10, 16, 1, 10, IDLE))
                .hasMessageContaining("max_stream_bytes");
        assertThat(StreamLimits.of(4 << 20, 64 << 20, true, false))
                .isEqualTo(new StreamLimits(4 << 20, 64 << 20, 16, 16, 128L << 20, IDLE));
    }
}
