package dev.aptosnet.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;

class DelaysTest {
    @Test
    void aPercentileIsTheSmallestThatCoversItsShare() {
        var low = new Delays();
        var high = new Delays();
        for (var i = 1; i <= 50; i++) {
            low.add(i);
            high.add(50 + i);
        }
        assertThat(Delays.percentile(0.5, List.of(low, high))).isEqualTo(50);
        assertThat(Delays.percentile(0.99, List.of(high, low))).isEqualTo(99);
        assertThat(Delays.percentile(1, List.of(low, high))).isEqualTo(100);
        assertThat(Delays.percentile(0.5, List.of())).isZero();
    }

    @Test
    void manySamplesAreThinnedEvenlyAndTheWorstStays() {
        var delays = new Delays();
        delays.add(5_000_000);
        for (var i = 0; i < 1_000_000; i++) {
            delays.add(i % 1000);
        }
        assertThat(delays.worst()).isEqualTo(5_000_000);
        assertThat(Delays.percentile(0.5, List.of(delays))).isBetween(480L, 520L);
    }

    @Test
    void theRecentWorstIsForgottenOnceAsked() {
        var delays = new Delays();
        delays.add(9);
        delays.add(3);
        assertThat(delays.takeRecentWorst()).isEqualTo(9);
        assertThat(delays.takeRecentWorst()).isZero();
        assertThat(delays.latest()).isEqualTo(3);
    }
}
