package dev.aptosnet.simulation;

import static dev.aptosnet.simulation.PriorityFigures.BULK;
import static dev.aptosnet.simulation.PriorityFigures.BYTES_PER_SECOND;
import static dev.aptosnet.simulation.PriorityFigures.LARGE;
import static dev.aptosnet.simulation.PriorityFigures.URGENT;

import dev.aptosnet.domain.connection.ConnectionSettings;
import dev.aptosnet.domain.stream.Pieces;
import dev.aptosnet.domain.stream.StreamMemory;
import dev.aptosnet.domain.stream.StreamShares;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * I-03: several large messages at once, and what a peer can do with streams that it begins. Links
 * of 10 MB/s and 50 ms. The baseline receives one stream at a time, as aptos-core does.
 */
final class StreamFigures {
    private static final Duration ONE_WAY = Duration.ofMillis(50);
    private static final int MESSAGES = 8;
    private static final int MESSAGE_BYTES = 8 << 20;
    private static final int HEADERS = 1000;

    /** So many headers carry as much as a frame holds, the others less. */
    private static final int LARGEST = 16;

    private static final Bytes LARGEST_PIECE =
            Bytes.wrap(new byte[LinkWorld.MAX_FRAME_BYTES - Pieces.HEAD_ROOM]);
    private static final int HOARDERS = 2;

    /** The least that a node has for all it queues, unless configured, and three quarters of it. */
    private static final long NODE_MEMORY = 256L << 20;

    private static final long STREAM_MEMORY = NODE_MEMORY / 4 * 3;
    private static final Bytes PIECE = Bytes.wrap(new byte[256 << 10]);

    /** Interleaved, in so few pieces that a receiver of aptos-core would take any one of them. */
    private static final Set<Capability> INTERLEAVED = Set.of(Capability.INTERLEAVED_STREAMS);

    private final long seed;

    private StreamFigures(long seed) {
        this.seed = seed;
    }

    static List<Figure> measure(long seed, int nodes) {
        var all = new StreamFigures(seed);
        var one = all.attacked(LinkPeer.APTOS_CORE, LinkPeer.LEGACY);
        var ours = all.attacked(LinkPeer.SETTINGS, LinkPeer.UPGRADED);
        var first = all.besideHoarders(false);
        var fair = all.besideHoarders(true);
        var headers = HEADERS + " headers without fragments: ";
        return List.of(
                atLeast(
                        MESSAGES + " interleaved messages of 8 MiB: delivered identical",
                        all.interleaved(LinkPeer.LEGACY, false),
                        all.interleaved(INTERLEAVED, false),
                        MESSAGES),
                atLeast(
                        "the same, one of them corrupted: delivered identical",
                        all.interleaved(LinkPeer.LEGACY, true),
                        all.interleaved(INTERLEAVED, true),
                        MESSAGES - 1),
                atMost(
                        headers + "most bytes held, MiB",
                        one.held(),
                        ours.held(),
                        2 * (LARGE >> 20)),
                atMost(headers + "until all are gone, s", one.gone(), ours.gone(), 30),
                atMost(headers + "another peer's p99 grows by, %", one.growth(), ours.growth(), 1),
                atLeast(headers + "another peer's 64 MiB arrive", one.large(), ours.large(), 1),
                atLeast(
                        "two peers hoard all memory there is: a third one's 64 MiB arrive",
                        first.arrived(),
                        fair.arrived(),
                        1),
                atMost(
                        "the same: most bytes that all unfinished streams hold, MiB",
                        first.held(),
                        fair.held(),
                        NODE_MEMORY / 0x1p20),
                atLeast(
                        "64 MiB of a sender with one stream and 4 MiB pieces: intact",
                        all.fromReference(LinkPeer.LEGACY),
                        all.fromReference(LinkPeer.UPGRADED),
                        1),
                atMost(
                        "most streams open at a legacy receiver, messages in all classes",
                        all.openAtReference(INTERLEAVED),
                        all.openAtReference(LinkPeer.LEGACY),
                        1));
    }

    private static Figure atMost(String name, double baseline, double ours, double bound) {
        return Figure.atMost("I-03", name, baseline, ours, bound);
    }

