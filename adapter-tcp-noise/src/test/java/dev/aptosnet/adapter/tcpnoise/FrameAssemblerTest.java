package dev.aptosnet.adapter.tcpnoise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.noise.RecordOpener;
import dev.aptosnet.noise.RecordSealer;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Frames out of records, whatever way the records are cut. */
class FrameAssemblerTest {
    private static final int MAX_FRAME = 4 << 20;

    private final RecordSealer sealer =
            RecordSealer.startingAt(CipherSuite.AESGCM, Bytes.wrap(new byte[32]), 0);
    private final RecordOpener opener =
            RecordOpener.startingAt(CipherSuite.AESGCM, Bytes.wrap(new byte[32]), 0);
    private final List<Bytes> frames = new ArrayList<>();
    private int pinned;
    private int lent;
    private final LoopScratch scratch = new LoopScratch(new SpareArrays());
    private final FrameAssembler.Frames taken =
            new FrameAssembler.Frames() {
                @Override
                public void frame(byte[] head, int offset, int length, Bytes rest) {
                    keep(head, offset, length, rest);
                }

                @Override
                public void lentFrame(byte[] array, int offset, int length) {
                    lent++;
                    frames.add(Bytes.of(Arrays.copyOfRange(array, offset, offset + length)));
                }
            };

    private final FrameAssembler assembler = new FrameAssembler(MAX_FRAME, scratch, taken);

    /** Nothing given away may lie in an array that is written to again. */
    private void keep(byte[] head, int offset, int length, Bytes rest) {
        assertThat(head).isNotSameAs(scratch.plain).isNotSameAs(scratch.cipher);
        for (var i = 0; i < rest.segments(); i++) {
            assertThat(rest.segmentArray(i)).isNotSameAs(scratch.plain).isNotSameAs(scratch.cipher);
        }
        assertThat(rest.isEmpty() || length >= 65_536).isTrue();
        pinned = head.length;
        frames.add(Bytes.concat(List.of(Bytes.wrap(head, offset, length), rest)));
    }

    private void feed(byte[] plain, int from, int length) throws Exception {
        var record = new byte[RecordSealer.MAX_RECORD];
        sealer.begin(record, 0);
        sealer.add(plain, from, length);
        var size = sealer.finish();
        assembler.open(opener, record, 2, size - 2);
    }

