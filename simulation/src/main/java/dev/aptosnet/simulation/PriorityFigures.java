package dev.aptosnet.simulation;

import dev.aptosnet.domain.send.QueueBounds;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.MessageLimits;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * I-01: one connection over a link of 10 MB/s and 50 ms, full of messages of 64 MiB as those of
 * state sync, or flooded in all classes. The baseline has one queue: everything is of one protocol
 * and one class, so that it keeps its order, and is cut as aptos-core cuts it. Aptos-core's own
 * writer alternates between pieces and whole messages as long as not too many pieces wait; with
 * messages without end that is soon over, and then it is this queue, with up to 4 GB in it.
 *
 * <p>A message waits from its sending until the socket has taken its last byte, which is when
 * nothing can be done about it any more. It leaves at most {@code max_unsent_bytes} later.
 */
final class PriorityFigures {
    static final long BYTES_PER_SECOND = 10_000_000;
    static final ProtocolId URGENT = ProtocolId.CONSENSUS_DIRECT_SEND_BCS;
    static final ProtocolId BULK = ProtocolId.NETBENCH_DIRECT_SEND;
    static final int LARGE = 64 << 20;

    /** The transmission of a piece of 256 KiB, and 5 ms. */
    static final double UPGRADED_MILLIS = 31;

    /** The transmission of a seventeenth of 64 MiB, and 5 ms. */
    static final double LEGACY_MILLIS = 400;

    private static final Duration ONE_WAY = Duration.ofMillis(50);
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration MEASURED = Duration.ofSeconds(40);
    private static final int FLOOD = 10_000;

    private final long seed;

    private PriorityFigures(long seed) {
        this.seed = seed;
    }

    static List<Figure> measure(long seed, int nodes) {
        var all = new PriorityFigures(seed);
        var fifo = all.wait(LinkPeer.LEGACY, false);
        var upgraded = all.wait(LinkPeer.UPGRADED, true);
        var legacy = all.wait(LinkPeer.LEGACY, true);
        var beside = "200 B Critical beside 64 MiB Low, ";
        return List.of(
                atMost(
                        beside + "upgraded peer: p99 until written, ms",
                        fifo.taken(),
                        upgraded.taken(),
                        UPGRADED_MILLIS),
                atMost(
                        beside + "upgraded peer: p99 until left the machine, ms",
                        fifo.left(),
                        upgraded.left(),
                        UPGRADED_MILLIS),
                atMost(
                        beside + "legacy peer: p99 until written, ms",
                        fifo.taken(),
                        legacy.taken(),
                        LEGACY_MILLIS),
                atLeast(
                        "one queue is so many times worse than towards an upgraded peer",
                        fifo.taken() / upgraded.taken(),
                        10),
                atLeast(
                        "one queue is so many times worse than towards a legacy peer",
                        fifo.taken() / legacy.taken(),
                        10),
                atMost(
                        "peer reads nothing, all classes flooded: most bytes queued, MiB",
                        all.held(new QueueBounds(LinkPeer.BOUNDS.maxMessages(), 1L << 40)),
                        all.held(LinkPeer.BOUNDS),
                        MessageLimits.DEFAULT.queueBytes() / 0x1p20),
                atLeast(
                        "Critical and High saturated: Low in the worst 10 s, upgraded peer, %",
                        all.lowShare(LinkPeer.UPGRADED), 5),
                atLeast(
                        "Critical and High saturated: Low in the worst 10 s, legacy peer, %",
                        all.lowShare(LinkPeer.LEGACY), 5),
                atMost(
                        FLOOD + " Low messages at once: Critical ones dropped, of 100",
                        all.droppedBesideFlood(MessageClass.LOW),
                        all.droppedBesideFlood(MessageClass.CRITICAL),
                        0),
                Figure.atLeast(
                        "I-01",
                        "Low handler blocked for 10 s: Critical throughput, % of before",
                        all.besideBlockedHandler(false),
                        all.besideBlockedHandler(true),
                        95));
    }

    private static Figure atMost(String name, double baseline, double ours, double bound) {
        return Figure.atMost("I-01", name, baseline, ours, bound);
    }

    private static Figure atLeast(String name, double ours, double bound) {
        return Figure.atLeast("I-01", name, Double.NaN, ours, bound);
    }

    private record Wait(double taken, double left) {}

    private Wait wait(Set<Capability> capabilities, boolean classes) {
        var world = world();
        var ends = world.link();
        var settings = classes ? LinkPeer.SETTINGS : LinkPeer.APTOS_CORE;
        var sender = new LinkPeer(ends.near(), settings, LinkPeer.BOUNDS, capabilities);
        var _ = new LinkPeer(ends.far(), capabilities);
        sender.sendEndlessly(BULK, MessageClass.LOW, large());
        var vote = Bytes.wrap(new byte[200]);
        world.every(
                Duration.ofMillis(10),
                () ->
                        sender.send(
                                classes ? URGENT : BULK,
                                classes ? MessageClass.CRITICAL : MessageClass.LOW,
                                vote));
        world.run(WARM_UP);
        sender.untilTaken().clear();
        sender.untilLeft().clear();
        world.run(MEASURED);
        return new Wait(sender.untilTaken().p99Millis(), sender.untilLeft().p99Millis());
    }

