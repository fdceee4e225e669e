package dev.aptosnet.ports.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class MonoTimeTest {
    private static final Duration AGES = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

    private final MonoTime now = new MonoTime(1_000);

    @Test
    void aLengthBeyondNanosecondsLeadsToNever() {
        assertThat(now.plus(AGES)).isEqualTo(MonoTime.NEVER);
        assertThat(now.plus(Duration.ofDays(365L * 300))).isEqualTo(MonoTime.NEVER);
        assertThat(now.plusNanos(Long.MAX_VALUE)).isEqualTo(MonoTime.NEVER);
    }

    @Test
    void aLengthBelowNanosecondsLeadsToTheEarliestMoment() {
        var past = new MonoTime(-1_000);
        assertThat(past.plus(AGES.negated())).isEqualTo(new MonoTime(Long.MIN_VALUE));
        assertThat(past.plusNanos(Long.MIN_VALUE)).isEqualTo(new MonoTime(Long.MIN_VALUE));
    }

    @Test
    void neverStaysNever() {
        assertThat(MonoTime.NEVER.plus(Duration.ofSeconds(-5))).isEqualTo(MonoTime.NEVER);
    }

    @Test
    void anOrdinaryLengthIsAdded() {
        assertThat(now.plus(Duration.ofNanos(5))).isEqualTo(new MonoTime(1_005));
        assertThat(now.plus(Duration.ofNanos(-5))).isEqualTo(new MonoTime(995));
    }
}
