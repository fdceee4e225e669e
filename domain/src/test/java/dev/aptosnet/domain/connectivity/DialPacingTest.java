package dev.aptosnet.domain.connectivity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.settings.ConnectivitySettings;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.SplittableRandom;

class DialPacingTest {
    private static DialBackoff backoff(ConnectivitySettings settings) {
        return new DialBackoff(settings.pacing(), new SplittableRandom(3));
    }

    @Test
    @DisplayName("X-04 with aptos-core's values the delays are 2, 4, 8, 16, 32, 60, 60 s and a bit")
    void referenceDelays() {
        var backoff = backoff(ConnectivitySettings.aptosCore().build());
        long[] seconds = {2, 4, 8, 16, 32, 60, 60};
        for (var i = 0; i < seconds.length; i++) {
            var longest = Duration.ofSeconds(seconds[i]);
            for (var n = 0; n < 200; n++) {
                assertThat(backoff.delay(i, 1))
                        .isBetween(longest, longest.plusMillis(100).minusNanos(1));
            }
        }
    }

    @Test
    void fullJitterFillsTheWholeRangeAndKeepsTheCap() {
        var backoff = backoff(ConnectivitySettings.DEFAULTS);
        long[] seconds = {2, 4, 8, 16, 32, 60, 60};
        for (var i = 0; i < seconds.length; i++) {
            var longest = Duration.ofSeconds(seconds[i]);
            var low = longest;
            var high = Duration.ZERO;
            for (var n = 0; n < 500; n++) {
                var delay = backoff.delay(i + 1, 1);
                low = delay.compareTo(low) < 0 ? delay : low;
                high = delay.compareTo(high) > 0 ? delay : high;
            }
            assertThat(low).isLessThan(longest.dividedBy(20));
            assertThat(high).isBetween(longest.multipliedBy(19).dividedBy(20), longest);
        }
    }

    @Test
    void theFirstDialsOfABatchAreSpreadByTheRate() {
        var backoff = backoff(ConnectivitySettings.DEFAULTS);
        for (var n = 0; n < 500; n++) {
            assertThat(backoff.delay(0, 1)).isLessThan(Duration.ofMillis(20));
            assertThat(backoff.delay(0, 100)).isLessThan(Duration.ofSeconds(2));
            assertThat(backoff.delay(0, 100_000)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void aSecondSeesAtMostTheRateAndTheBurst() {
        var limiter = new DialLimiter(50, 20);
        var lately = new ArrayDeque<Long>();
        var taken = 0;
        for (var nanos = 0L; nanos < 5_000_000_000L; nanos += 1_000_000) {
            while (limiter.take(new MonoTime(nanos))) {
                lately.add(nanos);
                taken++;
            }
            while (!lately.isEmpty() && lately.getFirst() <= nanos - 1_000_000_000) {
                lately.removeFirst();
            }
            assertThat(lately).hasSizeLessThanOrEqualTo(70);
        }
        assertThat(taken).isBetween(20 + 249, 20 + 250);
    }

    @Test
    void theLimiterSaysWhenItIsWorthAskingAgain() {
        var limiter = new DialLimiter(10, 1);
        var start = new MonoTime(5);
        assertThat(limiter.nextAt(start)).isEqualTo(start);
        assertThat(limiter.take(start)).isTrue();
        assertThat(limiter.take(start)).isFalse();
        var next = limiter.nextAt(start);
        assertThat(next).isEqualTo(start.plus(Duration.ofMillis(100)));
        assertThat(limiter.take(new MonoTime(next.nanos() - 1))).isFalse();
        assertThat(limiter.take(next)).isTrue();
    }

    @Test
    void whatCannotWorkIsRefusedByItsKey() {
        assertRefused("connectivity_check_interval_ms: 0", b -> b.checkInterval(Duration.ZERO));
        assertRefused("max_outbound_connections: -1", b -> b.maxOutboundConnections(-1));
        assertRefused("connection_backoff_base: 0", b -> b.base(0));
        assertRefused("max_connection_delay_ms: -1", b -> b.maxDelay(Duration.ofMillis(-1)));
        assertRefused("dials_per_second: 0", b -> b.dialsPerSecond(0));
        assertRefused("dial_burst: 0", b -> b.dialBurst(0));
        assertRefused("max_pending_outbound: 0", b -> b.maxPending(0));
        assertRefused("num_dials_before_backoff: 0", b -> b.dialsBeforeBackoff(0));
    }

    private static void assertRefused(
            String message, java.util.function.UnaryOperator<ConnectivitySettings.Builder> change) {
        var builder = change.apply(ConnectivitySettings.builder());
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }
}
