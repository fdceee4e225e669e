package dev.aptosnet.domain.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FairShareTest {
    private static final long LIMIT = 1000;

    @Test
    void oneQueueThatNobodyEmptiesTakesHalfAndTheNextHalfOfTheRest() {
        var used = 0L;
        for (var expected : new long[] {500, 250, 125}) {
            var own = 0L;
            while (FairShare.admit(own, used, 1, LIMIT)) {
                own++;
                used++;
            }
            assertThat(own).isEqualTo(expected);
        }
    }

    @Test
    void firstMessageMayBeLargerThanAllThereIs() {
        assertThat(FairShare.admit(0, 0, 5000, LIMIT)).isTrue();
        assertThat(FairShare.admit(5000, 5000, 1, LIMIT)).isFalse();
        assertThat(FairShare.admit(0, 5000, 1, LIMIT)).isFalse();
    }

    @Test
    void nothingGoesBeyondTheLimitWhileAnythingIsHeld() {
        assertThat(FairShare.admit(0, 1, 999, LIMIT)).isTrue();
        assertThat(FairShare.admit(0, 1, 1000, LIMIT)).isFalse();
        assertThat(FairShare.admit(1, 1, 999, LIMIT)).isFalse();
    }
}