    private static byte[] stream(List<byte[]> bodies) {
        var size = bodies.stream().mapToInt(body -> 4 + body.length).sum();
        var stream = ByteBuffer.allocate(size);
        bodies.forEach(body -> stream.putInt(body.length).put(body));
        return stream.array();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void framesSurviveEveryWayToCutRecords(long seed) throws Exception {
        var random = new Random(seed);
        var bodies = new ArrayList<byte[]>();
        var largest = seed % 2 == 0 ? 1 << 20 : 3000;
        for (var i = 0; i < 40; i++) {
            var body =
                    new byte[random.nextInt(5) == 0 ? random.nextInt(largest) : random.nextInt(99)];
            random.nextBytes(body);
            bodies.add(body);
        }
        var stream = stream(bodies);
        var mostInRecord =
                new int[] {RecordSealer.MAX_PLAINTEXT, 5000, 16 << 10, 64 << 10}[(int) seed % 4];
        for (var at = 0; at < stream.length; ) {
            var n =
                    Math.min(
                            stream.length - at,
                            random.nextBoolean()
                                    ? Math.min(mostInRecord, RecordSealer.MAX_PLAINTEXT)
                                    : 1 + random.nextInt(5000));
            feed(stream, at, n);
            at += n;
        }
        assertThat(assembler.isBetweenFrames()).isTrue();
        assertThat(frames).as("seed %s", seed).hasSameSizeAs(bodies);
        for (var i = 0; i < bodies.size(); i++) {
            assertThat(frames.get(i).equals(Bytes.wrap(bodies.get(i))))
                    .as("frame %s, seed %s", i, seed)
                    .isTrue();
        }
    }

    @Test
    void smallFramesThatShareARecordAreLentOutOfOneArray() throws Exception {
        var bodies = new ArrayList<byte[]>();
        for (var i = 0; i < 60; i++) {
            var body = new byte[1000];
            Arrays.fill(body, (byte) i);
            bodies.add(body);
        }
        var stream = stream(bodies);
        feed(stream, 0, stream.length);
        feed(stream, 0, stream.length);
        assertThat(lent).isEqualTo(120);
        for (var i = 0; i < frames.size(); i++) {
            assertThat(frames.get(i)).isEqualTo(Bytes.wrap(bodies.get(i % 60)));
        }
    }

    @Test
    void aLongFrameThatFillsARecordLiesInAnArrayThatCanBeUsedAgain() throws Exception {
        var stream = stream(List.of(new byte[60_000]));
        feed(stream, 0, stream.length);
        assertThat(pinned).isEqualTo(SpareArrays.LENGTH);
    }

    @Test
    void framesOfOneRecordShareNoArrayThatOneOfThemMayGiveBack() throws Exception {
        var alone = stream(List.of(new byte[60_000]));
        for (var second : new int[] {0, 1, 5_000}) {
            var both = stream(List.of(new byte[60_000], new byte[second]));
            var bothWays = stream(List.of(new byte[second], new byte[60_000]));
            for (var record : List.of(both, both, bothWays)) {
                feed(record, 0, record.length);
                for (var frame : frames) {
                    assertThat(frame.segmentArray(0).length).isNotEqualTo(SpareArrays.LENGTH);
                }
                frames.clear();
            }
            // One that fills its record is expected to be followed by its like.
            feed(alone, 0, alone.length);
            feed(alone, 0, alone.length);
            assertThat(pinned).isEqualTo(SpareArrays.LENGTH);
            frames.clear();
        }
    }

    @Test
    void aLongRecordWhoseFirstFrameIsTooLongEndsTheStream() {
        var small = new FrameAssembler(50_000, new LoopScratch(new SpareArrays()), taken);
        var record = new byte[RecordSealer.MAX_RECORD];
        var plain = stream(List.of(new byte[60_000]));
        assertThatThrownBy(
                        () -> {
                            sealer.begin(record, 0);
                            sealer.add(plain, 0, plain.length);
                            small.open(opener, record, 2, sealer.finish() - 2);
                        })
                .isInstanceOf(BrokenStream.class);
        assertThat(frames).isEmpty();
    }

    @Test
    void memoryGrowsWithWhatHasArrivedNotWithWhatIsAnnounced() throws Exception {
        var stream = stream(List.of(new byte[MAX_FRAME]));
        feed(stream, 0, 4);
        assertThat(assembler.heldBytes()).isLessThanOrEqualTo(64 << 10);
        for (var at = 4; at < stream.length; ) {
            var n = Math.min(stream.length - at, at % 3 == 0 ? 1 : 50_000);
            feed(stream, at, n);
            at += n;
            if (at < stream.length) {
                assertThat(assembler.heldBytes())
                        .isLessThanOrEqualTo(Math.max(64 << 10, 2 * at + (64 << 10)));
            }
        }
        assertThat(frames).hasSize(1);
        assertThat(assembler.heldBytes()).isZero();
    }

    @Test
    void smallFramesDoNotPinLargeArrays() throws Exception {
        for (var round = 0; round < 2; round++) {
            var bodies = new ArrayList<byte[]>();
            for (var i = 0; i < 200; i++) {
                bodies.add(new byte[250]);
            }
            var stream = stream(bodies);
            feed(stream, 0, stream.length);
        }
        assertThat(lent).isEqualTo(400);
        var few = stream(List.of(new byte[2000], new byte[2000]));
        feed(few, 0, few.length);
        feed(few, 0, few.length);
        assertThat(pinned).as("two frames share the array of their record").isEqualTo(few.length);
        assertThat(frames).hasSize(404);
    }

    @Test
    void aLengthAboveTheLimitIsRefusedWithoutItsBody() {
        assertThatThrownBy(() -> feed(new byte[] {0, 0x40, 0, 1}, 0, 4))
                .isInstanceOf(BrokenStream.class)
                .hasMessage("frame of 4194305 bytes (max_frame_size: 4194304)");
        assertThat(assembler.heldBytes()).isZero();
    }

    @Test
    void framesOfLessThanHalfTheirRecordDoNotKeepItsArray() throws Exception {
        var bodies = new ArrayList<byte[]>();
        for (var i = 0; i < 7; i++) {
            bodies.add(new byte[8 << 10]);
        }
        var stream = stream(bodies);
        feed(stream, 0, stream.length);
        assertThat(frames).hasSize(7);
        assertThat(lent).isEqualTo(7);
    }
}
