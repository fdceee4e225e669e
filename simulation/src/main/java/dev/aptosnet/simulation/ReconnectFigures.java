package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.LinkClosed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** I-07: what happens when every link breaks at once, and when one does. */
final class ReconnectFigures {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int SINGLE_LINKS = 100;

    private ReconnectFigures() {}

    static List<Figure> measure(long seed, int nodes) {
        var before = allLost(seed, nodes, Tuning.APTOS_CORE);
        var ours = allLost(seed, nodes, Tuning.DEFAULT);
        var all = nodes + " nodes lose all links: ";
        return List.of(
                Figure.atMost(
                        "I-07",
                        all + "most dials of a node in a second",
                        before.mostDials(),
                        ours.mostDials(),
                        70),
                Figure.atMost("I-07", all + "all are back, s", before.back(), ours.back(), 60),
                Figure.atMost(
                        "I-07",
                        all + "pairs whose dials met, %",
                        before.collided(),
                        ours.collided(),
                        10),
                Figure.atMost(
                        "I-07",
                        "one lost link is back, 95th of 100, s",
                        oneLost(seed, Tuning.APTOS_CORE),
                        oneLost(seed, Tuning.DEFAULT),
                        3));
    }

    /** What became of a network that lost all links. */
    private record AllLost(double mostDials, double back, double collided) {}

    private static AllLost allLost(long seed, int nodes, Tuning tuning) {
        // Pings are kept rare, so that hundreds of nodes can be simulated in minutes.
        var quiet =
                tuning.with(tuning.health().withInterval(Duration.ofMinutes(10)))
                        .withCallInterval(Duration.ZERO);
        var run = new Run(SimSettings.of(nodes, seed), quiet, SimNode::new);
        run.startAll(Duration.ofSeconds(5));
        run.awaitSettled("mesh", run.world().now(), LIMIT);
        run.world().run(Duration.ofSeconds(15));
        var dials = run.network().watchDials();
        var since = run.world().now();
        for (var host : run.network().hosts()) {
            for (var link : List.copyOf(host.links())) {
                link.fail(broken());
            }
        }
        var back = run.world().runUntil(since.plus(LIMIT), run::isSettled);
        var pairs = nodes * (nodes - 1) / 2;
        return new AllLost(
                dials.mostInASecond(),
                back ? run.world().now().nanosSince(since) / 1e9 : -1,
                100.0 * dials.collidedPairs() / pairs);
    }

    private static LinkClosed broken() {
        return new LinkClosed(DisconnectReason.INPUT_OUTPUT_ERROR, "reset on the way");
    }

    private static double oneLost(long seed, Tuning tuning) {
        var run = new Run(SimSettings.of(10, seed), tuning, SimNode::new);
        run.startAll(Duration.ofSeconds(5));
        run.awaitSettled("mesh", run.world().now(), LIMIT);
        var took = new ArrayList<Double>();
        for (var i = 0; i < SINGLE_LINKS; i++) {
            run.world().run(Duration.ofSeconds(15));
            var links = run.randomHost().links();
            var link = links.get(run.random().nextInt(links.size()));
            link.other().fail(broken());
            link.fail(broken());
            took.add(seconds(run, run.world().now()));
        }
        took.sort(null);
        return took.get(SINGLE_LINKS * 95 / 100 - 1);
    }

    private static double seconds(Run run, MonoTime since) {
        // What is lost is reported a step later.
        run.world().run(Duration.ofMillis(1));
        var back = run.world().runUntil(since.plus(LIMIT), run::isSettled);
        return back ? run.world().now().nanosSince(since) / 1e9 : LIMIT.toSeconds();
    }
}
