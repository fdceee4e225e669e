package dev.aptosnet.simulation;

import dev.aptosnet.ports.settings.HealthSettings;

import java.time.Duration;
import java.util.List;

/** I-06: how long it takes until everybody knows that a frozen peer is silent. */
final class SilenceFigures {
    private static final int NODES = 20;

    private SilenceFigures() {}

    static List<Figure> measure(long seed, int nodes) {
        return List.of(
                Figure.atMost(
                        "I-06",
                        "silent peer noticed by the last of " + (NODES - 1) + " peers, ms",
                        noticed(seed, HealthSettings.APTOS_CORE),
                        noticed(seed, HealthSettings.DEFAULT),
                        15_000));
    }

    private static double noticed(long seed, HealthSettings health) {
        var tuning = Tuning.DEFAULT.with(health);
        var run = new Run(SimSettings.of(NODES, seed), tuning, SimNode::new);
        run.startAll(Duration.ofSeconds(5));
        run.awaitSettled("mesh", run.world().now(), Duration.ofMinutes(2));
        run.world().run(Duration.ofSeconds(30));
        var silent = run.network().hosts().getFirst();
        silent.freeze();
        var since = run.world().now();
        var by = new boolean[NODES];
        run.whenNoticed(
                (host, peer) -> {
                    if (peer.equals(silent.peer())) {
                        by[host.index()] = true;
                    }
                });
        var all = run.world().runUntil(since.plus(Duration.ofMinutes(3)), () -> allButFirst(by));
        return all ? run.world().now().nanosSince(since) / 1e6 : -1;
    }

    private static boolean allButFirst(boolean[] by) {
        for (var i = 1; i < by.length; i++) {
            if (!by[i]) {
                return false;
            }
        }
        return true;
    }
}