    private static Figure atLeast(String name, double baseline, double ours, double bound) {
        return Figure.atLeast("I-03", name, baseline, ours, bound);
    }

    private double interleaved(Set<Capability> receivers, boolean corrupted) {
        var world = world();
        var ends = world.link();
        var sender = new LinkPeer(ends.near(), INTERLEAVED);
        var receiver = new LinkPeer(ends.far(), receivers);
        var arrived = new ArrayList<Bytes>();
        receiver.onArrival((_, _, payload) -> arrived.add(payload));
        if (corrupted) {
            sender.onWrite(StreamFigures::corrupt);
        }
        var sent = new ArrayList<Bytes>();
        for (var protocol : protocols()) {
            var message = world.bytes(MESSAGE_BYTES);
            sent.add(message);
            sender.send(protocol, MessageClass.LOW, message);
        }
        world.run(Duration.ofSeconds(20));
        return sent.stream().filter(arrived::contains).count();
    }

    /** Gives a fragment in the middle of the fourth message another number. */
    private static void corrupt(
            FrameSink to, Lane lane, byte[] head, int headLength, Bytes payload) {
        var isFragment = head[0] == 1 && head[1] == 1;
        if (isFragment && head[2] == 3 && head[6] == 5) {
            head[6] = 9;
        }
        to.write(lane, head, headLength, payload);
    }

    /** As many as there are messages, since those of one protocol keep their order. */
    private static List<ProtocolId> protocols() {
        return ProtocolId.aptosNet().subList(0, MESSAGES);
    }

    /**
     * @param held most bytes of unfinished streams of the attacker, MiB
     * @param gone from the last header that was taken until nothing was held, s
     * @param growth of the p99 of another peer's small messages, %
     * @param large how many large messages of the other peer arrived
     */
    private record Attacked(double held, double gone, double growth, double large) {}

    private Attacked attacked(ConnectionSettings settings, Set<Capability> capabilities) {
        var calm = new Attack(settings, capabilities, 0);
        var attack = new Attack(settings, capabilities, HEADERS);
        return new Attacked(
                attack.most / 0x1p20,
                attack.isOver() ? attack.gone.nanosSince(attack.lastTaken) / 1e9 : -1,
                100 * (attack.waits().p99Millis() / calm.waits().p99Millis() - 1),
                attack.large);
    }

    /** A node with two peers: one begins streams and ends none, the other does its work. */
    private final class Attack {
        private static final int STEPS = 7000;

        private final LinkWorld world = world();
        private final LinkPeer attacked;
        private final Inboxes inboxes;
        private int large;
        private long most;
        private MonoTime lastTaken = world.now();
        private MonoTime gone = world.now();

        private Attack(ConnectionSettings settings, Set<Capability> capabilities, int headers) {
            var node = world.host();
            var attack = world.link(world.host(), node);
            attacked = new LinkPeer(attack.far(), settings, LinkPeer.BOUNDS, capabilities);
            var honest = world.link(world.host(), node);
            var sender = new LinkPeer(honest.near(), settings, LinkPeer.BOUNDS, capabilities);
            var receiver = new LinkPeer(honest.far(), settings, LinkPeer.BOUNDS, capabilities);
            inboxes = new Inboxes(receiver, true);
            receiver.onArrival(this::take);
            var attacker = new RawPeer(attack.near());
            for (var i = 0; i < headers; i++) {
                attacker.header(i, 16, BULK, i < LARGEST ? LARGEST_PIECE : PIECE);
            }
            sender.send(BULK, MessageClass.LOW, PriorityFigures.large());
            for (var i = 0; i < STEPS; i++) {
                sender.send(URGENT, MessageClass.CRITICAL, Inboxes.stamped(world.now(), 200));
                var before = attacked.machine().streamBytes();
                world.run(Duration.ofMillis(10));
                look(before);
            }
        }

        private void look(long before) {
            var held = attacked.machine().streamBytes();
            most = Math.max(most, held);
            if (held > before) {
                lastTaken = world.now();
            }
            if (held > 0) {
                gone = world.now();
            }
        }

