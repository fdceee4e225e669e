package dev.aptosnet.adapter.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import java.util.random.RandomGenerator;

class BackoffTest {
    private static final long TEN_MINUTES = Duration.ofMinutes(10).toNanos();

    @Test
    void deadSourceIsAskedAtMostFifteenTimesInAnyTenMinutes() {
        for (var seed = 0; seed < 2000; seed++) {
            var backoff = new Backoff(new Random(seed));
            var now = 0L;
            var requests = new ArrayList<Long>();
            while (now < 6 * TEN_MINUTES) {
                requests.add(now);
                now += backoff.failed(now, now).toNanos();
            }
            for (var first : requests) {
                var inWindow =
                        requests.stream()
                                .filter(at -> at >= first && at - first < TEN_MINUTES)
                                .count();
                assertThat(inWindow).as("seed %d from %d", seed, first).isLessThanOrEqualTo(15);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE})
    void waitsStayBetweenASecondAndFiveMinutesUntilTheWindowIsFull(long bits) {
        // Always the shortest, or always nearly the longest of what may be drawn.
        RandomGenerator extreme = () -> bits;
        var backoff = new Backoff(extreme);

        for (var i = 0; i < 14; i++) {
            var wait = backoff.failed(0, 0);
            assertThat(wait).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(5));
        }
    }

    @Test
    void waitsGrowOnAverageAndASuccessBeginsAnew() {
        var first = new long[14];
        var after = 0L;
        for (var seed = 0; seed < 500; seed++) {
            var backoff = new Backoff(new Random(seed));
            for (var i = 0; i < first.length; i++) {
                first[i] += backoff.failed(0, 0).toMillis() / 500;
            }
            backoff.succeeded();
            var hourLater = Duration.ofHours(1).toNanos();
            after += backoff.failed(hourLater, hourLater).toMillis() / 500;
        }

        assertThat(first[0]).isBetween(1_000L, 2_000L);
        assertThat(first[4]).isGreaterThan(4 * first[1]);
        assertThat(first[12]).isBetween(130_000L, 170_000L);
        assertThat(after).isBetween(1_000L, 2_000L);
    }
}
