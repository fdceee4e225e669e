package dev.aptosnet.domain.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class QuicFailuresTest {
    private static final MonoTime START = new MonoTime(0);

    private final QuicFailures failures = new QuicFailures();

    private static PeerId peer(int number) {
        return PeerId.parse(Integer.toHexString(number));
    }

    @Test
    void aFailureIsRememberedForTenMinutesFromTheLatest() {
        failures.failed(START, peer(1));
        failures.failed(START.plus(Duration.ofMinutes(9)), peer(1));
        assertThat(failures.isFresh(START.plus(Duration.ofMinutes(18)), peer(1))).isTrue();
        assertThat(failures.isFresh(START.plus(Duration.ofMinutes(19)), peer(1))).isFalse();
        assertThat(failures.size()).isZero();
    }

    @Test
    void aSuccessEndsTheMemory() {
        failures.failed(START, peer(1));
        failures.failed(START, peer(2));
        failures.worked(peer(1));
        assertThat(failures.isFresh(START, peer(1))).isFalse();
        assertThat(failures.isFresh(START, peer(2))).isTrue();
    }

    @Test
    void ofTooManyTheOldestIsForgotten() {
        for (var i = 0; i <= QuicFailures.MAX; i++) {
            failures.failed(START.plusNanos(i), peer(i));
        }
        assertThat(failures.size()).isEqualTo(QuicFailures.MAX);
        assertThat(failures.isFresh(START, peer(0))).isFalse();
        assertThat(failures.isFresh(START, peer(1))).isTrue();
        assertThat(failures.isFresh(START, peer(QuicFailures.MAX))).isTrue();
    }
}
