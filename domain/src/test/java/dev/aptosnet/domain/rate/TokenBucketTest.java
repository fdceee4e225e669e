package dev.aptosnet.domain.rate;

import static dev.aptosnet.ports.settings.InboundRate.Refill.CONTINUOUS;
import static dev.aptosnet.ports.settings.InboundRate.Refill.WHOLE_SECONDS;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.settings.InboundRate.Refill;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.SplittableRandom;

class TokenBucketTest {
    private static final MonoTime START = new MonoTime(12_345);

    private static MonoTime after(long millis) {
        return START.plus(Duration.ofMillis(millis));
    }

    private static TokenBucket drained(long capacity, long perSecond, Refill refill) {
        var bucket = new TokenBucket(capacity, perSecond, refill, START);
        assertThat(bucket.take(START, capacity)).isEqualTo(START);
        return bucket;
    }

    @Test
    @DisplayName("RL-10 in whole seconds nothing comes back inside a second")
    void partialSecond() {
        var bucket = drained(100, 10, WHOLE_SECONDS);
        assertThat(bucket.take(after(500), 1)).isEqualTo(after(1000));
        assertThat(bucket.take(after(1000), 10)).isEqualTo(after(1000));
        assertThat(bucket.available(after(1000))).isZero();
    }

    @Test
    @DisplayName("RL-10 corrected: refilled evenly, half a second is worth half of the tokens")
    void partialSecondEvenly() {
        var bucket = drained(100, 10, CONTINUOUS);
        assertThat(bucket.take(after(99), 1)).isEqualTo(after(100));
        assertThat(bucket.take(after(500), 5)).isEqualTo(after(500));
        assertThat(bucket.take(after(500), 10)).isEqualTo(after(1500));
    }

    @ParameterizedTest
    @EnumSource(Refill.class)
    @DisplayName("RL-11 asking in between does not shift what comes back")
    void noDrift(Refill refill) {
        var bucket = drained(100, 10, refill);
        assertThat(bucket.take(after(2700), 20)).isEqualTo(after(2700));
        assertThat(bucket.take(after(3000), 10)).isEqualTo(after(3000));
        assertThat(bucket.available(after(3000))).isZero();
    }

    @Test
    @DisplayName("RL-12 the wait is told exactly: up to the whole second that has enough")
    void exactWait() {
        var bucket = new TokenBucket(10, 5, WHOLE_SECONDS, START);
        bucket.take(START, 7);
        assertThat(bucket.take(after(10), 8)).isEqualTo(after(1000));
        assertThat(bucket.take(after(20), 4)).isEqualTo(after(1000));
    }

    @Test
    @DisplayName("RL-12 corrected: refilled evenly, the wait is told to the nanosecond")
    void exactWaitEvenly() {
        var bucket = new TokenBucket(10, 5, CONTINUOUS, START);
        bucket.take(START, 7);
        assertThat(bucket.take(START, 8)).isEqualTo(after(1000));
        assertThat(bucket.take(START, 4)).isEqualTo(after(200));
        assertThat(bucket.take(after(200), 4)).isEqualTo(after(200));
        assertThat(bucket.available(after(200))).isZero();
    }

    @ParameterizedTest
    @EnumSource(Refill.class)
    @DisplayName("RL-13 what is refused takes nothing, and nothing is granted to an empty bucket")
    void allOrNothing(Refill refill) {
        var bucket = new TokenBucket(10, 1, refill, START);
        bucket.take(START, 8);
        assertThat(bucket.take(START, 5)).isEqualTo(after(3000));
        assertThat(bucket.available(START)).isEqualTo(2);
        assertThat(drained(10, 1, refill).take(START, 0)).isEqualTo(START);
    }

    @ParameterizedTest
    @EnumSource(Refill.class)
    void whatNoBucketHoldsIsNeverThere(Refill refill) {
        assertThat(new TokenBucket(10, 1, refill, START).take(START, 11)).isEqualTo(MonoTime.NEVER);
        assertThat(drained(10, 0, refill).take(after(99_999), 1)).isEqualTo(MonoTime.NEVER);
    }

    @ParameterizedTest
    @EnumSource(Refill.class)
    void theLargestBucketSurvivesTheLongestSleep(Refill refill) {
        var bucket = drained(TokenBucket.MAX, TokenBucket.MAX, refill);
        assertThat(bucket.take(after(999), TokenBucket.MAX)).isEqualTo(after(1000));
        assertThat(bucket.available(START.plus(Duration.ofDays(100_000))))
                .isEqualTo(TokenBucket.MAX);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void howOftenItIsAskedDoesNotChangeWhatItGives(long seed) {
        var random = new SplittableRandom(seed);
        var perSecond = 1 + random.nextLong(1_000_000);
        var bucket = drained(TokenBucket.MAX, perSecond, CONTINUOUS);
        var now = START;
        var taken = 0L;
        for (var i = 0; i < 10_000; i++) {
            now = now.plusNanos(random.nextLong(3_000_000));
            taken += bucket.available(now) / 2;
            bucket.take(now, bucket.available(now) / 2);
        }
        var elapsed = now.nanosSince(START);
        var earned =
                elapsed / 1_000_000_000 * perSecond
                        + elapsed % 1_000_000_000 * perSecond / 1_000_000_000;
        assertThat(taken + bucket.available(now)).as("seed %d", seed).isEqualTo(earned);
    }
}
