package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkHandler;
import dev.aptosnet.ports.transport.LinkInfo;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * One end of a proven connection, as the port describes it. Its owner is the only thread there is.
 */
final class VirtualLink implements Link, FrameSink {
    private final VirtualNetwork network;
    private final Host host;
    private final LinkInfo info;
    private final long wire;
    private final ArrayDeque<Channel.Frame> inbox = new ArrayDeque<>();
    private int inboxBytes;
    private @Nullable Channel out;
    private @Nullable VirtualLink other;
    private @Nullable LinkHandler handler;
    private @Nullable LinkClosed end;
    private World.@Nullable Event timer;
    private boolean wakeAsked;
    private boolean reading = true;
    private boolean refused;
    private boolean blockedPeer;

    /**
     * One end.
     *
     * @param wire the number of the connection, which both ends have
     */
    VirtualLink(VirtualNetwork network, Host host, LinkInfo info, long wire) {
        this.network = network;
        this.host = host;
        this.info = info;
        this.wire = wire;
    }

    /** Makes two ends one connection, and both of them open. */
    static void join(VirtualLink a, VirtualLink b) {
        a.open(b);
        b.open(a);
    }

    private void open(VirtualLink with) {
        other = with;
        out = new Channel(network, this, with);
        host.add(this);
        network.tally().openEnds++;
    }

    @Override
    public LinkInfo info() {
        return info;
    }

    @Override
    public boolean isOwner() {
        return true;
    }

    @Override
    public void start(LinkHandler linkHandler) {
        if (handler != null) {
            throw new IllegalStateException("link " + info.id() + " was started before");
        }
        handler = linkHandler;
        post(network.world().now(), EventKind.WAKE, this::began);
    }

    private void began() {
        if (end != null) {
            report();
        } else {
            drain();
            runWake();
        }
    }

    @Override
    public void wake() {
        if (!wakeAsked && end == null) {
            wakeAsked = true;
            post(
                    network.world().now(),
                    EventKind.WAKE,
                    () -> {
                        if (wakeAsked) {
                            runWake();
                        }
                    });
        }
    }

    @Override
    public void wakeAt(MonoTime time) {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (end == null && !time.equals(MonoTime.NEVER)) {
            timer = post(time, EventKind.TIMER, this::runWake);
        }
    }

    @Override
    public void setReading(boolean wanted) {
        reading = wanted;
        if (wanted && !inbox.isEmpty()) {
            post(network.world().now(), EventKind.WAKE, this::drain);
        }
    }

    @Override
    public void close(DisconnectReason reason, String detail) {
        if (end == null) {
            end(new LinkClosed(reason, detail));
            channel().send(null);
        }
    }

    // ---- writing

    @Override
    public boolean isWritable(Lane lane) {
        refused = !channel().isWritable();
        if (refused) {
            channel().tellWhenDrained();
        }
        return !refused;
    }

    @Override
    public void write(Lane lane, byte[] head, int headLength, Bytes payload) {
        var size = headLength + payload.size();
        if (size > info.maxFrameBytes()) {
            throw new IllegalArgumentException(
                    "frame of " + size + " bytes (max_frame_size: " + info.maxFrameBytes() + ")");
        }
        if (end != null) {
            return;
        }
        var body = new byte[size];
        System.arraycopy(head, 0, body, 0, headLength);
        payload.copyTo(0, body, headLength, payload.size());
        network.tally().frames++;
        network.tally().frameBytes += size;
        channel().send(body);
    }

    /** Some of what was written has left, or has been acknowledged. */
    void sent() {
        if (refused && channel().isWritable()) {
            refused = false;
            wake();
        } else if (refused) {
            channel().tellWhenDrained();
        }
    }

    private void runWake() {
        wakeAsked = false;
        var writing = handler;
        if (end == null && writing != null) {
            writing.onWake(this);
        }
    }

    // ---- reading

    /** Whether the machine can take one more frame for this link. */
    boolean hasRoom() {
        var room = end != null || inboxBytes < network.conditions().receiveBytes();
        blockedPeer = !room;
        return room;
    }

    void receive(Channel.Frame frame) {
        if (end != null) {
            if (frame.body() != null) {
                resetOther();
            }
            return;
        }
        inbox.add(frame);
        inboxBytes += frame.cost();
        drain();
    }

    /** Hands over what lies in the inbox, if the process reads it. */
    void drain() {
        var delivered = false;
        while (end == null && handler != null && reading && host.isAwake() && !inbox.isEmpty()) {
            var frame = inbox.remove();
            inboxBytes -= frame.cost();
            var body = frame.body();
            if (body == null) {
                fail(
                        new LinkClosed(
                                DisconnectReason.CONNECTION_CLOSED,
                                "the peer closed the connection"));
            } else {
                delivered = true;
                handler.onFrame(body, 0, body.length, Bytes.EMPTY);
            }
        }
        if (delivered) {
            runWake();
        }
        if (blockedPeer && hasRoom()) {
            other().channel().roomAgain();
        }
    }

    // ---- ending

    /** It broke, or the peer ended it: nothing more is sent. */
    void fail(LinkClosed how) {
        if (end == null) {
            end(how);
            channel().reset();
        }
    }

    private void end(LinkClosed how) {
        end = how;
        inbox.clear();
        inboxBytes = 0;
        wakeAt(MonoTime.NEVER);
        network.tally().openEnds--;
        if (handler != null) {
            network.tally().linksLost++;
            post(network.world().now(), EventKind.WAKE, this::report);
        }
        host.remove(this);
    }

    private void report() {
        var receiver = handler;
        var how = end;
        if (receiver != null && how != null) {
            handler = null;
            receiver.onClosed(how);
        }
    }

    /** The process is gone; after a power loss nobody hears of it. */
    void crash(boolean powerLoss) {
        end = new LinkClosed(DisconnectReason.REQUESTED_BY_PEER_MANAGER, "the process is no more");
        handler = null;
        inbox.clear();
        inboxBytes = 0;
        network.tally().openEnds--;
        if (powerLoss) {
            channel().drop();
        } else {
            channel().reset();
        }
    }

    /** Data came for a connection that is no more: the sender learns it. */
    private void resetOther() {
        var sender = other();
        if (sender.isOpen() && network.isOpen(host, sender.host())) {
            network.world()
                    .in(
                            network.oneWayNanos(host, sender.host()),
                            EventKind.ARRIVAL,
                            sender.host().index(),
                            info.id().number(),
                            () ->
                                    sender.fail(
                                            new LinkClosed(
                                                    DisconnectReason.INPUT_OUTPUT_ERROR,
                                                    "reset by the peer's machine")));
        }
    }

    private World.Event post(MonoTime time, EventKind kind, Runnable action) {
        return host.post(time, kind, info.id().number(), action);
    }

    boolean isOpen() {
        return end == null;
    }

    /** Whether a handler has it. */
    boolean isStarted() {
        return handler != null;
    }

    Channel channel() {
        if (out == null) {
            throw new IllegalStateException("link " + info.id() + " is not joined");
        }
        return out;
    }

    VirtualLink other() {
        if (other == null) {
            throw new IllegalStateException("link " + info.id() + " is not joined");
        }
        return other;
    }

    Host host() {
        return host;
    }

    long wire() {
        return wire;
    }

    /** Bytes that a node has not read. */
    int inboxBytes() {
        return inboxBytes;
    }
}
