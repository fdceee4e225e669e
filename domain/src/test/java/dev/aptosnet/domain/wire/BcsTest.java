package dev.aptosnet.domain.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.Bytes;

import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;

class BcsTest {
    private static final long SEED = 8_128;

    /** One of everything. */
    private record Sample(
            int small,
            long large,
            BigInteger huge,
            boolean flag,
            String text,
            Bytes bytes,
            Optional<Integer> option,
            List<String> list,
            Map<String, Integer> map) {
        static Sample random(SplittableRandom random) {
            var bytes =
                    new byte[random.nextInt(3) == 0 ? random.nextInt(9_000) : random.nextInt(9)];
            random.nextBytes(bytes);
            var list = new ArrayList<String>();
            var map = new TreeMap<String, Integer>();
            for (var i = random.nextInt(4); i > 0; i--) {
                list.add("é∞" + random.nextInt());
                map.put("k" + random.nextInt(1_000), random.nextInt(65_536));
            }
            return new Sample(
                    random.nextInt(),
                    random.nextLong(),
                    new BigInteger(1, bytes).mod(BigInteger.ONE.shiftLeft(128)),
                    random.nextBoolean(),
                    "😀".repeat(random.nextInt(3)),
                    Bytes.wrap(bytes),
                    random.nextBoolean() ? Optional.empty() : Optional.of(random.nextInt(65_536)),
                    list,
                    map);
        }

        Bytes encode() {
            return new BcsWriter()
                    .u32(small)
                    .u64(large)
                    .u128(huge)
                    .bool(flag)
                    .string(text)
                    .bytes(bytes)
                    .option(option, BcsWriter::u16)
                    .list(list, BcsWriter::string)
                    .map(map, BcsWriter::string, BcsWriter::u16)
                    .toBytes();
        }

        static Sample decode(Bytes bcs) {
            var in = new BcsReader(bcs);
            var sample =
                    in.container(
                            c ->
                                    new Sample(
                                            c.u32(),
                                            c.u64(),
                                            c.u128(),
                                            c.bool(),
                                            c.string(),
                                            c.bytes(),
                                            c.option(BcsReader::u16),
                                            c.list(BcsReader::string),
                                            c.map(BcsReader::string, BcsReader::u16)));
            in.end();
            return sample;
        }
    }

    /** The same bytes in arrays of a few bytes each. */
    private static Bytes scattered(Bytes bytes, SplittableRandom random) {
        var parts = new ArrayList<Bytes>();
        for (var from = 0; from < bytes.size(); ) {
            var to = Math.min(bytes.size(), from + 1 + random.nextInt(random.nextInt(50) + 1));
            parts.add(Bytes.wrap(bytes.slice(from, to).toByteArray()));
            from = to;
        }
        return Bytes.concat(parts);
    }

    @Test
    void whateverIsWrittenIsReadBackWhereverItLies() {
        var random = new SplittableRandom(SEED);
        for (var i = 0; i < 10_000; i++) {
            var sample = Sample.random(random);
            var bcs = sample.encode();
            assertThat(Sample.decode(bcs)).as("seed %d, value %d", SEED, i).isEqualTo(sample);
            if (i % 10 == 0) {
                assertThat(Sample.decode(scattered(bcs, random)))
                        .as("seed %d, value %d, scattered", SEED, i)
                        .isEqualTo(sample);
            }
        }
    }

    @Test
    void everyTruncationIsRefused() {
        var random = new SplittableRandom(SEED);
        for (var i = 0; i < 50; i++) {
            var bcs = Sample.random(random).encode();
            for (var length = 0; length < bcs.size(); length += 1 + length / 200) {
                var cut = bcs.slice(0, length);
                assertThatThrownBy(() -> Sample.decode(cut))
                        .as("seed %d, value %d cut to %d", SEED, i, length)
                        .isInstanceOf(BcsException.class);
            }
        }
    }

    @Test
    void garbageIsRefusedOrReadButNothingElseIsThrown() {
        var random = new SplittableRandom(SEED);
        for (var i = 0; i < 10_000; i++) {
            var bytes = new byte[random.nextInt(100)];
            random.nextBytes(bytes);
            try {
                var sample = Sample.decode(Bytes.wrap(bytes));
                // What is accepted is canonical: it has only this one encoding.
                assertThat(sample.encode()).as("seed %d, %d", SEED, i).isEqualTo(Bytes.of(bytes));
            } catch (BcsException e) {
                assertThat(e.code()).isNotNull();
            }
        }
    }

    @Test
    void byteStringsAreViewsOnTheInput() {
        var array = new byte[1 << 20];
        var size = new BcsWriter().bytes(Bytes.wrap(new byte[array.length - 3])).toBytes();
        size.copyTo(0, array, 0, array.length);
        var bytes = new BcsReader(Bytes.wrap(array)).bytes();
        assertThat(bytes.segmentArray(0)).isSameAs(array);
        assertThat(bytes.size()).isEqualTo(array.length - 3);
    }

    @Test
    void largeByteStringsAreWrittenWithoutACopy() {
        var large = Bytes.wrap(new byte[BcsWriter.SHARED_BYTES]);
        var bcs = new BcsWriter().u8(1).bytes(large).u8(2).toBytes();
        assertThat(bcs.segments()).isEqualTo(3);
        assertThat(bcs.segmentArray(1)).isSameAs(large.segmentArray(0));
        assertThat(bcs.size()).isEqualTo(1 + 2 + BcsWriter.SHARED_BYTES + 1);
    }

