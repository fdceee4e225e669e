package dev.aptosnet.domain.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.settings.QuicMode;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

class QuicRolloutTest {
    private static final long SEED = 16;

    private static PeerId peer(SplittableRandom random) {
        var bytes = new byte[PeerId.LENGTH];
        random.nextBytes(bytes);
        return PeerId.of(bytes);
    }

    /** As accounts of a test network are: all zeros but for the last bytes. */
    private static PeerId small(int number) {
        return PeerId.parse(Integer.toHexString(number));
    }

    @Test
    void bothEndsGiveTheSameAnswer() {
        var random = new SplittableRandom(SEED);
        for (var i = 0; i < 10_000; i++) {
            var a = peer(random);
            var b = peer(random);
            assertThat(QuicRollout.bucket(a, b)).isEqualTo(QuicRollout.bucket(b, a));
            var rollout = new QuicRollout(QuicMode.RACE, random.nextInt(101));
            assertThat(rollout.includes(a, b)).isEqualTo(rollout.includes(b, a));
        }
    }

    @Test
    void theAnswerIsTheSameInEveryVersion() {
        // Whoever changes the function moves links between transports while nodes are updated.
        assertThat(QuicRollout.bucket(small(1), small(2))).isEqualTo(83);
        assertThat(QuicRollout.bucket(small(7), small(7))).isEqualTo(93);
    }

    @Test
    void theShareIsNearThePercentage() {
        var random = new SplittableRandom(SEED);
        var pairs = new ArrayList<List<PeerId>>();
        for (var i = 0; i < 20_000; i++) {
            pairs.add(List.of(peer(random), peer(random)));
        }
        var smallPairs = new ArrayList<List<PeerId>>();
        for (var i = 1; i <= 200; i++) {
            for (var j = 1; j < i; j++) {
                smallPairs.add(List.of(small(i), small(j)));
            }
        }
        for (var percent : new int[] {1, 5, 10, 50, 90, 99}) {
            var rollout = new QuicRollout(QuicMode.RACE, percent);
            for (var all : List.of(pairs, smallPairs)) {
                var in =
                        all.stream()
                                .filter(p -> rollout.includes(p.getFirst(), p.getLast()))
                                .count();
                assertThat(100.0 * in / all.size()).isCloseTo(percent, within(1.5));
            }
        }
    }

    @Test
    void aPeerHasItsShareOfItsOwnLinks() {
        var rollout = new QuicRollout(QuicMode.RACE, 30);
        for (var i = 1; i <= 20; i++) {
            var self = small(i);
            var in = 0;
            for (var j = 1000; j < 2000; j++) {
                in += rollout.includes(self, small(j)) ? 1 : 0;
            }
            assertThat(in / 10.0).isCloseTo(30, within(6.0));
        }
    }

    @Test
    void aGreaterPercentageTakesNoPairOut() {
        var random = new SplittableRandom(SEED);
        for (var i = 0; i < 2_000; i++) {
            var a = peer(random);
            var b = peer(random);
            var was = false;
            for (var percent = 0; percent <= 100; percent++) {
                var is = new QuicRollout(QuicMode.PREFER, percent).includes(a, b);
                assertThat(is || !was).as("%s and %s at %d", a, b, percent).isTrue();
                was = is;
            }
            assertThat(was).as("all are in at 100").isTrue();
        }
    }

    @Test
    void nothingIsOnAtZeroPercentOrInModeOff() {
        assertThat(QuicRollout.OFF.isOn()).isFalse();
        var zero = new QuicRollout(QuicMode.ONLY, 0);
        assertThat(zero.isOn()).isFalse();
        assertThat(zero.includes(small(1), small(2))).isFalse();
    }

    @Test
    void whatContradictsItselfIsRefusedByItsKey() {
        assertThatThrownBy(() -> new QuicRollout(QuicMode.OFF, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "transports.quic.rollout_percent: 1 (expected: 0, since"
                                + " transports.quic.mode is off)");
        for (var percent : new int[] {-1, 101}) {
            assertThatThrownBy(() -> new QuicRollout(QuicMode.RACE, percent))
                    .hasMessageContaining("transports.quic.rollout_percent: " + percent);
        }
        assertThatThrownBy(() -> QuicMode.parse("rase"))
                .hasMessage("transports.quic.mode: rase (expected: off, race, prefer or only)");
    }
}
