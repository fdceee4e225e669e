package dev.aptosnet.domain.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class QueueBoundsTest {
    private static final QueueBounds BOUNDS = new QueueBounds(10, 1600);

    @Test
    void eachClassHasASixteenthForItselfAndTheRestIsShared() {
        assertThat(BOUNDS.reservedBytes()).isEqualTo(100);
        assertThat(BOUNDS.sharedBytes()).isEqualTo(1200);
        assertThat(BOUNDS.sharedPart(0)).isZero();
        assertThat(BOUNDS.sharedPart(100)).isZero();
        assertThat(BOUNDS.sharedPart(101)).isEqualTo(1);
    }

    @Test
    void whatTakesNoneOfTheSharedBytesIsAlwaysAdmitted() {
        assertThat(BOUNDS.admits(0, 1300)).isTrue();
        assertThat(BOUNDS.admits(1, 1200)).isTrue();
        assertThat(BOUNDS.admits(1, 1201)).isFalse();
    }

    @Test
    void oneAloneMayBeLargerThanAllThereIs() {
        assertThat(BOUNDS.admits(5000, 5000)).isTrue();
        assertThat(BOUNDS.admits(5000, 5001)).isFalse();
    }

    @Test
    void refusalsNameTheConfigurationKey() {
        assertThatThrownBy(() -> new QueueBounds(0, 1))
                .hasMessage("priorities.queue_messages: 0 (expected: > 0)");
        assertThatThrownBy(() -> new QueueBounds(1, 0))
                .hasMessage("priorities.queue_bytes: 0 (expected: > 0)");
    }
}
