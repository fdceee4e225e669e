package dev.aptosnet.simulation;

import static dev.aptosnet.simulation.PriorityFigures.BULK;
import static dev.aptosnet.simulation.PriorityFigures.URGENT;

import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.MessageLimits;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * I-17: three applications share a link of 100 MB/s and 10 ms, and one that gets most of it takes
 * nothing for 10 s. The baseline stops to read the link while that one's queue is full, so that
 * nothing is dropped. Short streams on real sockets are measured elsewhere.
 */
final class StallFigures {
    private static final long BYTES_PER_SECOND = 100_000_000;
    private static final Duration ONE_WAY = Duration.ofMillis(10);
    private static final Duration STALL = Duration.ofSeconds(10);
    private static final ProtocolId OTHER = ProtocolId.MEMPOOL_DIRECT_SEND;

    private final long seed;

    private StallFigures(long seed) {
        this.seed = seed;
    }

    static List<Figure> measure(long seed, int nodes) {
        var all = new StallFigures(seed);
        var coupled = all.stalled(false);
        var ours = all.stalled(true);
        var finished = all.canceled(LinkPeer.LEGACY);
        var reset = all.canceled(LinkPeer.UPGRADED);
        var roundTrip = 2.0 * ONE_WAY.toMillis();
        var stall = "one application stops reading for 10 s: ";
        return List.of(
                Figure.atLeast(
                        "I-17",
                        stall + "throughput of the others, %",
                        coupled.throughput(),
                        ours.throughput(),
                        95),
                Figure.atMost(
                        "I-17",
                        stall + "their p99 grows by, %",
                        coupled.growth(),
                        ours.growth(),
                        10),
                Figure.atMost(
                        "I-17",
                        stall + "most bytes held for it, MiB",
                        Double.NaN,
                        ours.held(),
                        // None holds more than is free.
                        MessageLimits.DEFAULT.inboundBytes() / 0x1p21),
                Figure.atMost(
                        "I-17",
                        "64 MiB request canceled: until its last byte has left, ms",
                        finished.left(),
                        reset.left(),
                        roundTrip),
                Figure.atMost(
                        "I-17",
                        "64 MiB request canceled: until the receiver holds none of it, ms",
                        finished.held(),
                        reset.held(),
                        roundTrip));
    }

    /**
     * @param throughput of the worse of the others, % of before
     * @param growth of the worse p99 of the others, %
     * @param held for the one that stood still, MiB
     */
    private record Stalled(double throughput, double growth, double held) {}

    private Stalled stalled(boolean shedding) {
        var world = world();
        var ends = world.link();
        var sender = new LinkPeer(ends.near(), LinkPeer.UPGRADED);
        var receiver = new LinkPeer(ends.far(), LinkPeer.UPGRADED);
        var inboxes = new Inboxes(receiver, shedding);
        sender.sendEndlessly(BULK, MessageClass.LOW, Bytes.wrap(new byte[128 << 10]));
        world.every(
                Duration.ofMillis(2),
                () ->
                        sender.send(
                                OTHER, MessageClass.HIGH, Inboxes.stamped(world.now(), 32 << 10)));
        world.every(
                Duration.ofMillis(5),
                () ->
                        sender.send(
                                URGENT, MessageClass.CRITICAL, Inboxes.stamped(world.now(), 200)));
        world.run(Duration.ofSeconds(2));
        var others = List.of(inboxes.of(OTHER), inboxes.of(URGENT));
        others.forEach(Inboxes.Application::clear);
        world.run(STALL);
        var taken = others.stream().mapToDouble(Inboxes.Application::taken).toArray();
        var waits = others.stream().mapToDouble(other -> other.waits().p99Millis()).toArray();
        others.forEach(Inboxes.Application::clear);
        var still = inboxes.of(BULK);
        still.standStill();
        world.run(STALL);
        var throughput = 100.0;
        for (var i = 0; i < taken.length; i++) {
            throughput = Math.min(throughput, 100 * others.get(i).taken() / taken[i]);
        }
        // What was held up is waited for until it is there.
        still.goOn();
        world.run(ONE_WAY);
        var growth = 0.0;
        for (var i = 0; i < waits.length; i++) {
            growth = Math.max(growth, 100 * (others.get(i).waits().p99Millis() / waits[i] - 1));
        }
        return new Stalled(throughput, growth, still.mostHeld() / 0x1p20);
    }

    /**
     * @param left from the cancellation until the last byte of the request left, ms
     * @param held until the receiver held none of it, ms
     */
    private record Canceled(double left, double held) {}

    private Canceled canceled(Set<Capability> capabilities) {
        var world = world();
        var ends = world.link();
        var sender = new LinkPeer(ends.near(), capabilities);
        var receiver = new LinkPeer(ends.far(), capabilities);
        var left = new MonoTime[] {world.now()};
        sender.onWrite(
                (to, lane, head, headLength, payload) -> {
                    to.write(lane, head, headLength, payload);
                    if (lane.transfer() != 0) {
                        left[0] = ends.near().channel().lastLeft();
                    }
                });
        var call = new Unanswered(world.now().plus(Duration.ofSeconds(10)));
        sender.call(call);
        world.run(Duration.ofMillis(100));
        sender.cancel(call);
        var since = world.now();
        // The receiver may have nothing for a moment before the first piece, not after it.
        while (receiver.machine().streamBytes() > 0) {
            world.run(Duration.ofNanos(100_000));
        }
        return new Canceled(left[0].nanosSince(since) / 1e6, world.now().nanosSince(since) / 1e6);
    }

    private LinkWorld world() {
        return new LinkWorld(seed, BYTES_PER_SECOND, ONE_WAY);
    }

    /** A large request whose caller gives up. */
    private static final class Unanswered extends OutboundCall {
        private Unanswered(MonoTime deadline) {
            super(ProtocolId.NETBENCH_RPC, MessageClass.LOW, PriorityFigures.large(), deadline);
        }

        @Override
        protected void onAnswer(Bytes answer) {}

        @Override
        protected void onFailed(CallFailure failure) {}
    }
}
