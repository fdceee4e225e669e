package dev.aptosnet.simulation;

import java.time.Duration;
import java.util.List;

/** I-08: 100 validators, 10 of which leave while 10 others join, all 40 ms apart. */
final class EpochFigures {
    private static final int HOSTS = 110;

    private EpochFigures() {}

    static List<Figure> measure(long seed, int nodes) {
        var before = run(seed, Tuning.APTOS_CORE, false);
        var ours = run(seed, Tuning.DEFAULT, true);
        return List.of(
                Figure.atLeast(
                        "I-08",
                        "new pairs connected at the change, %",
                        percent(before),
                        percent(ours),
                        99),
                Figure.atMost(
                        "I-08",
                        "from the change until all new pairs are connected, ms",
                        value(before, "connected_ms"),
                        value(ours, "connected_ms"),
                        1_000),
                Figure.atMost(
                        "I-08",
                        "failed calls between staying members",
                        value(before, "failed_calls_of_staying"),
                        value(ours, "failed_calls_of_staying"),
                        0),
                Figure.atMost(
                        "I-08",
                        "links of staying members that were replaced",
                        value(before, "replaced_links_of_staying"),
                        value(ours, "replaced_links_of_staying"),
                        0),
                Figure.atMost(
                        "I-08",
                        "from the change until the last link of those who left is closed, ms",
                        value(before, "left_gone_ms"),
                        value(ours, "left_gone_ms"),
                        35_000),
                Figure.atMost(
                        "I-08",
                        "links that those who left have opened again",
                        value(before, "left_back"),
                        value(ours, "left_back"),
                        0),
                Figure.atMost(
                        "I-08",
                        "from a revocation until no stranger is connected, ms",
                        Double.NaN,
                        revoked(seed),
                        35_000));
    }

    private static Run booted(long seed, Tuning tuning) {
        var run = new Run(SimSettings.of(HOSTS, seed), tuning, SimNode::new);
        run.network().flatten(Duration.ofMillis(40));
        return run;
    }

    private static void settle(Run run) {
        run.startAll(Duration.ofSeconds(5));
        run.awaitSettled("mesh", run.world().now(), Duration.ofMinutes(5));
        run.world().run(Duration.ofSeconds(5));
    }

    private static Run run(long seed, Tuning tuning, boolean announced) {
        var run = booted(seed, tuning);
        var epochs = new Epochs(run);
        settle(run);
        if (announced) {
            epochs.announce(Duration.ofSeconds(70));
            run.world().run(Duration.ofSeconds(70));
        }
        epochs.change("");
        return run;
    }

    private static double revoked(long seed) {
        var run = booted(seed, Tuning.DEFAULT);
        var epochs = new Epochs(run);
        settle(run);
        epochs.announce(Duration.ofSeconds(40));
        run.world().run(Duration.ofSeconds(30));
        epochs.revoke("");
        return value(run, "connected_before") > 0 ? value(run, "gone_ms") : -1;
    }

    private static double value(Run run, String milestone) {
        return run.milestoneValue(milestone);
    }

    private static double percent(Run run) {
        return value(run, "preconnected_permille") / 10;
    }
}
