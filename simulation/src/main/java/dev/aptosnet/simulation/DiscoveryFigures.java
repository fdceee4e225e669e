package dev.aptosnet.simulation;

import dev.aptosnet.ports.discovery.DiscoveredPeer;
import dev.aptosnet.ports.discovery.LatestViews;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerRole;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * I-15, as far as it is the node's: the slots between the sources and the loop. The sources
 * themselves are an adapter with threads, files and sockets, which the simulator does not have.
 */
final class DiscoveryFigures {
    private static final int UPDATES = 1_000;

    /** How often the loop looks although nobody woke it; the node's check interval. */
    private static final Duration LOOK = Tuning.DEFAULT.connectivity().checkInterval();

    private DiscoveryFigures() {}

    static List<Figure> measure(long seed, int nodes) {
        return List.of(burst(seed, true), burst(seed, false), refused(seed));
    }

    /** A thousand views within a second, and a loop that comes to them a while later. */
    private static Figure burst(long seed, boolean last) {
        var run = new Run(SimSettings.of(2, seed), SimNode::new);
        var taken = new ArrayList<PeerView>();
        var wakes = new int[1];
        var views = slots(run, taken, wakes, true);
        for (var i = 0; i < UPDATES; i++) {
            var number = i;
            run.in(Duration.ofMillis(i), () -> views.accept(view(run, number)));
        }
        run.world().run(Duration.ofSeconds(2));
        return last
                ? Figure.atLeast(
                        "I-15",
                        UPDATES + " updates in a second: the last one is in force",
                        Double.NaN,
                        taken.getLast().equals(view(run, UPDATES - 1)) ? 1 : 0,
                        1)
                : Figure.atMost(
                        "I-15",
                        UPDATES + " updates in a second: tasks put into the loop's mailbox",
                        Double.NaN,
                        wakes[0],
                        50);
    }

    /** The mailbox is full when the epoch changes. */
    private static Figure refused(long seed) {
        var run = new Run(SimSettings.of(2, seed), SimNode::new);
        var taken = new ArrayList<PeerView>();
        var views = slots(run, taken, new int[1], false);
        look(run, views, taken);
        run.world().run(Duration.ofMillis(12_300));
        var since = run.world().now();
        views.accept(view(run, 7));
        run.world().runUntil(since.plus(Duration.ofMinutes(1)), () -> !taken.isEmpty());
        return Figure.atMost(
                "I-15",
                "mailbox full at the change: until the update is applied, ms",
                Double.NaN,
                taken.isEmpty() ? -1 : run.world().now().nanosSince(since) / 1e6,
                (double) LOOK.toMillis());
    }

    private static LatestViews slots(Run run, List<PeerView> taken, int[] wakes, boolean accepted) {
        var views = new LatestViews[1];
        views[0] =
                new LatestViews(
                        () -> {
                            if (accepted) {
                                wakes[0]++;
                                run.in(Duration.ofMillis(50), () -> taken.addAll(views[0].take()));
                            }
                        });
        return views[0];
    }

    private static void look(Run run, LatestViews views, List<PeerView> taken) {
        taken.addAll(views.take());
        run.in(LOOK, () -> look(run, views, taken));
    }

    private static PeerView view(Run run, int number) {
        var host = run.network().hosts().getFirst();
        byte[] ip = {10, 1, (byte) (number >> 8), (byte) number};
        var address = NetworkAddress.ofTcp(ip, 6180).withKey(host.key());
        return PeerView.of(
                SourceKind.ON_CHAIN_VALIDATOR_SET,
                List.of(
                        new DiscoveredPeer(
                                host.peer(),
                                List.of(address),
                                new TreeSet<>(List.of(host.key())),
                                PeerRole.VALIDATOR)));
    }
}
