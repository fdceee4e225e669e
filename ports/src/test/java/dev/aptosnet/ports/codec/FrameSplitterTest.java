package dev.aptosnet.ports.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.Bytes;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

class FrameSplitterTest {
    private final List<Bytes> bodies = new ArrayList<>();
    private final List<byte[]> arrays = new ArrayList<>();

    private FrameSplitter splitter(int limit) {
        return new FrameSplitter(
                limit,
                (array, offset, length) -> {
                    arrays.add(array);
                    bodies.add(Bytes.wrap(Arrays.copyOfRange(array, offset, offset + length)));
                });
    }

    @Test
    void anyCutOfTheStreamGivesTheSameFrames() {
        var seed = 5L;
        var random = new SplittableRandom(seed);
        for (var round = 0; round < 300; round++) {
            bodies.clear();
            var expected = new ArrayList<Bytes>();
            var stream = new ByteArrayOutputStream();
            for (var i = random.nextInt(6); i > 0; i--) {
                var body = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(20_000)];
                random.nextBytes(body);
                expected.add(Bytes.wrap(body));
                for (var shift = 24; shift >= 0; shift -= 8) {
                    stream.write(body.length >>> shift);
                }
                stream.writeBytes(body);
            }
            var splitter = splitter(20_000);
            var all = Bytes.wrap(stream.toByteArray());
            for (var from = 0; from < all.size(); ) {
                var to = Math.min(all.size(), from + 1 + random.nextInt(random.nextInt(9_000) + 1));
                var piece = Bytes.wrap(all.slice(from, to).toByteArray());
                assertThat(splitter.feed(piece)).isTrue();
                assertThat(splitter.end())
                        .isIn(FrameSplitter.End.CLEAN, FrameSplitter.End.INSIDE_FRAME);
                from = to;
            }
            assertThat(bodies).as("seed %d, round %d", seed, round).isEqualTo(expected);
            assertThat(splitter.end()).isEqualTo(FrameSplitter.End.CLEAN);
        }
    }

    @Test
    void aLengthAboveTheLimitIsRefusedBeforeItsBodyAndUnsigned() {
        for (var length : new String[] {"00000011", "80000000", "ffffffff"}) {
            var splitter = splitter(16);
            assertThat(splitter.feed(Bytes.hex("00000001aa" + length))).isFalse();
            assertThat(splitter.end()).isEqualTo(FrameSplitter.End.TOO_LARGE);
            assertThat(splitter.feed(Bytes.hex("00000001bb"))).isFalse();
        }
        assertThat(bodies).isEqualTo(List.of(Bytes.hex("aa"), Bytes.hex("aa"), Bytes.hex("aa")));
    }

    @Test
    void aStreamThatEndsInsideALengthOrABodyIsNoticed() {
        for (var stream : new String[] {"00", "000000", "00000002", "00000002aa"}) {
            var splitter = splitter(16);
            splitter.feed(Bytes.hex(stream));
            assertThat(splitter.end()).as(stream).isEqualTo(FrameSplitter.End.INSIDE_FRAME);
        }
        assertThat(splitter(16).end()).isEqualTo(FrameSplitter.End.CLEAN);
    }

    @Test
    void aFrameWithinOneArrayIsHandedOnWhereItLies() {
        var array = Bytes.hex("00000002aabb00000001cc").toByteArray();
        splitter(16).feed(array, 0, array.length);
        assertThat(arrays).hasSize(2).allSatisfy(one -> assertThat(one).isSameAs(array));
    }

    @Test
    void memoryGrowsWithTheBytesNotWithTheLength() {
        var held = new ArrayList<FrameSplitter>();
        // A thousand announcements of 64 MiB would need 64 GB.
        for (var i = 0; i < 1_000; i++) {
            var one = splitter(64 << 20);
            one.feed(Bytes.hex("04000000aabb"));
            held.add(one);
        }
        assertThat(held).allMatch(one -> one.end() == FrameSplitter.End.INSIDE_FRAME);
    }
}
