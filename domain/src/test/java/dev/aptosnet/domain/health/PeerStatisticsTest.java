package dev.aptosnet.domain.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.aptosnet.domain.health.PeerBreakers.Ending;
import dev.aptosnet.ports.client.BreakerState;
import dev.aptosnet.ports.client.CallFailureKind;
import dev.aptosnet.ports.client.ProtocolHealth;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.BreakerSettings;
import dev.aptosnet.ports.settings.CallSettings;
import dev.aptosnet.ports.settings.ScoreSettings;
import dev.aptosnet.testkit.Allocations;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.Random;
import java.util.function.ToLongFunction;

class PeerStatisticsTest {
    private static final ProtocolId RPC = ProtocolId.NETBENCH_RPC;
    private static final ProtocolId DIRECT = ProtocolId.NETBENCH_DIRECT_SEND;

    private final PeerStatistics statistics = new PeerStatistics();
    private MonoTime now = new MonoTime(0);

    private void answered(Duration took) {
        statistics.answered(now, RPC, took.toNanos(), 100);
    }

    private void timedOut() {
        statistics.failed(now, RPC, CallFailureKind.TIMED_OUT, Duration.ofSeconds(2).toNanos());
    }

    private ProtocolHealth of(ProtocolId protocol) {
        statistics.out(now, protocol, 0);
        return statistics.protocols(now, _ -> BreakerState.CLOSED).stream()
                .filter(p -> p.protocol().equals(protocol))
                .findFirst()
                .orElseThrow();
    }

    private Duration patience(Duration caller) {
        return Duration.ofNanos(
                statistics.patienceNanos(CallSettings.DEFAULT, RPC, 100, caller.toNanos()));
    }

    @Test
    void ofANewPeerNothingIsKnown() {
        assertThat(statistics.protocols(now, _ -> BreakerState.CLOSED)).isEmpty();
        assertThat(statistics.success(now, ScoreSettings.DEFAULT)).isNaN();
        assertThat(statistics.sinceIn(now)).isNull();
        assertThat(statistics.isFailing(now)).isFalse();
    }

    @Test
    void callsAreCountedByTheirEnds() {
        for (var i = 0; i < 6; i++) {
            answered(Duration.ofMillis(10));
        }
        timedOut();
        timedOut();
        statistics.failed(now, RPC, CallFailureKind.REFUSED, 1);
        statistics.failed(now, RPC, CallFailureKind.DISCONNECTED, 1);
        var seen = of(RPC);
        assertThat(seen.calls()).isEqualTo(10);
        assertThat(seen.timedOut()).isEqualTo(2);
        assertThat(seen.refused()).isOne();
        assertThat(seen.disconnected()).isOne();
        assertThat(seen.failures()).isEqualTo(4);
        assertThat(seen.successRate()).isCloseTo(0.6, within(1e-9));
    }

    @Test
    void theSuccessRateIsThatOfTheLastHundredCalls() {
        for (var i = 0; i < 1000; i++) {
            timedOut();
        }
        for (var i = 0; i < 60; i++) {
            answered(Duration.ofMillis(1));
        }
        assertThat(of(RPC).successRate()).isCloseTo(0.6, within(1e-9));
        for (var i = 0; i < 40; i++) {
            answered(Duration.ofMillis(1));
        }
        assertThat(of(RPC).successRate()).isEqualTo(1);
    }

    @Test
    void callsOfMoreThanFiveMinutesAgoDoNotCount() {
        timedOut();
        timedOut();
        now = now.plus(Duration.ofMinutes(2));
        answered(Duration.ofMillis(1));
        answered(Duration.ofMillis(1));
        assertThat(of(RPC).successRate()).isCloseTo(0.5, within(1e-9));
        now = now.plus(Duration.ofMinutes(4));
        assertThat(of(RPC).successRate()).isEqualTo(1);
        now = now.plus(Duration.ofMinutes(4));
        assertThat(of(RPC).successRate()).isNaN();
        now = now.plus(Duration.ofDays(1));
        timedOut();
        assertThat(of(RPC).successRate()).isZero();
        assertThat(of(RPC).calls()).isEqualTo(5);
    }

