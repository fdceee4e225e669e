package dev.aptosnet.domain.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.health.PeerBreakers.Ending;
import dev.aptosnet.ports.client.BreakerState;
import dev.aptosnet.ports.client.CallFailureKind;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.BreakerSettings;
import dev.aptosnet.ports.settings.CallSettings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.PriorityQueue;

/**
 * A peer in virtual time whose handler of one protocol gets stuck and recovers, as the calls of an
 * application and the three machines see it (improvements.md I-06 and I-22).
 */
class StuckHandlerTest {
    private static final ProtocolId PROTOCOL = ProtocolId.NETBENCH_RPC;
    private static final Duration CALLER = Duration.ofSeconds(10);
    private static final Duration USUAL = Duration.ofMillis(100);

    private final PeerStatistics statistics = new PeerStatistics();
    private final PeerBreakers breakers =
            new PeerBreakers(
                    BreakerSettings.DEFAULT,
                    new OpenBreakerLimit(BreakerSettings.DEFAULT, () -> 3));
    private final PriorityQueue<Call> calls = new PriorityQueue<>((a, b) -> a.end.compareTo(b.end));
    private MonoTime now = new MonoTime(0);
    private boolean stuck;
    private int made;
    private int denied;

    private record Call(MonoTime begun, MonoTime end, int number, boolean answered) {}

    private void call() {
        var number = breakers.admit(now, PROTOCOL);
        if (number == CircuitBreaker.DENIED) {
            denied++;
            return;
        }
        made++;
        var limit =
                Duration.ofNanos(
                        statistics.patienceNanos(
                                CallSettings.DEFAULT, PROTOCOL, 100, CALLER.toNanos()));
        calls.add(new Call(now, now.plus(stuck ? limit : USUAL), number, !stuck));
    }

    private void runTo(MonoTime until) {
        while (!calls.isEmpty() && !until.isBefore(calls.element().end)) {
            var call = calls.remove();
            now = call.end;
            if (call.answered) {
                statistics.answered(now, PROTOCOL, now.nanosSince(call.begun), 100);
                breakers.onEnd(now, PROTOCOL, call.number, Ending.ANSWERED);
            } else {
                statistics.failed(
                        now, PROTOCOL, CallFailureKind.TIMED_OUT, now.nanosSince(call.begun));
                breakers.onEnd(now, PROTOCOL, call.number, Ending.FAILED);
            }
        }
        now = until;
    }

    private void callEvery(Duration pause, Duration time) {
        for (var until = now.plus(time); now.isBefore(until); ) {
            call();
            runTo(now.plus(pause));
        }
    }

    private BreakerState state() {
        return breakers.state(PROTOCOL);
    }

    @ParameterizedTest
    @CsvSource({"10", "50", "100", "250"})
    void aStuckHandlerIsFoundOutInFiveSecondsWhenManyCallsAreMade(long pauseMillis) {
        var pause = Duration.ofMillis(pauseMillis);
        callEvery(pause, Duration.ofSeconds(30));
        assertThat(state()).isEqualTo(BreakerState.CLOSED);
        stuck = true;
        var from = now;
        while (state() == BreakerState.CLOSED && now.since(from).toSeconds() < 20) {
            call();
            runTo(now.plus(pause));
        }
        assertThat(state()).isEqualTo(BreakerState.OPEN);
        assertThat(now.since(from)).isLessThanOrEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void andAfterTwentyCallsWhenTheyAreMadeOneByOne() {
        for (var i = 0; i < 100; i++) {
            call();
            runTo(now.plus(USUAL));
        }
        stuck = true;
        made = 0;
        while (state() == BreakerState.CLOSED && made < 100) {
            call();
            runTo(now.plus(CALLER));
        }
        assertThat(state()).isEqualTo(BreakerState.OPEN);
        assertThat(made).isLessThanOrEqualTo(20);
    }

    @Test
    void onceTheHandlerRunsAgainThreeProbesCloseItInItsOpenTime() {
        callEvery(USUAL, Duration.ofSeconds(10));
        stuck = true;
        callEvery(USUAL, Duration.ofSeconds(4));
        assertThat(state()).isEqualTo(BreakerState.OPEN);
        stuck = false;
        var from = now;
        made = 0;
        while (state() != BreakerState.CLOSED && now.since(from).toSeconds() < 100) {
            call();
            runTo(now.plus(USUAL));
        }
        assertThat(made).isEqualTo(3);
        assertThat(now.since(from))
                .isLessThanOrEqualTo(BreakerSettings.DEFAULT.open().plus(USUAL.multipliedBy(4)));
    }

    @Test
    void whileItIsStuckNearlyAllCallsFailAtOnce() {
        callEvery(USUAL, Duration.ofSeconds(10));
        stuck = true;
        callEvery(USUAL, Duration.ofSeconds(5));
        made = 0;
        callEvery(USUAL, Duration.ofMinutes(10));
        // Open for 5, 10, 20, 40 and then 60 seconds at a time, with three probes after each.
        assertThat(made).isLessThanOrEqualTo(3 * 14);
        assertThat(denied).isGreaterThan(5900);
    }
}
