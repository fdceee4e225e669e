package dev.aptosnet.ports.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

class BytesTest {
    /** Pieces of one text, some of them empty, cut and joined again and again. */
    private static Bytes scattered(byte[] whole, Random random) {
        var runs = new ArrayList<Bytes>();
        var at = 0;
        while (at < whole.length) {
            var end = Math.min(whole.length, at + random.nextInt(4));
            var margin = random.nextInt(3);
            var array = new byte[end - at + 2 * margin];
            System.arraycopy(whole, at, array, margin, end - at);
            runs.add(Bytes.wrap(array, margin, end - at));
            at = end;
        }
        while (runs.size() > 1 && random.nextInt(8) > 0) {
            var from = random.nextInt(runs.size());
            var to = Math.min(runs.size(), from + random.nextInt(4));
            var some = runs.subList(from, to);
            var joined = Bytes.concat(List.copyOf(some));
            some.clear();
            runs.add(from, joined);
        }
        return Bytes.concat(runs);
    }

    @Test
    void howeverBytesAreScatteredTheyAreTheSame() {
        for (var seed = 0; seed < 2000; seed++) {
            var random = new Random(seed);
            var whole = new byte[random.nextInt(40)];
            random.nextBytes(whole);
            var bytes = scattered(whole, random);
            assertThat(bytes).as("seed %s", seed).isEqualTo(Bytes.of(whole));
            assertThat(bytes.hashCode()).isEqualTo(Bytes.of(whole).hashCode());
            assertThat(bytes.toByteArray()).as("seed %s", seed).isEqualTo(whole);
            var from = random.nextInt(whole.length + 1);
            var to = from + random.nextInt(whole.length - from + 1);
            assertThat(bytes.slice(from, to).toByteArray())
                    .as("seed %s, %s to %s", seed, from, to)
                    .isEqualTo(Arrays.copyOfRange(whole, from, to));
            var copy = new byte[to - from];
            bytes.copyTo(from, copy, 0, copy.length);
            assertThat(copy).isEqualTo(Arrays.copyOfRange(whole, from, to));
            for (var i = 0; i < whole.length; i++) {
                assertThat(bytes.byteAt(i)).isEqualTo(whole[i]);
            }
        }
    }

    @Test
    void joiningCopiesNothingAndNestsNothing() {
        var one = new byte[] {1, 2};
        var two = new byte[] {3};
        var both = Bytes.concat(List.of(Bytes.wrap(one), Bytes.EMPTY, Bytes.wrap(two)));
        var all = Bytes.concat(List.of(both, both));
        assertThat(all.segments()).isEqualTo(4);
        assertThat(all.segmentArray(0)).isSameAs(one);
        assertThat(all.segmentArray(3)).isSameAs(two);
        assertThat(Bytes.concat(List.of(Bytes.EMPTY, both))).isEqualTo(both);
        var single = Bytes.wrap(one);
        assertThat(Bytes.concat(List.of(Bytes.EMPTY, single))).isSameAs(single);
        assertThat(Bytes.concat(List.of(Bytes.EMPTY, Bytes.EMPTY))).isSameAs(Bytes.EMPTY);
        assertThat(Bytes.concat(List.of())).isSameAs(Bytes.EMPTY);
    }

    @Test
    void moreThanAnArrayCouldHoldIsRefused() {
        var large = Bytes.wrap(new byte[1 << 20]);
        var runs = new ArrayList<Bytes>();
        for (var i = 0; i < 2048; i++) {
            runs.add(large);
        }
        assertThatThrownBy(() -> Bytes.concat(runs)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void aSliceOutsideIsRefused() {
        var bytes = Bytes.of((byte) 1, (byte) 2);
        assertThatThrownBy(() -> bytes.slice(1, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> bytes.slice(2, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> bytes.byteAt(2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void bytesThatUseLessThanHalfOfTheirArraysAreCopiedOutOfThem() {
        var array = new byte[100];
        assertThat(Bytes.wrap(array, 10, 50).compact().segmentArray(0)).isSameAs(array);
        var few = Bytes.wrap(array, 10, 49).compact();
        assertThat(few.segmentArray(0)).hasSize(49);
        var scattered = Bytes.concat(List.of(Bytes.wrap(array, 0, 9), Bytes.wrap(new byte[9])));
        assertThat(scattered.compact().segments()).isEqualTo(1);
        assertThat(Bytes.EMPTY.compact()).isSameAs(Bytes.EMPTY);
    }

    @Test
    void bytesShareAnArrayHoweverManySegmentsTheyHave() {
        var shared = new byte[10];
        var runs = new ArrayList<Bytes>();
        for (var segments = 1; segments < 12; segments++) {
            runs.add(Bytes.wrap(new byte[3]));
            var without = Bytes.concat(runs);
            var with = Bytes.concat(List.of(without, Bytes.wrap(shared, 2, 3)));
            assertThat(with.sharesArrayWith(Bytes.wrap(shared, 0, 1))).isTrue();
            assertThat(with.sharesArrayWith(with)).isTrue();
            assertThat(without.sharesArrayWith(Bytes.wrap(shared))).isFalse();
            assertThat(without.sharesArrayWith(Bytes.wrap(new byte[3]))).isFalse();
        }
    }
}
