package dev.aptosnet.simulation;

import dev.aptosnet.domain.connection.Connection;
import dev.aptosnet.domain.connection.ConnectionSettings;
import dev.aptosnet.domain.connection.ConnectionSink;
import dev.aptosnet.domain.connection.Observation;
import dev.aptosnet.domain.rpc.InboundCall;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.domain.send.OutboundMessage;
import dev.aptosnet.domain.send.QueueBounds;
import dev.aptosnet.domain.stream.Pieces;
import dev.aptosnet.domain.stream.StreamMemory;
import dev.aptosnet.domain.wire.MessagingVersion;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.MessageLimits;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkHandler;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * The domain's connection machine at one end of a link, with the bounds that the runtime puts
 * around it, and applications that send as fast as they may. It notes when small messages left.
 */
final class LinkPeer implements LinkHandler, ConnectionSink {
    /** What a connection may queue unless configured. */
    static final QueueBounds BOUNDS =
            new QueueBounds(
                    MessageLimits.DEFAULT.queueMessages(), MessageLimits.DEFAULT.queueBytes());

    /** As a node sets its connections up. */
    static final ConnectionSettings SETTINGS =
            ConnectionSettings.builder()
                    .minPieceBytes(MessageLimits.DEFAULT.minPieceBytes())
                    .build();

    /** The same, with large messages cut as aptos-core cuts them, and waited for without end. */
    static final ConnectionSettings APTOS_CORE =
            ConnectionSettings.builder()
                    .minPieceBytes(LinkWorld.MAX_FRAME_BYTES - Pieces.HEAD_ROOM)
                    .streamProgressLimit(Duration.ofDays(1))
                    .build();

    /** What two of our own nodes agree on. */
    static final Set<Capability> UPGRADED = Set.of(Capability.values());

    /** What a node of ours agrees on with one of aptos-core. */
    static final Set<Capability> LEGACY = Set.of();

    /** Messages up to this size are the small ones, whose waits are noted. */
    private static final int SMALL_BYTES = 4096;

    private final VirtualLink link;
    private final Connection machine;
    private final QueueBounds bounds;
    private final int[] queuedMessages = new int[MessageClass.COUNT];
    private final long[] queuedBytes = new long[MessageClass.COUNT];
    private final long[] refused = new long[MessageClass.COUNT];
    private final List<Endless> endless = new ArrayList<>();
    private final TreeMap<ProtocolId, ArrayDeque<MonoTime>> queuedAt = new TreeMap<>();
    private final Waits untilTaken = new Waits();
    private final Waits untilLeft = new Waits();
    private final List<Enum<?>> mistakes = new ArrayList<>();
    private final Out out = new Out();
    private StreamMemory memory = StreamMemory.UNLIMITED;
    private Arrivals arrivals = (_, _, _) -> {};
    private Writing writing = FrameSink::write;
    private boolean released;

    /** An application that always has one more. */
    private record Endless(ProtocolId protocol, MessageClass messageClass, Bytes payload) {}

    /** Who takes what has arrived. */
    interface Arrivals {
        void take(ProtocolId protocol, MessageClass messageClass, Bytes payload);
    }

    /** What is done with a frame on its way to the link. */
    interface Writing {
        void write(FrameSink to, Lane lane, byte[] head, int headLength, Bytes payload);
    }

    /**
     * One end, which works from now on.
     *
     * @param capabilities what both ends announced; none towards an unmodified node
     */
    LinkPeer(
            VirtualLink link,
            ConnectionSettings settings,
            QueueBounds bounds,
            Set<Capability> capabilities) {
        this.link = link;
        this.bounds = bounds;
        var protocols = ProtocolId.aptosNet();
        this.machine =
                new Connection(
                        settings,
                        new Negotiation.Agreed(
                                MessagingVersion.V1,
                                ProtocolSet.of(protocols, Set.of()),
                                capabilities),
                        protocols,
                        this);
        link.start(this);
    }

    /** With the defaults. */
    LinkPeer(VirtualLink link, Set<Capability> capabilities) {
        this(link, SETTINGS, BOUNDS, capabilities);
    }

    /** Where memory for unfinished large messages comes from. */
    void share(StreamMemory streamMemory) {
        memory = streamMemory;
    }

    void onArrival(Arrivals taker) {
        arrivals = taker;
    }

    void onWrite(Writing hook) {
        writing = hook;
    }

    /** Keeps the class's queue as full as it may be. */
    void sendEndlessly(ProtocolId protocol, MessageClass messageClass, Bytes payload) {
        endless.add(new Endless(protocol, messageClass, payload));
        link.wake();
    }

    /** Queues a direct send, unless its class is full. */
    boolean send(ProtocolId protocol, MessageClass messageClass, Bytes payload) {
        if (!charge(messageClass, payload.size())) {
            refused[messageClass.index()]++;
            return false;
        }
        give(protocol, messageClass, payload);
        link.wake();
        return true;
    }