    private double held(QueueBounds bounds) {
        var world = world();
        var ends = world.link();
        var sender = new LinkPeer(ends.near(), LinkPeer.SETTINGS, bounds, LinkPeer.UPGRADED);
        var receiver = new LinkPeer(ends.far(), LinkPeer.UPGRADED);
        receiver.link().setReading(false);
        var protocols = ProtocolId.aptosNet().iterator();
        for (var i = 0; i < MessageClass.COUNT; i++) {
            sender.sendEndlessly(
                    protocols.next(), MessageClass.ofIndex(i), Bytes.wrap(new byte[1 << 20]));
        }
        var most = new long[1];
        world.every(Duration.ofMillis(1), () -> most[0] = Math.max(most[0], sender.queuedBytes()));
        // The link ends 30 s after the last byte that was taken.
        world.run(Duration.ofSeconds(29));
        return most[0] / 0x1p20;
    }

    private double lowShare(Set<Capability> capabilities) {
        var world = world();
        var ends = world.link();
        var sender = new LinkPeer(ends.near(), capabilities);
        var _ = new LinkPeer(ends.far(), capabilities);
        var served = new Served(ends.near());
        sender.onWrite(served);
        var message = Bytes.wrap(new byte[16 << 10]);
        sender.sendEndlessly(URGENT, MessageClass.CRITICAL, message);
        sender.sendEndlessly(ProtocolId.MEMPOOL_DIRECT_SEND, MessageClass.HIGH, message);
        sender.sendEndlessly(BULK, MessageClass.LOW, large());
        world.run(MEASURED);
        return served.worstShare(MessageClass.LOW, Duration.ofSeconds(10), MEASURED);
    }

    private int droppedBesideFlood(MessageClass urgent) {
        var world = world();
        var ends = world.link();
        var sender = new LinkPeer(ends.near(), LinkPeer.UPGRADED);
        var _ = new LinkPeer(ends.far(), LinkPeer.UPGRADED);
        var low = Bytes.wrap(new byte[16 << 10]);
        var vote = Bytes.wrap(new byte[200]);
        var dropped = 0;
        for (var i = 0; i < FLOOD; i++) {
            sender.send(BULK, MessageClass.LOW, low);
            if (i % (FLOOD / 100) == FLOOD / 100 - 1 && !sender.send(URGENT, urgent, vote)) {
                dropped++;
            }
        }
        world.run(WARM_UP);
        return dropped;
    }

    private double besideBlockedHandler(boolean shedding) {
        var world = world();
        var ends = world.link();
        var sender = new LinkPeer(ends.near(), LinkPeer.UPGRADED);
        var receiver = new LinkPeer(ends.far(), LinkPeer.UPGRADED);
        var inboxes = new Inboxes(receiver, shedding);
        sender.sendEndlessly(BULK, MessageClass.LOW, Bytes.wrap(new byte[32 << 10]));
        world.every(
                Duration.ofMillis(5),
                () ->
                        sender.send(
                                URGENT,
                                MessageClass.CRITICAL,
                                Inboxes.stamped(world.now(), 16 << 10)));
        world.run(WARM_UP);
        var urgent = inboxes.of(URGENT);
        urgent.clear();
        world.run(Duration.ofSeconds(10));
        var before = urgent.taken();
        urgent.clear();
        inboxes.of(BULK).standStill();
        world.run(Duration.ofSeconds(10));
        return 100.0 * urgent.taken() / before;
    }

    private LinkWorld world() {
        return new LinkWorld(seed, BYTES_PER_SECOND, ONE_WAY);
    }

    /** Content does not matter here. */
    static Bytes large() {
        return Bytes.wrap(new byte[LARGE]);
    }

    /** How many bytes of each class left the machine in each tenth of a second. */
    private static final class Served implements LinkPeer.Writing {
        private static final long SLOT_NANOS = 100_000_000;

        private final VirtualLink link;
        private final double[][] slots = new double[MessageClass.COUNT][1 << 10];

        private Served(VirtualLink link) {
            this.link = link;
        }

        @Override
        public void write(FrameSink to, Lane lane, byte[] head, int headLength, Bytes payload) {
            to.write(lane, head, headLength, payload);
            var size = headLength + payload.size();
            var end = link.channel().lastLeft().nanos();
            var takes = Math.max(1, link.host().transmitNanos(size));
            // By the share of its time that falls into each slot.
            for (var from = end - takes; from < end; ) {
                var slot = (int) (from / SLOT_NANOS);
                var until = Math.min(end, (slot + 1) * SLOT_NANOS);
                slots[lane.messageClass().index()][slot] +=
                        (double) size * (double) (until - from) / (double) takes;
                from = until;
            }
        }

        /** Of all bytes in any window that lies within the time so far, in percent. */
        double worstShare(MessageClass messageClass, Duration window, Duration time) {
            var length = (int) (window.toNanos() / SLOT_NANOS);
            var last = (int) (time.toNanos() / SLOT_NANOS) - length;
            var worst = 100.0;
            for (var from = 0; from <= last; from++) {
                var all = 0.0;
                for (var each : slots) {
                    all += Arrays.stream(each, from, from + length).sum();
                }
                var own = Arrays.stream(slots[messageClass.index()], from, from + length).sum();
                worst = Math.min(worst, 100 * own / all);
            }
            return worst;
        }
    }
}
