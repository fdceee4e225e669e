package dev.aptosnet.simulation;

import dev.aptosnet.domain.connectivity.Connectivity;
import dev.aptosnet.ports.settings.ConnectivitySettings;

import java.time.Duration;
import java.util.List;

/**
 * I-04: candidates that are probed in the background. The baseline is {@link WaitingProber}, a
 * model of what aptos-core does.
 */
final class ProbeFigures {
    private static final int CANDIDATES = 500;
    private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

    private ProbeFigures() {}

    static List<Figure> measure(long seed, int nodes) {
        var silent = run(seed, CANDIDATES);
        var dead = new Prober(silent, first(silent), settings(true));
        silent.world().run(FIVE_MINUTES);
        var reachable = run(seed, CANDIDATES);
        startCandidates(reachable);
        var alive = new Prober(reachable, first(reachable), settings(true));
        reachable.world().run(FIVE_MINUTES);
        var silentToo = run(seed, CANDIDATES);
        var waitingForDead = new WaitingProber(silentToo, first(silentToo));
        silentToo.world().run(FIVE_MINUTES);
        var reachableToo = run(seed, CANDIDATES);
        startCandidates(reachableToo);
        var waiting = new WaitingProber(reachableToo, first(reachableToo));
        reachableToo.world().run(FIVE_MINUTES);
        return List.of(
                Figure.atMost(
                        "I-04",
                        CANDIDATES + " silent candidates: longest check, ms",
                        waitingForDead.longestCheckMillis(),
                        dead.longestCheckMillis(),
                        50),
                Figure.atMost(
                        "I-04",
                        CANDIDATES + " silent candidates: most probes at once",
                        waitingForDead.mostInFlight(),
                        dead.mostInFlight(),
                        ConnectivitySettings.DEFAULTS.probing().maxInFlight()),
                Figure.atMost(
                        "I-04",
                        CANDIDATES + " reachable candidates: median age after 5 min, s",
                        waiting.medianAgeSeconds(),
                        alive.medianAgeSeconds(),
                        60),
                Figure.atMost(
                        "I-04",
                        "a peer goes from 20 to 200 ms: until one at 100 ms is preferred, s",
                        moved(seed, false),
                        moved(seed, true),
                        120));
    }

    private static ConnectivitySettings settings(boolean probing) {
        return ConnectivitySettings.builder()
                .maxOutboundConnections(0)
                .maxProbes(probing ? ConnectivitySettings.DEFAULTS.probing().maxInFlight() : 0)
                .build();
    }

    private static Run run(long seed, int candidates) {
        var quiet = Tuning.DEFAULT.withCallInterval(Duration.ZERO);
        var run = new Run(SimSettings.of(candidates + 1, seed), quiet, SimNode::new);
        run.want((_, _) -> false); // They answer, and connect to nobody.
        return run;
    }

    private static Host first(Run run) {
        return run.network().hosts().getFirst();
    }

    private static void startCandidates(Run run) {
        for (var host : run.network().hosts()) {
            if (host != first(run)) {
                run.start(host);
            }
        }
        run.world().run(Duration.ofSeconds(1));
    }

    private static double moved(long seed, boolean probing) {
        var run = run(seed, 2);
        run.network().flatten(Duration.ofMillis(10));
        var near = run.network().hosts().get(1);
        var far = run.network().hosts().get(2);
        run.network().delay(far, Duration.ofMillis(40));
        startCandidates(run);
        var prober = new Prober(run, first(run), settings(probing));
        // Without probes an estimate comes from a connection that there was once, and stays.
        prober.tell(new Connectivity.Event.LatencyMeasured(near.peer(), Duration.ofMillis(20)));
        prober.tell(new Connectivity.Event.LatencyMeasured(far.peer(), Duration.ofMillis(100)));
        run.world().run(FIVE_MINUTES);
        if (!prober.prefers(near.peer(), far.peer())) {
            return -1;
        }
        run.network().delay(near, Duration.ofMillis(90));
        var since = prober.now();
        var lost =
                run.world()
                        .runUntil(
                                since.plus(Duration.ofMinutes(30)),
                                () -> prober.prefers(far.peer(), near.peer()));
        return lost ? prober.now().nanosSince(since) / 1e9 : -1;
    }
}
