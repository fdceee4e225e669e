package dev.aptosnet.transport.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.MonoTime;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class InputPaceTest {
    private final InputPace pace = new InputPace(Duration.ofSeconds(10), 64);

    private static MonoTime at(int seconds) {
        return new MonoTime(-5).plus(Duration.ofSeconds(seconds));
    }

    @Test
    void aWindowWithTooFewBytesIsTooSlow() {
        pace.restart(at(0));
        pace.received(639);
        assertThat(pace.isTooSlow(at(9))).isFalse();
        assertThat(pace.isTooSlow(at(10))).isTrue();
    }

    @Test
    void eachWindowNeedsItsOwnBytes() {
        pace.restart(at(0));
        pace.received(100_000);
        assertThat(pace.isTooSlow(at(10))).isFalse();
        pace.received(640);
        assertThat(pace.isTooSlow(at(20))).isFalse();
        assertThat(pace.isTooSlow(at(30))).isTrue();
    }

    @Test
    void whatWasBeforeARestartDoesNotCount() {
        pace.restart(at(0));
        pace.restart(at(9));
        assertThat(pace.isTooSlow(at(18))).isFalse();
        pace.received(1000);
        pace.restart(at(18));
        assertThat(pace.isTooSlow(at(28))).isTrue();
    }

    @Test
    void withoutALeastRateNobodyIsTooSlow() {
        var off = new InputPace(Duration.ofSeconds(10), 0);
        off.restart(at(0));
        assertThat(off.isTooSlow(at(100))).isFalse();
    }
}