    @Test
    void theNinetyNinthPercentileIsRightToSixPercent() {
        var random = new Random(7);
        for (var i = 0; i < 1000; i++) {
            answered(Duration.ofNanos(random.nextLong(1_000_000)));
        }
        for (var i = 0; i < 98; i++) {
            answered(Duration.ofMillis(10 + i));
        }
        answered(Duration.ofSeconds(1));
        answered(Duration.ofSeconds(60));
        var p99 = of(RPC).p99();
        assertThat(p99).isNotNull();
        assertThat((double) (p99 == null ? 0 : p99.toNanos())).isCloseTo(1e9, within(0.065e9));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 5, 7, 8, 9, 100, 1000, 12_345, 10_000_000, 4_000_000_000L})
    void everyTimeIsKeptToSixPercent(long micros) {
        answered(Duration.ofNanos(micros * 1000));
        var p99 = of(RPC).p99();
        assertThat((double) (p99 == null ? 0 : p99.toNanos()) / 1000)
                .isCloseTo((double) micros, within(0.065 * (double) micros));
    }

    @Test
    void ratesFollowTheTrafficAndFadeWithoutIt() {
        for (var i = 0; i < 1200; i++) {
            statistics.in(now, DIRECT, 1000);
            statistics.out(now, RPC, 50);
            now = now.plus(Duration.ofMillis(100));
        }
        assertThat(statistics.bytesPerSecondIn(now)).isCloseTo(10_000, within(100.0));
        assertThat(statistics.bytesPerSecondOut(now)).isCloseTo(500, within(5.0));
        assertThat(of(DIRECT).bytesPerSecondIn()).isCloseTo(10_000, within(100.0));
        assertThat(of(DIRECT).bytesPerSecondOut()).isZero();
        now = now.plus(Duration.ofMinutes(2));
        assertThat(statistics.bytesPerSecondIn(now)).isLessThan(10);
    }

    @Test
    void theLastMessagesEachWayAreKnown() {
        statistics.in(now, DIRECT, 1);
        now = now.plus(Duration.ofSeconds(3));
        statistics.out(now, DIRECT, 1);
        now = now.plus(Duration.ofSeconds(4));
        var seen = statistics.protocols(now, _ -> BreakerState.CLOSED).getFirst();
        assertThat(seen.sinceIn()).isEqualTo(Duration.ofSeconds(7));
        assertThat(seen.sinceOut()).isEqualTo(Duration.ofSeconds(4));
        assertThat(statistics.sinceIn(now)).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void dropsAreCountedEachWay() {
        statistics.in(now, DIRECT, 1);
        statistics.droppedIn(DIRECT);
        statistics.droppedOut(DIRECT);
        statistics.droppedOut(DIRECT);
        assertThat(of(DIRECT).droppedIn()).isOne();
        assertThat(of(DIRECT).droppedOut()).isEqualTo(2);
    }

    @Test
    void anAnswerIsWaitedForNoLongerThanTwoSecondsWhereItUsuallyComesAtOnce() {
        var caller = Duration.ofSeconds(30);
        assertThat(patience(caller)).isEqualTo(caller);
        for (var i = 0; i < 10; i++) {
            answered(Duration.ofMillis(100));
        }
        assertThat(patience(caller)).isEqualTo(Duration.ofSeconds(2));
        assertThat(patience(Duration.ofMillis(700))).isEqualTo(Duration.ofMillis(700));
    }

    @Test
    void slowPeersGetUpToTenSecondsAndLargeRequestsAllThatTheCallerGives() {
        var caller = Duration.ofSeconds(30);
        for (var i = 0; i < 100; i++) {
            answered(Duration.ofSeconds(2));
        }
        assertThat(patience(caller)).isBetween(Duration.ofMillis(3990), Duration.ofMillis(4100));
        for (var i = 0; i < 100; i++) {
            answered(Duration.ofSeconds(9));
        }
        assertThat(patience(caller)).isEqualTo(Duration.ofSeconds(10));
        assertThat(statistics.patienceNanos(CallSettings.DEFAULT, RPC, 65 << 10, caller.toNanos()))
                .isEqualTo(caller.toNanos());
        for (var i = 0; i < 100; i++) {
            statistics.answered(now, RPC, 1_000_000, 10 << 20);
        }
        assertThat(patience(caller)).isEqualTo(caller);
    }

    @Test
    void timeOutsLengthenTheNextLimitSoThatASlowPeerIsNotLostForEver() {
        for (var i = 0; i < 100; i++) {
            answered(Duration.ofMillis(100));
        }
        var caller = Duration.ofSeconds(30);
        for (var i = 0; i < 60; i++) {
            statistics.failed(now, RPC, CallFailureKind.TIMED_OUT, patience(caller).toNanos());
        }
        assertThat(patience(caller)).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void stateSyncIsNeverGivenUpEarly() {
        var protocol = ProtocolId.STORAGE_SERVICE_RPC;
        for (var i = 0; i < 100; i++) {
            statistics.answered(now, protocol, 1_000_000, 100);
        }
        var caller = Duration.ofSeconds(60).toNanos();
        assertThat(statistics.patienceNanos(CallSettings.DEFAULT, protocol, 100, caller))
                .isEqualTo(caller);
        assertThat(statistics.patienceNanos(CallSettings.APTOS_CORE, RPC, 100, caller))
                .isEqualTo(caller);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void noCallInAHundredThousandIsGivenUpWhileAnswersScatterAsUsual(long seed) {
        var random = new Random(seed);
        ToLongFunction<Duration> takes =
                median -> (long) (median.toNanos() * Math.exp(0.5 * random.nextGaussian()));
        var caller = Duration.ofSeconds(30).toNanos();
        for (var i = 0; i < 100_000; i++) {
            var took = takes.applyAsLong(Duration.ofMillis(100));
            assertThat(statistics.patienceNanos(CallSettings.DEFAULT, RPC, 100, caller))
                    .as("seed %d, call %d", seed, i)
                    .isGreaterThan(took);
            statistics.answered(now, RPC, took, 100);
            now = now.plusNanos(took);
        }
    }

    @Test
    void protocolsBeyondTheBoundAreOnlyCounted() {
        for (var number = 101; number < 101 + 2 * PeerStatistics.MAX_PROTOCOLS; number++) {
            statistics.in(now, ProtocolId.custom(number, "p"), 1);
        }
        assertThat(statistics.protocols(now, _ -> BreakerState.CLOSED))
                .hasSize(PeerStatistics.MAX_PROTOCOLS);
        assertThat(statistics.untracked()).isEqualTo(PeerStatistics.MAX_PROTOCOLS);
    }

    @Test
    void allThatIsKnownOfAPeerTakesFourKibibytesAtMost() {
        useEverything(); // Once, so that what belongs to the classes is there.
        var least = Long.MAX_VALUE;
        for (var i = 0; i < 20; i++) {
            var before = Allocations.ofThisThread();
            useEverything();
            least = Math.min(least, Allocations.ofThisThread() - before);
        }
        assertThat(least).isBetween(2000L, 4096L);
    }

    private static final OpenBreakerLimit OPEN_PEERS =
            new OpenBreakerLimit(BreakerSettings.DEFAULT, () -> 10);
    private static final ProtocolId[] MANY = new ProtocolId[30];

    static {
        for (var i = 0; i < MANY.length; i++) {
            MANY[i] = ProtocolId.custom(101 + i, "p" + i);
        }
    }

    private void useEverything() {
        var all = new PeerStatistics();
        var breakers = new PeerBreakers(BreakerSettings.DEFAULT, OPEN_PEERS);
        for (var protocol : MANY) {
            all.in(now, protocol, 100);
            all.out(now, protocol, 100);
            all.answered(now, protocol, 100, 100);
            all.failed(now, protocol, CallFailureKind.REFUSED, 100);
            breakers.onEnd(now, protocol, CircuitBreaker.FIRST, Ending.FAILED);
        }
    }
}
