package dev.aptosnet.domain.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.client.BreakerState;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.settings.BreakerSettings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.Random;

class CircuitBreakerTest {
    private static final BreakerSettings SETTINGS = BreakerSettings.DEFAULT;

    private final CircuitBreaker breaker = new CircuitBreaker(SETTINGS);
    private MonoTime now = new MonoTime(0);

    private void pass(Duration time) {
        now = now.plus(time);
    }

    /** One call that is made and fails, or is not made. */
    private boolean fail() {
        var number = breaker.admit(now);
        if (number != CircuitBreaker.DENIED) {
            breaker.failed(now, number, () -> true);
        }
        return number != CircuitBreaker.DENIED;
    }

    private boolean succeed() {
        var number = breaker.admit(now);
        if (number != CircuitBreaker.DENIED) {
            breaker.succeeded(now, number);
        }
        return number != CircuitBreaker.DENIED;
    }

    private void open() {
        for (var i = 0; i < SETTINGS.minimumCalls(); i++) {
            fail();
        }
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void itOpensWhenTheSmallestNumberOfCallsAllFailed() {
        for (var i = 0; i < 9; i++) {
            fail();
            assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        }
        fail();
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        assertThat(fail()).isFalse();
    }

    @Test
    void afterManySuccessesItOpensWithHalfOfTheWindow() {
        for (var i = 0; i < 1000; i++) {
            succeed();
        }
        var failed = 0;
        while (breaker.state() == BreakerState.CLOSED) {
            fail();
            failed++;
        }
        assertThat(failed).isEqualTo(10);
    }

    @Test
    void oneCallInTwoThatFailsOpensItAndFourInTenDoNot() {
        for (var i = 0; i < 10_000; i++) {
            if (i % 5 > 2) {
                fail();
            } else {
                succeed();
            }
        }
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        for (var i = 0; i < 20; i++) {
            if (i % 2 == 0) {
                fail();
            } else {
                succeed();
            }
        }
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void onePercentOfRandomFailuresNeverOpensIt(long seed) {
        var random = new Random(seed);
        for (var i = 0; i < 10_000; i++) {
            if (random.nextInt(100) == 0) {
                fail();
            } else {
                succeed();
            }
            pass(Duration.ofMillis(10));
            assertThat(breaker.state())
                    .as("seed %d, call %d", seed, i)
                    .isEqualTo(BreakerState.CLOSED);
        }
    }

    @Test
    void onceThePeerServesAgainThreeProbesCloseIt() {
        open();
        pass(SETTINGS.open().minusNanos(1));
        assertThat(succeed()).isFalse();
        pass(Duration.ofNanos(1));
        assertThat(succeed()).isTrue();
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        succeed();
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        succeed();
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void noMoreThanThreeProbesAreUnderWay() {
        open();
        pass(SETTINGS.open());
        var probes = new int[] {breaker.admit(now), breaker.admit(now), breaker.admit(now)};
        assertThat(probes).doesNotContain(CircuitBreaker.DENIED);
        assertThat(breaker.admit(now)).isEqualTo(CircuitBreaker.DENIED);
        breaker.saidNothing(probes[0]);
        assertThat(breaker.admit(now)).isNotEqualTo(CircuitBreaker.DENIED);
        assertThat(breaker.admit(now)).isEqualTo(CircuitBreaker.DENIED);
    }

    @Test
    void eachFailedProbeDoublesTheTimeUpToAMinute() {
        open();
        long[] seconds = {5, 10, 20, 40, 60, 60, 60};
        for (var expected : seconds) {
            pass(Duration.ofSeconds(expected).minusNanos(1));
            assertThat(fail()).isFalse();
            pass(Duration.ofNanos(1));
            assertThat(fail()).isTrue();
            assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        }
    }

    @Test
    void onceClosedItStartsWithTheShortestTimeAgain() {
        open();
        pass(SETTINGS.open());
        fail();
        pass(SETTINGS.open().multipliedBy(2));
        succeed();
        succeed();
        succeed();
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        open();
        pass(SETTINGS.open());
        assertThat(breaker.admit(now)).isNotEqualTo(CircuitBreaker.DENIED);
    }

    @Test
    void callsOfAnEarlierPeriodSayNothingOfThisOne() {
        var early = breaker.admit(now);
        open();
        pass(SETTINGS.open());
        var probe = breaker.admit(now);
        assertThat(breaker.failed(now, early, () -> true)).isNull();
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        assertThat(breaker.failed(now, probe, () -> true)).isEqualTo(BreakerState.OPEN);
        pass(SETTINGS.longestOpen());
        breaker.admit(now);
        for (var i = 0; i < 5; i++) {
            breaker.succeeded(now, probe);
        }
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
    }

    @Test
    void itStaysClosedWhereItMayNotOpen() {
        for (var i = 0; i < 30; i++) {
            assertThat(breaker.failed(now, breaker.admit(now), () -> false)).isNull();
        }
        assertThat(breaker.failed(now, breaker.admit(now), () -> true))
                .isEqualTo(BreakerState.OPEN);
    }

    @Test
    void failuresOfLongAgoAreForgotten() {
        for (var i = 0; i < 9; i++) {
            fail();
        }
        pass(Duration.ofMinutes(6));
        for (var i = 0; i < 9; i++) {
            fail();
        }
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }
}
