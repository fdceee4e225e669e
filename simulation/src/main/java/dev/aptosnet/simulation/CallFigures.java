package dev.aptosnet.simulation;

import dev.aptosnet.domain.health.CircuitBreaker;
import dev.aptosnet.domain.health.OpenBreakerLimit;
import dev.aptosnet.domain.health.PeerBreakers;
import dev.aptosnet.domain.health.PeerStatistics;
import dev.aptosnet.ports.client.BreakerState;
import dev.aptosnet.ports.client.CallFailureKind;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.BreakerSettings;
import dev.aptosnet.ports.settings.CallSettings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * I-06 and I-22 as one caller sees one peer: ten calls a second of 100 ms each, which then no
 * longer end. The machines of a connection in virtual time, without a network between.
 */
final class CallFigures {
    private static final ProtocolId PROTOCOL = ProtocolId.NETBENCH_RPC;
    private static final Duration CALLER = Duration.ofSeconds(10);
    private static final Duration USUAL = Duration.ofMillis(100);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int REQUEST_BYTES = 100;
    private static final int SCATTERED_CALLS = 100_000;

    private final CallSettings calls;
    private final PeerStatistics statistics = new PeerStatistics();
    private final PeerBreakers breakers;
    private final PriorityQueue<Call> open = new PriorityQueue<>(Comparator.comparing(Call::end));
    private MonoTime now = new MonoTime(0);
    private boolean stuck;
    private int denied;

    private record Call(MonoTime begun, MonoTime end, int number, boolean answered) {}

    private CallFigures(CallSettings calls, BreakerSettings breaker) {
        this.calls = calls;
        this.breakers = new PeerBreakers(breaker, new OpenBreakerLimit(breaker, () -> 3));
    }

    /** I-06 with its circuit breaker. */
    static List<Figure> health(long seed, int nodes) {
        var figures = new ArrayList<>(SilenceFigures.measure(seed, nodes));
        figures.add(
                Figure.atMost(
                        "I-06",
                        "stuck handler: until calls to it fail at once, ms",
                        untilDenied(CallSettings.APTOS_CORE, BreakerSettings.OFF),
                        untilDenied(CallSettings.DEFAULT, BreakerSettings.DEFAULT),
                        5000));
        figures.add(
                Figure.atMost(
                        "I-06",
                        "handler runs again: until calls to it are made as before, ms",
                        Double.NaN,
                        untilClosed(),
                        // The open time, then three probes one after another.
                        (double)
                                BreakerSettings.DEFAULT
                                        .open()
                                        .plus(PAUSE.multipliedBy(4))
                                        .toMillis()));
        return figures;
    }

    /** I-22. */
    static List<Figure> deadlines(long seed, int nodes) {
        return List.of(
                Figure.atMost(
                        "I-22",
                        "peer of 100 ms stops answering: until its calls fail, ms",
                        givenUpAfter(CallSettings.APTOS_CORE),
                        givenUpAfter(CallSettings.DEFAULT),
                        2000),
                Figure.atMost(
                        "I-22",
                        "given up too early of " + SCATTERED_CALLS + " calls, log-normal 100 ms",
                        tooEarly(CallSettings.APTOS_CORE, seed),
                        tooEarly(CallSettings.DEFAULT, seed),
                        0));
    }

    private static double untilDenied(CallSettings calls, BreakerSettings breaker) {
        var peer = new CallFigures(calls, breaker);
        peer.callFor(Duration.ofSeconds(30));
        peer.stuck = true;
        var since = peer.now;
        while (peer.denied == 0 && peer.now.since(since).toMinutes() < 5) {
            peer.callFor(PAUSE);
        }
        return peer.denied == 0 ? -1 : peer.now.nanosSince(since) / 1e6;
    }

    private static double untilClosed() {
        var peer = new CallFigures(CallSettings.DEFAULT, BreakerSettings.DEFAULT);
        peer.callFor(Duration.ofSeconds(30));
        peer.stuck = true;
        while (peer.denied == 0) {
            peer.callFor(PAUSE);
        }
        peer.stuck = false;
        var since = peer.now;
        while (peer.breakers.state(PROTOCOL) != BreakerState.CLOSED
                && peer.now.since(since).toMinutes() < 5) {
            peer.callFor(PAUSE);
        }
        return peer.breakers.state(PROTOCOL) == BreakerState.CLOSED
                ? peer.now.nanosSince(since) / 1e6
                : -1;
    }

    private static double givenUpAfter(CallSettings calls) {
        var peer = new CallFigures(calls, BreakerSettings.OFF);
        peer.callFor(Duration.ofSeconds(30));
        return peer.patience() / 1e6;
    }

    private static double tooEarly(CallSettings calls, long seed) {
        var peer = new CallFigures(calls, BreakerSettings.OFF);
        var random = new SplittableRandom(seed);
        var early = 0;
        for (var i = 0; i < SCATTERED_CALLS; i++) {
            var took = (long) ((double) USUAL.toNanos() * Math.exp(0.5 * random.nextGaussian()));
            if (peer.patience() < took) {
                early++;
            }
            peer.statistics.answered(peer.now, PROTOCOL, took, REQUEST_BYTES);
            peer.now = peer.now.plusNanos(took);
        }
        return early;
    }

    private long patience() {
        return statistics.patienceNanos(calls, PROTOCOL, REQUEST_BYTES, CALLER.toNanos());
    }

    private void callFor(Duration time) {
        for (var until = now.plus(time); now.isBefore(until); ) {
            call();
            endUntil(now.plus(PAUSE));
        }
    }

    private void call() {
        var number = breakers.admit(now, PROTOCOL);
        if (number == CircuitBreaker.DENIED) {
            denied++;
        } else {
            var takes = stuck ? Duration.ofNanos(patience()) : USUAL;
            open.add(new Call(now, now.plus(takes), number, !stuck));
        }
    }

    private void endUntil(MonoTime until) {
        for (var call = open.peek();
                call != null && !until.isBefore(call.end());
                call = open.peek()) {
            open.remove();
            now = call.end();
            var took = now.nanosSince(call.begun());
            if (call.answered()) {
                statistics.answered(now, PROTOCOL, took, REQUEST_BYTES);
                breakers.onEnd(now, PROTOCOL, call.number(), PeerBreakers.Ending.ANSWERED);
            } else {
                statistics.failed(now, PROTOCOL, CallFailureKind.TIMED_OUT, took);
                breakers.onEnd(now, PROTOCOL, call.number(), PeerBreakers.Ending.FAILED);
            }
        }
        now = until;
    }
}
