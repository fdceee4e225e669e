package dev.aptosnet.domain.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.client.ApplicationHealth;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class DeparturesTest {
    private static final PeerId PEER = PeerId.parse("0x1");

    private final Departures departures = new Departures();
    private MonoTime now = new MonoTime(0);

    @Test
    void lossesCountForAnHour() {
        departures.lost(now, PEER);
        now = now.plus(Duration.ofMinutes(40));
        departures.lost(now, PEER);
        var losses = departures.of(PEER);
        assertThat(Departures.count(now, losses)).isEqualTo(2);
        now = now.plus(Duration.ofMinutes(40));
        assertThat(Departures.count(now, losses)).isOne();
        now = now.plus(Duration.ofMinutes(40));
        assertThat(Departures.count(now, losses)).isZero();
    }

    @Test
    void aPeerThatWasLostLongAgoIsForgotten() {
        departures.lost(now, PEER);
        now = now.plus(Departures.MEMORY);
        departures.lost(now, PeerId.parse("0x2"));
        assertThat(departures.of(PEER)).isEmpty();
        assertThat(departures.size()).isOne();
    }

    @Test
    void whoComesAndGoesAllTheTimeTakesNoMoreRoom() {
        for (var i = 0; i < 1000; i++) {
            departures.lost(now, PEER);
            now = now.plus(Duration.ofSeconds(1));
        }
        assertThat(departures.of(PEER)).hasSize(Departures.MAX_LOSSES);
    }

    @Test
    void ofTooManyPeersTheLongestGoneIsForgotten() {
        for (var i = 1; i <= Departures.MAX_PEERS + 10; i++) {
            departures.lost(now, PeerId.parse("0x" + Integer.toHexString(i)));
        }
        assertThat(departures.size()).isEqualTo(Departures.MAX_PEERS);
        assertThat(departures.of(PEER)).isEmpty();
        assertThat(departures.of(PeerId.parse("0xb"))).hasSize(1);
    }

    @Test
    void anApplicationThatSaysNothingForTooLongIsStuck() {
        var heartbeat = new ReportedHealth(ApplicationHealth.DEGRADED, now, Duration.ofSeconds(10));
        assertThat(heartbeat.at(now.plus(Duration.ofSeconds(10))))
                .isEqualTo(ApplicationHealth.DEGRADED);
        assertThat(heartbeat.at(now.plus(Duration.ofSeconds(11))))
                .isEqualTo(ApplicationHealth.STUCK);
    }
}
