package dev.aptosnet.noise;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is remembered of peers has an end. */
class RecentlyUsedTest {
    private static final int MAX = 3;

    private final RecentlyUsed<String, Integer> numbers = new RecentlyUsed<>(MAX);

    @Test
    void whoWasAskedForLongestAgoIsForgotten() {
        numbers.keep("a", 1);
        numbers.keep("b", 2);
        numbers.keep("c", 3);
        assertThat(numbers.find("a")).isEqualTo(1);
        numbers.keep("d", 4);
        assertThat(numbers.size()).isEqualTo(MAX);
        assertThat(numbers.find("a")).isEqualTo(1);
        assertThat(numbers.find("b")).isNull();
    }

    @Test
    void whatIsTakenIsKnownNoMore() {
        numbers.keep("a", 1);
        assertThat(numbers.take("a")).isEqualTo(1);
        assertThat(numbers.take("a")).isNull();
        assertThat(numbers.size()).isZero();
    }
}
