package dev.aptosnet.testkit.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

class ShaperTest {
    private static final long MS = 1_000_000;
    private static final LineSettings SLOW =
            LineSettings.PERFECT.delayed(Duration.ofMillis(50), Duration.ZERO);

    private static Shaper shaper(LineSettings settings) {
        return new Shaper(settings, new SplittableRandom(7));
    }

    @Test
    void packetTravelsForTheDelay() {
        assertThat(shaper(SLOW).packet(3 * MS, 1000)).isEqualTo(53 * MS);
    }

    @Test
    void packetsLeaveOneAfterTheOtherAtTheRate() {
        var shaper = shaper(SLOW.limitedTo(1_000_000, 10_000)); // a millisecond for 1,000 bytes

        assertThat(List.of(shaper.packet(0, 1000), shaper.packet(0, 1000), shaper.packet(0, 500)))
                .containsExactly(51 * MS, 52 * MS, 52 * MS + MS / 2);
        assertThat(shaper.packet(100 * MS, 1000)).isEqualTo(151 * MS);
    }

    @Test
    void queueThatIsFullDropsTheNewestAndRecovers() {
        var shaper = shaper(SLOW.limitedTo(1_000_000, 3000));
        for (var i = 0; i < 3; i++) {
            assertThat(shaper.packet(0, 1000)).isPositive();
        }

        assertThat(shaper.packet(0, 1000)).isEqualTo(Shaper.OVERFLOWED);
        assertThat(shaper.packet(MS, 1000)).isEqualTo(54 * MS);
    }

    @Test
    void jitterSpreadsArrivalsAndKeepsTheirOrder() {
        var shaper =
                shaper(LineSettings.PERFECT.delayed(Duration.ofMillis(50), Duration.ofMillis(20)));
        var arrivals = new ArrayList<Long>();
        for (var i = 0; i < 1000; i++) {
            arrivals.add(shaper.packet(i * MS, 100));
        }

        assertThat(arrivals).isSorted();
        var travels = new ArrayList<Long>();
        for (var i = 0; i < 1000; i++) {
            travels.add(arrivals.get(i) - i * MS);
        }
        assertThat(Collections.min(travels)).isGreaterThanOrEqualTo(30 * MS);
        assertThat(Collections.max(travels)).isLessThanOrEqualTo(70 * MS);
        assertThat(Collections.max(travels) - Collections.min(travels)).isGreaterThan(10 * MS);
    }

    @Test
    void shareOfLostPacketsIsWhatWasAsked() {
        var shaper = shaper(SLOW.losing(0.02));
        var lost = 0;
        for (var i = 0; i < 50_000; i++) {
            if (shaper.packet(i, 100) == Shaper.LOST) {
                lost++;
            }
        }

        assertThat(lost).isCloseTo(1000, within(120)); // about four standard deviations
    }

    @Test
    void sameSeedLosesTheSamePackets() {
        var first = shaper(SLOW.losing(0.5));
        var second = shaper(SLOW.losing(0.5));
        for (var i = 0; i < 1000; i++) {
            assertThat(first.packet(i, 100)).isEqualTo(second.packet(i, 100));
        }
    }

    @Test
    void latePacketIsOvertakenAndHoldsNobodyUp() {
        var all = shaper(SLOW.disordered(1, 0));
        assertThat(all.packet(0, 100)).isEqualTo(75 * MS);
        assertThat(all.isLate()).isTrue();

        var some = shaper(SLOW.disordered(0.25, 0));
        var kept = 0;
        for (var i = 0; i < 1000; i++) {
            var arrival = some.packet(i * MS, 100);
            if (!some.isLate()) {
                assertThat(arrival).isEqualTo((i + 50) * MS);
                kept++;
            }
        }
        assertThat(kept).isCloseTo(750, within(60));
    }

    @Test
    void streamIsNeverLostAndWaitsForRoom() {
        var shaper = shaper(SLOW.losing(1).limitedTo(1_000_000, 2000));

        assertThat(shaper.nanosUntilRoom(0)).isZero();
        assertThat(shaper.stream(0, 5000)).isEqualTo(55 * MS);
        assertThat(shaper.nanosUntilRoom(0)).isEqualTo(3 * MS);
        assertThat(shaper.nanosUntilRoom(4 * MS)).isZero();
    }

    @Test
    void whatCannotBeIsRefusedByName() {
        assertThatThrownBy(() -> SLOW.losing(1.01)).hasMessage("loss: 1.01 (expected: 0 to 1)");
        assertThatThrownBy(() -> SLOW.losing(Double.NaN)).hasMessageStartingWith("loss: NaN");
        assertThatThrownBy(() -> SLOW.limitedTo(-1, 1)).hasMessageStartingWith("bytesPerSecond");
        assertThatThrownBy(() -> SLOW.limitedTo(1, 0)).hasMessageStartingWith("queueBytes");
        assertThatThrownBy(() -> SLOW.disordered(-0.1, 0)).hasMessageStartingWith("reorder");
        assertThatThrownBy(() -> SLOW.disordered(0, 2)).hasMessageStartingWith("duplicate");
        assertThatThrownBy(() -> SLOW.delayed(Duration.ofMillis(-1), Duration.ZERO))
                .hasMessageStartingWith("delay");
        assertThatThrownBy(() -> SLOW.delayed(Duration.ZERO, Duration.ofMillis(-1)))
                .hasMessageStartingWith("jitter");
    }
}