    private void give(ProtocolId protocol, MessageClass messageClass, Bytes payload) {
        if (payload.size() <= SMALL_BYTES) {
            queuedAt.computeIfAbsent(protocol, _ -> new ArrayDeque<>()).add(now());
        }
        machine.send(now(), new OutboundMessage(protocol, messageClass, payload));
    }

    void call(OutboundCall call) {
        if (!charge(call.messageClass(), call.payload().size())) {
            throw new IllegalStateException("no room for a call");
        }
        machine.call(now(), call);
        link.wake();
    }

    void cancel(OutboundCall call) {
        machine.cancel(call);
        link.wake();
    }

    private boolean charge(MessageClass messageClass, int bytes) {
        var index = messageClass.index();
        var before = queuedBytes[index];
        var part = bounds.sharedPart(before + bytes) - bounds.sharedPart(before);
        var shared = part;
        for (var each : queuedBytes) {
            shared += bounds.sharedPart(each);
        }
        if (queuedMessages[index] >= bounds.maxMessages() || !bounds.admits(part, shared)) {
            return false;
        }
        queuedMessages[index]++;
        queuedBytes[index] += bytes;
        return true;
    }

    // ---- what became of it

    /** Bytes that wait in its queues; what the link has taken is the link's to bound. */
    long queuedBytes() {
        var held = 0L;
        for (var each : queuedBytes) {
            held += each;
        }
        return held;
    }

    /** How many messages of a class found no room. */
    long refused(MessageClass messageClass) {
        return refused[messageClass.index()];
    }

    /** From the send of each small message until the socket took its last byte. */
    Waits untilTaken() {
        return untilTaken;
    }

    /** The same until its last byte left the machine. */
    Waits untilLeft() {
        return untilLeft;
    }

    /** What the machine held against the peer. */
    List<Enum<?>> mistakes() {
        return mistakes;
    }

    Connection machine() {
        return machine;
    }

    VirtualLink link() {
        return link;
    }

    private MonoTime now() {
        return link.host().now();
    }

    // ---- the link's calls

    @Override
    public void onFrame(byte[] head, int offset, int length, Bytes rest) {
        machine.onFrame(now(), head, offset, length, rest);
    }

    @Override
    public void onWake(FrameSink sink) {
        if (!now().isBefore(machine.nextDeadline())) {
            machine.onTime(now());
        }
        machine.giveUpStreams();
        out.to = sink;
        do {
            fill();
            released = false;
            machine.poll(now(), out);
        } while (released && !endless.isEmpty());
        link.wakeAt(machine.nextDeadline());
    }

    private void fill() {
        for (var each : endless) {
            while (charge(each.messageClass, each.payload.size())) {
                give(each.protocol, each.messageClass, each.payload);
            }
        }
    }

    @Override
    public void onClosed(LinkClosed how) {
        machine.onClosed(how.detail());
    }

    /** The link's sink with a hook before it. */
    private final class Out implements FrameSink {
        private @Nullable FrameSink to;

        private FrameSink to() {
            if (to == null) {
                throw new IllegalStateException("nothing was written to yet");
            }
            return to;
        }

        @Override
        public boolean isWritable(Lane lane) {
            return to().isWritable(lane);
        }

        @Override
        public void write(Lane lane, byte[] head, int headLength, Bytes payload) {
            writing.write(to(), lane, head, headLength, payload);
        }
    }

    // ---- the machine's calls

    @Override
    public void onDirectSend(ProtocolId protocol, MessageClass messageClass, Bytes payload) {
        arrivals.take(protocol, messageClass, payload);
    }

    @Override
    public void onRequest(InboundCall call, Bytes payload) {
        arrivals.take(call.protocol(), call.messageClass(), payload);
        if (charge(call.messageClass(), 0)) {
            machine.respond(now(), call, Bytes.EMPTY);
        }
    }

    @Override
    public void onReleased(MessageClass messageClass, int bytes) {
        queuedMessages[messageClass.index()]--;
        queuedBytes[messageClass.index()] -= bytes;
        released = true;
    }

    @Override
    public boolean onStreamBytes(int bytes) {
        return memory.take(bytes);
    }

    @Override
    public void onStreamBytesFreed(long bytes) {
        memory.giveBack(bytes);
    }

    @Override
    public boolean owesStreamBytes() {
        return memory.isOwing();
    }

    @Override
    public void observe(Observation what, @Nullable ProtocolId protocol, long bytes) {
        if (what == Observation.DIRECT_SEND_SENT && protocol != null && bytes <= SMALL_BYTES) {
            var since = queuedAt.getOrDefault(protocol, new ArrayDeque<>()).remove();
            untilTaken.add(link.channel().lastTaken().nanosSince(since));
            untilLeft.add(link.channel().lastLeft().nanosSince(since));
        }
    }

    @Override
    public void observeMistake(Observation what, Enum<?> error) {
        mistakes.add(error);
    }
}