        private void take(ProtocolId protocol, MessageClass messageClass, Bytes payload) {
            if (payload.size() == LARGE) {
                large++;
            } else {
                inboxes.take(protocol, messageClass, payload);
            }
        }

        private boolean isOver() {
            return attacked.machine().openStreams() == 0;
        }

        private Waits waits() {
            return inboxes.of(URGENT).waits();
        }
    }

    /**
     * @param arrived how many large messages of the third peer
     * @param held most bytes of all unfinished streams of the node, MiB
     */
    private record Hoarded(double arrived, double held) {}

    private Hoarded besideHoarders(boolean fair) {
        var world = world();
        var node = world.host();
        var used = new NodeBytes();
        var shares = new StreamShares(fair ? STREAM_MEMORY : NODE_MEMORY, used);
        var receivers = new ArrayList<LinkPeer>();
        for (var i = 0; i < HOARDERS; i++) {
            var hoard = world.link(world.host(), node);
            var hoarder = new RawPeer(hoard.near());
            receivers.add(new LinkPeer(hoard.far(), LinkPeer.UPGRADED));
            for (var stream = 0; stream < LARGEST; stream++) {
                hoarder.header(stream, 16, BULK, LARGEST_PIECE);
            }
            for (var stream = 0; stream < LARGEST; stream++) {
                hoarder.fragment(stream, 1, LARGEST_PIECE);
            }
        }
        var honest = world.link(world.host(), node);
        var sender = new LinkPeer(honest.near(), LinkPeer.UPGRADED);
        var receiver = new LinkPeer(honest.far(), LinkPeer.UPGRADED);
        receivers.add(receiver);
        for (var each : receivers) {
            each.share(fair ? shares.join(each.link()::wake) : used);
        }
        var arrived = new int[1];
        receiver.onArrival((_, _, _) -> arrived[0]++);
        // Each has sent as much as one connection may hold.
        world.run(Duration.ofSeconds(14));
        sender.send(BULK, MessageClass.LOW, PriorityFigures.large());
        // Not so long that streams without progress would be dropped.
        world.run(Duration.ofSeconds(15));
        return new Hoarded(arrived[0], used.most / 0x1p20);
    }

    /**
     * The memory of a node of which nothing else takes any; alone it is first come, first served.
     */
    private static final class NodeBytes implements StreamMemory, StreamShares.NodeMemory {
        private long used;
        private long most;

        @Override
        public boolean take(int bytes) {
            return take(bytes, 0);
        }

        @Override
        public boolean take(long bytes, long owed) {
            if (used + bytes - owed > NODE_MEMORY) {
                return false;
            }
            used += bytes;
            most = Math.max(most, used);
            return true;
        }

        @Override
        public void giveBack(long bytes) {
            used -= bytes;
        }
    }

    private double fromReference(Set<Capability> capabilities) {
        var world = world();
        var ends = world.link();
        var sender = new RawPeer(ends.near());
        var receiver = new LinkPeer(ends.far(), capabilities);
        var arrived = new ArrayList<Bytes>();
        receiver.onArrival((_, _, payload) -> arrived.add(payload));
        var message = world.bytes(LARGE);
        sender.message(0, BULK, message);
        world.run(Duration.ofSeconds(10));
        return arrived.equals(List.of(message)) ? 1 : 0;
    }

    private double openAtReference(Set<Capability> believed) {
        var world = world();
        var ends = world.link();
        var sender = new LinkPeer(ends.near(), believed);
        var receiver = new ReferenceReceiver(ends.far());
        var sent = new ArrayList<Bytes>();
        for (var protocol : protocols()) {
            var message = world.bytes(MESSAGE_BYTES);
            sent.add(message);
            sender.send(protocol, MessageClass.ofIndex(sent.size() % MessageClass.COUNT), message);
        }
        world.run(Duration.ofSeconds(20));
        var intact = receiver.refused() == 0 && receiver.messages().containsAll(sent);
        return intact || !believed.isEmpty() ? receiver.mostOpen() : -1;
    }

    private LinkWorld world() {
        return new LinkWorld(seed, BYTES_PER_SECOND, ONE_WAY);
    }
}
