package dev.aptosnet.domain.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.health.PeerBreakers.Ending;
import dev.aptosnet.ports.client.BreakerState;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.BreakerSettings;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;

class PeerBreakersTest {
    private static final ProtocolId STUCK = ProtocolId.STORAGE_SERVICE_RPC;
    private static final ProtocolId FINE = ProtocolId.PEER_MONITORING_SERVICE_RPC;
    private static final ProtocolId CRITICAL = ProtocolId.CONSENSUS_DIRECT_SEND_BCS;

    private MonoTime now = new MonoTime(0);
    private int connected = 9;

    private OpenBreakerLimit openPeers() {
        return new OpenBreakerLimit(BreakerSettings.DEFAULT, () -> connected);
    }

    private void call(PeerBreakers breakers, ProtocolId protocol, Ending ending, int times) {
        for (var i = 0; i < times; i++) {
            var number = breakers.admit(now, protocol);
            if (number != CircuitBreaker.DENIED) {
                breakers.onEnd(now, protocol, number, ending);
            }
        }
    }

    @Test
    void oneStuckProtocolLeavesTheOthersAlone() {
        var breakers = new PeerBreakers(BreakerSettings.DEFAULT, openPeers());
        call(breakers, FINE, Ending.ANSWERED, 5);
        call(breakers, STUCK, Ending.FAILED, 20);
        assertThat(breakers.admit(now, STUCK)).isEqualTo(CircuitBreaker.DENIED);
        assertThat(breakers.admit(now, FINE)).isNotEqualTo(CircuitBreaker.DENIED);
        assertThat(breakers.states()).isEqualTo(Map.of(STUCK, BreakerState.OPEN));
    }

    @Test
    void pingsAreAlwaysSentAndCriticalCallsUnlessSaidOtherwise() {
        var breakers = new PeerBreakers(BreakerSettings.DEFAULT, openPeers());
        call(breakers, ProtocolId.HEALTH_CHECKER_RPC, Ending.FAILED, 100);
        call(breakers, CRITICAL, Ending.FAILED, 100);
        assertThat(breakers.states()).isEmpty();

        var strict = new PeerBreakers(BreakerSettings.DEFAULT.withCritical(true), openPeers());
        call(strict, ProtocolId.HEALTH_CHECKER_RPC, Ending.FAILED, 100);
        call(strict, CRITICAL, Ending.FAILED, 100);
        assertThat(strict.states()).isEqualTo(Map.of(CRITICAL, BreakerState.OPEN));
    }

    @Test
    void whereItIsSwitchedOffEveryCallIsMade() {
        var breakers = new PeerBreakers(BreakerSettings.OFF, openPeers());
        call(breakers, STUCK, Ending.FAILED, 100);
        assertThat(breakers.states()).isEmpty();
    }

    @Test
    void atMostAThirdOfThePeersIsOpenAtOnce() {
        var openPeers = openPeers();
        var all = new ArrayList<PeerBreakers>();
        for (var i = 0; i < connected; i++) {
            var breakers = new PeerBreakers(BreakerSettings.DEFAULT, openPeers);
            call(breakers, STUCK, Ending.FAILED, 30);
            call(breakers, FINE, Ending.FAILED, 30);
            all.add(breakers);
        }
        assertThat(openPeers.size()).isEqualTo(3);
        assertThat(all.stream().filter(b -> !b.states().isEmpty())).hasSize(3);
        assertThat(all.getFirst().states()).hasSize(2);
        assertThat(all.getLast().withheld()).isPositive();

        all.getFirst().onClosed();
        all.getFirst().onClosed();
        assertThat(openPeers.size()).isEqualTo(2);
        call(all.getLast(), STUCK, Ending.FAILED, 1);
        assertThat(all.getLast().state(STUCK)).isEqualTo(BreakerState.OPEN);
        assertThat(openPeers.size()).isEqualTo(3);
    }

    @Test
    void aPeerCountsUntilTheLastOfItsBreakersIsClosed() {
        var openPeers = openPeers();
        var breakers = new PeerBreakers(BreakerSettings.DEFAULT, openPeers);
        call(breakers, STUCK, Ending.FAILED, 10);
        call(breakers, FINE, Ending.FAILED, 10);
        assertThat(openPeers.size()).isOne();
        now = now.plus(Duration.ofSeconds(5));
        call(breakers, FINE, Ending.ANSWERED, 3);
        assertThat(openPeers.size()).isOne();
        call(breakers, STUCK, Ending.ANSWERED, 3);
        assertThat(openPeers.size()).isZero();
        assertThat(breakers.states()).isEmpty();
    }

    @Test
    void theOnlyPeerThereIsMayBeOpen() {
        connected = 1;
        var breakers = new PeerBreakers(BreakerSettings.DEFAULT, openPeers());
        call(breakers, STUCK, Ending.FAILED, 10);
        assertThat(breakers.state(STUCK)).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void protocolsBeyondTheBoundHaveNoBreaker() {
        var breakers = new PeerBreakers(BreakerSettings.DEFAULT, openPeers());
        for (var number = 101; number < 120; number++) {
            call(breakers, ProtocolId.custom(number, "p" + number), Ending.FAILED, 20);
        }
        assertThat(breakers.states()).hasSize(PeerStatistics.MAX_CALLED);
        assertThat(breakers.admit(now, ProtocolId.custom(119, "p119")))
                .isEqualTo(CircuitBreaker.FIRST);
    }
}
