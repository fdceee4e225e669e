package dev.aptosnet.simulation;

import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** The scenarios. */
final class Scripts {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration SPREAD = Duration.ofSeconds(5);

    static final Scenario BOOT =
            new Script(
                    "boot",
                    "every node starts within five seconds and finds every other",
                    140,
                    Scripts::boot);
    static final Scenario CHURN =
            new Script(
                    "churn",
                    "two minutes of crashes, power losses, freezes, resets, stalls, clock steps",
                    20,
                    Scripts::churn);
    static final Scenario PARTITION =
            new Script(
                    "partition",
                    "the network splits in two for a minute, then in one direction alone",
                    20,
                    Scripts::partition);
    static final Scenario RESTART_ALL =
            new Script(
                    "restart-all",
                    "every process ends at one moment and starts again within two seconds",
                    20,
                    Scripts::restartAll);
    static final Scenario SIMULTANEOUS_DIAL =
            new Script(
                    "simultaneous-dial",
                    "pairs of nodes dial each other at the same time, and links are reset",
                    2,
                    Scripts::simultaneousDial);

    static final Scenario EPOCH =
            new Script(
                    "epoch",
                    "validators leave and join: announced, announced and taken back, by surprise",
                    22,
                    Scripts::epoch);

    static final List<Scenario> ALL =
            List.of(BOOT, CHURN, EPOCH, PARTITION, RESTART_ALL, SIMULTANEOUS_DIAL);

    private Scripts() {}

    /** A scenario with its script. */
    record Script(String name, String description, int defaultNodes, Consumer<Run> play)
            implements Scenario {
        @Override
        public Outcome run(SimSettings settings) {
            return run(settings, SimNode::new);
        }

        /** With nodes of another making. */
        Outcome run(SimSettings settings, BiFunction<Run, Host, SimNode> make) {
            return run(settings, Tuning.DEFAULT, make);
        }

        /** With nodes that are set otherwise. */
        Outcome run(SimSettings settings, Tuning tuning, BiFunction<Run, Host, SimNode> make) {
            var run = new Run(settings, tuning, make);
            play.accept(run);
            return run.finish(name);
        }
    }

    private static void boot(Run run) {
        bootAll(run);
        run.world().run(Duration.ofSeconds(15));
    }

    private static void bootAll(Run run) {
        var begun = run.world().now();
        run.startAll(SPREAD);
        run.awaitSettled("mesh_complete_ms", begun, LIMIT);
    }

    private static void epoch(Run run) {
        var epochs = new Epochs(run);
        bootAll(run);
        run.world().run(Duration.ofSeconds(5));
        epochs.announce(Duration.ofSeconds(75));
        run.world().run(Duration.ofSeconds(75));
        epochs.change("announced_");
        run.world().run(Duration.ofSeconds(10));

        epochs.announce(Duration.ofSeconds(40));
        run.world().run(Duration.ofSeconds(30));
        epochs.revoke("revoked_");
        run.world().run(Duration.ofSeconds(10));

        epochs.change("surprise_");
        run.world().run(Duration.ofSeconds(15));
    }

    private static void simultaneousDial(Run run) {
        run.want((a, b) -> a.index() / 2 == b.index() / 2);
        var begun = run.world().now();
        // From both at once to one a while after the other: on the way two dials can meet anywhere.
        run.startAll(Duration.ofMillis(run.random().nextLong(400)));
        for (var i = 0; i < run.network().hosts().size() / 4 + 1; i++) {
            if (run.random().nextInt(4) == 0) {
                run.in(
                        Duration.ofMillis(run.random().nextLong(1_500)),
                        () -> LinkFaults.reset(run));
            }
        }
        run.world().run(Duration.ofSeconds(2));
        run.awaitSettled("one_link_each_ms", begun, LIMIT);
        run.world().run(Duration.ofSeconds(15));
    }

    private static void restartAll(Run run) {
        bootAll(run);
        run.world().run(Duration.ofSeconds(5));
        var crashed = run.world().now();
        for (var host : run.network().hosts()) {
            run.crash(host, false);
        }
        var spread = Duration.ofSeconds(2);
        run.timeline().band(crashed, crashed.plus(spread), "restart");
        run.startAll(spread);
        run.awaitSettled("rebuilt_ms", crashed, LIMIT);
        run.world().run(Duration.ofSeconds(15));
    }

    private static void partition(Run run) {
        bootAll(run);
        run.world().run(Duration.ofSeconds(5));
        split(run, Duration.ofSeconds(60), true, "healed_ms");
        split(run, Duration.ofSeconds(45), false, "healed_one_way_ms");
        run.world().run(Duration.ofSeconds(15));
    }

    private static void split(Run run, Duration length, boolean bothWays, String milestone) {
        var half = run.network().hosts().size() / 2;
        run.network()
                .breakWays(
                        (from, to) ->
                                (from.index() < half) != (to.index() < half)
                                        && (bothWays || from.index() < half));
        var begun = run.world().now();
        run.world().run(length);
        run.timeline().band(begun, run.world().now(), bothWays ? "partition" : "one-way partition");
        run.network().heal();
        run.awaitSettled(milestone, run.world().now(), LIMIT);
        run.world().run(Duration.ofSeconds(5));
    }

    private static void churn(Run run) {
        bootAll(run);
        var end = run.world().now().plus(Duration.ofMinutes(2));
        var pause = 40_000_000_000L / run.network().hosts().size();
        while (run.world().now().isBefore(end)) {
            run.world().run(Duration.ofNanos(pause / 2 + run.random().nextLong(pause)));
            LinkFaults.any(run);
        }
        var lastRepair = run.timeline().lastRepair();
        run.world().runUntil(lastRepair);
        run.awaitSettled("healed_ms", lastRepair, LIMIT);
        run.world().run(Duration.ofSeconds(15));
    }
}