    @Test
    void aLengthIsComparedWithWhatIsLeftBeforeAnythingIsAllocated() {
        assertCode("ffffffff07", BcsReader::bytes, WireError.EOF);
        assertCode("ffffffff07", BcsReader::string, WireError.EOF);
        assertCode("ffffffff07", in -> in.list(BcsReader::u8), WireError.EOF);
        assertCode("ffffffff07", in -> in.map(BcsReader::u8, BcsReader::u8), WireError.EOF);
        // Elements without bytes could otherwise be repeated for free.
        assertCode("ffffffff07", in -> in.list(_ -> 0), WireError.EOF);
    }

    @Test
    void eachBrokenRuleHasItsCode() {
        assertCode("01", BcsReader::u16, WireError.EOF);
        assertCode("02", BcsReader::bool, WireError.INVALID_BOOL);
        assertCode("0200", in -> in.option(BcsReader::u8), WireError.INVALID_OPTION);
        assertCode("8000", BcsReader::uleb, WireError.NON_CANONICAL_ULEB128);
        assertCode("8080808010", BcsReader::uleb, WireError.ULEB128_OVERFLOW);
        assertCode("8080808000", BcsReader::uleb, WireError.NON_CANONICAL_ULEB128);
        assertCode("8080", BcsReader::uleb, WireError.EOF);
        assertCode("8080808008", BcsReader::length, WireError.LENGTH_TOO_LARGE);
        assertCode("05", in -> in.variant(2), WireError.UNKNOWN_VARIANT);
        assertCode("ffffffff0f", in -> in.variant(2), WireError.UNKNOWN_VARIANT);
        assertCode("01ff", BcsReader::string, WireError.INVALID_UTF8);
        assertCode("02c080", BcsReader::string, WireError.INVALID_UTF8);
        assertCode("03eda080", BcsReader::string, WireError.INVALID_UTF8);
        assertCode("020504", in -> in.map(BcsReader::u8, _ -> 0), WireError.NON_CANONICAL_MAP);
        assertCode("020505", in -> in.map(BcsReader::u8, _ -> 0), WireError.NON_CANONICAL_MAP);
        assertCode(
                "0201000000020001000001",
                in -> in.map(BcsReader::u32, BcsReader::u8),
                WireError.NON_CANONICAL_MAP);
        assertCode("0000", BcsReader::u8, WireError.TRAILING_BYTES);
    }

    private static void assertCode(String hex, Function<BcsReader, ?> read, WireError expected) {
        assertThatThrownBy(
                        () -> {
                            var in = new BcsReader(Bytes.hex(hex));
                            var _ = read.apply(in);
                            in.end();
                        })
                .as(hex)
                .isInstanceOfSatisfying(
                        BcsException.class, e -> assertThat(e.code()).isEqualTo(expected));
    }

    @Test
    void containersNestAsDeepAsAllowedAndNoDeeper() {
        assertThat(nested(new BcsReader(Bytes.hex("01"), 64), 64)).isEqualTo(1);
        assertThatThrownBy(() -> nested(new BcsReader(Bytes.hex("01"), 64), 65))
                .isInstanceOfSatisfying(
                        BcsException.class,
                        e -> assertThat(e.code()).isEqualTo(WireError.DEPTH_EXCEEDED));
        var in = new BcsReader(Bytes.hex("0102"), 1);
        assertThat(in.container(BcsReader::u8)).isEqualTo(1);
        assertThat(in.container(BcsReader::u8)).isEqualTo(2);
    }

    private static int nested(BcsReader in, int depth) {
        return depth == 0 ? in.u8() : in.container(c -> nested(c, depth - 1));
    }

    @Test
    void theExamplesOfTheSpecificationHold() {
        assertThat(new BcsWriter().uleb(9487).toBytes()).isEqualTo(Bytes.hex("8f4a"));
        assertThat(new BcsWriter().option(Optional.of(4660), BcsWriter::u16).toBytes())
                .isEqualTo(Bytes.hex("013412"));
        assertThat(
                        new BcsWriter()
                                .map(Map.of("aa", 4, "a", 2), BcsWriter::string, BcsWriter::u8)
                                .toBytes())
                .isEqualTo(Bytes.hex("02016102" + "02616104"));
    }

    @Test
    void signedAndUnsignedNumbersOf128BitsAreTwosComplement() {
        for (var value : List.of("-1", "-170141183460469231731687303715884105728", "5")) {
            var number = new BigInteger(value);
            var bcs = new BcsWriter().u128(number).toBytes();
            assertThat(new BcsReader(bcs).i128()).isEqualTo(number);
        }
        var most = BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE);
        assertThat(new BcsReader(new BcsWriter().u128(most).toBytes()).u128()).isEqualTo(most);
        assertThatThrownBy(() -> new BcsWriter().u128(most.add(BigInteger.ONE)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatHasNoEncodingIsNotWritten() {
        assertThatThrownBy(() -> new BcsWriter().string("a\ud800"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () ->
                                new BcsWriter()
                                        .map(Map.of(1, 1, 257, 1), BcsWriter::u8, BcsWriter::u8))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
