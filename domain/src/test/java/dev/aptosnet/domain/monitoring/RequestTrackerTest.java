package dev.aptosnet.domain.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.MonoTime;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;

class RequestTrackerTest {
    @Test
    @DisplayName("MC-01 due at first, then when none is in flight and the interval has passed")
    void requestFlow() {
        var start = new MonoTime(0);
        var tracker = new RequestTracker(Duration.ofMillis(100));
        assertThat(tracker.isDue(start)).isTrue();
        assertThat(tracker.answeredAt()).isEmpty();
        tracker.started(start);
        assertThat(tracker.isDue(start)).isFalse();
        assertThat(tracker.isDue(start.plus(Duration.ofSeconds(10)))).isFalse();
        tracker.completed();
        assertThat(tracker.failed()).isEqualTo(1);
        assertThat(tracker.failed()).isEqualTo(2);
        var half = start.plus(Duration.ofMillis(50));
        tracker.succeeded(half);
        assertThat(tracker.answeredAt()).contains(half);
        assertThat(tracker.failures()).isZero();
        assertThat(tracker.isDue(half)).isFalse();
        var whole = start.plus(Duration.ofMillis(100));
        assertThat(tracker.isDue(whole)).isFalse();
        assertThat(tracker.isDue(whole.plusNanos(1))).isTrue();
    }
}
