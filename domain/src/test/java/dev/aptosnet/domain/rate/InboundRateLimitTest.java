package dev.aptosnet.domain.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.settings.InboundRate;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.OptionalLong;

class InboundRateLimitTest {
    private static final MonoTime START = new MonoTime(0);
    private static final MonoTime NEXT_SECOND = START.plus(Duration.ofSeconds(1));

    private static InboundRateLimit limit(InboundRate rate) {
        return InboundRateLimit.of(rate, START).orElseThrow();
    }

    private static InboundRate both(long messages, long bytes) {
        return new InboundRate(
                OptionalLong.of(messages),
                OptionalLong.of(bytes),
                InboundRate.Refill.WHOLE_SECONDS);
    }

    @Test
    @DisplayName("RL-04 without limits there is no limiter")
    void noLimits() {
        assertThat(InboundRateLimit.of(InboundRate.UNLIMITED, START)).isEmpty();
    }

    @Test
    @DisplayName("RL-05 a limit of bytes alone limits bytes")
    void bytesAlone() {
        var limit = limit(InboundRate.bytes(100));
        assertThat(limit.availableBytes(START)).isEqualTo(100);
        assertThat(limit.availableMessages(START)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    @DisplayName("RL-06 a limit of messages alone limits messages")
    void messagesAlone() {
        var limit = limit(InboundRate.messages(3));
        assertThat(limit.availableMessages(START)).isEqualTo(3);
        assertThat(limit.availableBytes(START)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    @DisplayName("RL-07 what is within the limit passes at once")
    void withinTheLimit() {
        var limit = limit(both(10, 1000));
        assertThat(limit.take(START, 100).hasPassed()).isTrue();
        assertThat(limit.availableMessages(START)).isEqualTo(9);
        assertThat(limit.availableBytes(START)).isEqualTo(900);
    }

    @Test
    @DisplayName("RL-08 what exceeds the bucket can never pass, and that is said at once")
    void aboveTheCapacity() {
        var verdict = limit(InboundRate.bytes(1)).take(START, 100);
        assertThat(verdict.isHopeless()).isTrue();
        assertThat(verdict.bucket()).isEqualTo(RateLimitKind.BYTES);
    }

    @Test
    @DisplayName("RL-09 what finds the bucket empty passes a second later")
    void waitsAndPasses() {
        var limit = limit(InboundRate.bytes(100));
        assertThat(limit.take(START, 100).hasPassed()).isTrue();
        var verdict = limit.take(START, 100);
        assertThat(verdict.bucket()).isEqualTo(RateLimitKind.BYTES);
        assertThat(verdict.until()).isEqualTo(NEXT_SECOND);
        assertThat(limit.take(NEXT_SECOND, 100).hasPassed()).isTrue();
    }

    @Test
    void waitingForBytesTakesTheMessageTokenOnce() {
        var limit = limit(both(2, 100));
        assertThat(limit.take(START, 100).hasPassed()).isTrue();
        assertThat(limit.take(START, 10).bucket()).isEqualTo(RateLimitKind.BYTES);
        assertThat(limit.take(START, 10).bucket()).isEqualTo(RateLimitKind.BYTES);
        assertThat(limit.availableMessages(START)).isZero();
        assertThat(limit.take(NEXT_SECOND, 10).hasPassed()).isTrue();
        assertThat(limit.take(NEXT_SECOND, 10).hasPassed()).isTrue();
        assertThat(limit.take(NEXT_SECOND, 10).hasPassed()).isTrue();
        assertThat(limit.take(NEXT_SECOND, 10).bucket()).isEqualTo(RateLimitKind.MESSAGES);
    }

    @Test
    void aLimitThatCannotWorkNamesItsKey() {
        assertThatThrownBy(() -> InboundRate.bytes(0))
                .hasMessage(
                        "inbound_rate_limit_config.inbound_bytes_per_second: 0 (expected: 1 to"
                                + " 8589934592)");
    }
}
