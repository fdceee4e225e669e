package dev.aptosnet.simulation;

import static dev.aptosnet.simulation.PriorityFigures.BULK;
import static dev.aptosnet.simulation.PriorityFigures.BYTES_PER_SECOND;
import static dev.aptosnet.simulation.PriorityFigures.LARGE;
import static dev.aptosnet.simulation.PriorityFigures.LEGACY_MILLIS;
import static dev.aptosnet.simulation.PriorityFigures.UPGRADED_MILLIS;
import static dev.aptosnet.simulation.PriorityFigures.URGENT;

import dev.aptosnet.domain.connection.ConnectionSettings;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * I-02: one large message over a link of 10 MB/s without delay, and a small urgent one every 5 ms.
 * The baseline keeps the order of both, so that the small ones wait for all of the large one; waits
 * are those of {@link PriorityFigures}.
 */
final class PieceFigures {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int SMALL = 1024;

    private final long seed;

    private PieceFigures(long seed) {
        this.seed = seed;
    }

    static List<Figure> measure(long seed, int nodes) {
        var all = new PieceFigures(seed);
        var whole = all.send(LARGE, LinkPeer.LEGACY, false);
        var legacy = all.send(LARGE, LinkPeer.LEGACY, true);
        var upgraded = all.send(LARGE, LinkPeer.UPGRADED, true);
        var four = 4 << 20;
        var behind = "1 KiB Critical beside one message of ";
        return List.of(
                atMost(
                        behind + "64 MiB, legacy peer: p99 until written, ms",
                        whole.waited(),
                        legacy.waited(),
                        LEGACY_MILLIS),
                atMost(
                        behind + "4 MiB, legacy peer: p99 until written, ms",
                        all.send(four, LinkPeer.LEGACY, false).waited(),
                        all.send(four, LinkPeer.LEGACY, true).waited(),
                        UPGRADED_MILLIS),
                atMost(
                        behind + "64 MiB, upgraded peer: p99 until written, ms",
                        whole.waited(),
                        upgraded.waited(),
                        UPGRADED_MILLIS),
                atMost(
                        "64 MiB arrives whole, legacy peer: later than in the baseline, %",
                        0, 100 * (legacy.took() / whole.took() - 1), 3),
                atMost(
                        "64 MiB arrives whole, upgraded peer: later than in the baseline, %",
                        0, 100 * (upgraded.took() / whole.took() - 1), 3),
                Figure.atLeast(
                        "I-02",
                        "20 MiB, 1 KiB ones between, to the model of an unmodified node: intact",
                        all.intactAtReference(LinkPeer.APTOS_CORE),
                        all.intactAtReference(LinkPeer.SETTINGS),
                        1));
    }

    private static Figure atMost(String name, double baseline, double ours, double bound) {
        return Figure.atMost("I-02", name, baseline, ours, bound);
    }

    /**
     * @param waited of small messages, ms
     * @param took until the large one was there, ms
     */
    private record Sent(double waited, double took) {}

    private Sent send(int size, Set<Capability> capabilities, boolean interleaved) {
        var world = new LinkWorld(seed, BYTES_PER_SECOND, Duration.ZERO);
        var ends = world.link();
        var settings = interleaved ? LinkPeer.SETTINGS : LinkPeer.APTOS_CORE;
        var sender = new LinkPeer(ends.near(), settings, LinkPeer.BOUNDS, capabilities);
        var receiver = new LinkPeer(ends.far(), capabilities);
        var arrived = new MonoTime[1];
        receiver.onArrival(
                (_, _, payload) -> {
                    if (payload.size() == size) {
                        arrived[0] = world.now();
                    }
                });
        sender.send(BULK, MessageClass.LOW, Bytes.wrap(new byte[size]));
        var small = Bytes.wrap(new byte[SMALL]);
        world.every(
                Duration.ofMillis(5),
                () -> {
                    if (arrived[0] == null) {
                        sender.send(
                                interleaved ? URGENT : BULK,
                                interleaved ? MessageClass.CRITICAL : MessageClass.LOW,
                                small);
                    }
                });
        world.run(LIMIT);
        var took = arrived[0];
        return new Sent(sender.untilTaken().p99Millis(), took == null ? -1 : took.nanos() / 1e6);
    }

    /** 1 if the large message and all small ones are what was sent, and nothing was refused. */
    private double intactAtReference(ConnectionSettings settings) {
        var world = new LinkWorld(seed, BYTES_PER_SECOND, Duration.ZERO);
        var ends = world.link();
        var sender = new LinkPeer(ends.near(), settings, LinkPeer.BOUNDS, LinkPeer.LEGACY);
        var receiver = new ReferenceReceiver(ends.far());
        var large = world.bytes(20 << 20);
        var small = world.bytes(SMALL);
        sender.send(BULK, MessageClass.LOW, large);
        var sent = 0;
        for (; receiver.messages().stream().noneMatch(large::equals) && sent < 1000; sent++) {
            sender.send(URGENT, MessageClass.CRITICAL, small);
            world.run(Duration.ofMillis(5));
        }
        world.run(Duration.ofSeconds(1));
        var smalls = receiver.messages().stream().filter(small::equals).count();
        var intact =
                receiver.messages().contains(large) && smalls == sent && receiver.refused() == 0;
        return intact ? 1 : 0;
    }
}
