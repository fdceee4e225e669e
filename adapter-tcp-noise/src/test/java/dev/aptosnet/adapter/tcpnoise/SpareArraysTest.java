package dev.aptosnet.adapter.tcpnoise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.Bytes;

import org.junit.jupiter.api.Test;

import java.util.List;

/** Arrays that are used again, and those that are not (ADR 0021). */
class SpareArraysTest {
    private final SpareArrays arrays = new SpareArrays();

    @Test
    void whatIsGivenBackIsTakenAgain() {
        var one = arrays.take();
        var other = arrays.take();
        assertThat(other).isNotSameAs(one);
        arrays.giveBack(Bytes.concat(List.of(Bytes.wrap(one, 4, 100), Bytes.wrap(other))));
        assertThat(arrays.bytes()).isEqualTo(2L * SpareArrays.LENGTH);
        assertThat(List.of(arrays.take(), arrays.take())).containsExactly(one, other);
        assertThat(arrays.bytes()).isZero();
    }

    @Test
    void whoStillReadsWhatWasGivenBackSeesThatItIsGone() {
        var array = arrays.take();
        array[7] = 42;
        var kept = Bytes.wrap(array, 0, 100);
        arrays.giveBack(kept);
        assertThat(kept.byteAt(7)).isEqualTo((byte) 0xdb);
    }

    @Test
    void arraysOfOtherLengthsAreLeftToTheCollector() {
        arrays.giveBack(Bytes.wrap(new byte[SpareArrays.LENGTH - 1]));
        arrays.giveBack(Bytes.wrap(new byte[SpareArrays.LENGTH + 1]));
        arrays.giveBack(Bytes.EMPTY);
        assertThat(arrays.bytes()).isZero();
    }

    @Test
    void noMoreAreKeptThanTheBoundSays() {
        for (var i = 0; i < SpareArrays.MAX_SPARE + 10; i++) {
            arrays.giveBack(new byte[SpareArrays.LENGTH]);
        }
        assertThat(arrays.bytes()).isEqualTo((long) SpareArrays.MAX_SPARE * SpareArrays.LENGTH);
        assertThat(arrays.bytes()).isBetween(95L << 20, 96L << 20);
    }
}
