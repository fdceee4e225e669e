package dev.aptosnet.adapter.tcpnoise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.MonoTime;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class AcceptFamineTest {
    private final AcceptFamine famine = new AcceptFamine();

    private static MonoTime at(long millis) {
        return new MonoTime(millis * 1_000_000);
    }

    @Test
    void refusalsThatFollowEachOtherAreOneEpisode() {
        assertThat(famine.over()).isEqualTo(MonoTime.NEVER);
        assertThat(famine.refused(at(100))).isTrue();
        for (var millis = 300; millis <= 60_100; millis += 200) {
            assertThat(famine.refused(at(millis))).isFalse();
        }
        assertThat(famine.over()).isEqualTo(at(65_100));
        assertThat(famine.end()).isEqualTo(new AcceptFamine.Ended(301, Duration.ofSeconds(60)));
        assertThat(famine.over()).isEqualTo(MonoTime.NEVER);
        assertThat(famine.refused(at(70_000))).isTrue();
        assertThat(famine.end()).isEqualTo(new AcceptFamine.Ended(1, Duration.ZERO));
    }
}
