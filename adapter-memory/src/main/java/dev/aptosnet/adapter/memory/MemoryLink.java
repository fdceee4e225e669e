package dev.aptosnet.adapter.memory;

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

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One end of a connection within this process. A written frame is copied into the other end's inbox
 * at once; it counts as unsent until the other end has taken it out.
 */
final class MemoryLink implements Link, FrameSink {
    private static final System.Logger LOG = System.getLogger(MemoryLink.class.getName());

    /** How much of a large frame is given to a handler in one array, in bytes. */
    private static final int HEAD = 65_536;

    /** Frames handed over in one turn of the owner, so that other links have theirs. */
    private static final int FRAMES_PER_TURN = 256;

    private final MemoryTransport transport;
    private final LinkInfo info;
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean closeAsked = new AtomicBoolean();

    /** What the other end wrote and we have not taken; its end comes last. */
    private final Queue<Item> inbox = new ConcurrentLinkedQueue<>();

    /** Bytes that we wrote and the other end has not taken. */
    private final AtomicLong unsent = new AtomicLong();

    private final AtomicBoolean deliveryAsked = new AtomicBoolean();
    private final AtomicBoolean wakeAsked = new AtomicBoolean();

    /** Whether our writer was told to stop and must hear when it may go on. */
    private volatile boolean refused;

    private @Nullable MemoryLink other;
    private @Nullable LinkHandler handler;
    private @Nullable LinkClosed end;
    private boolean reported;
    private boolean reading = true;
    private @Nullable Future<?> timer;

    MemoryLink(MemoryTransport transport, LinkInfo info) {
        this.transport = transport;
        this.info = info;
    }

    /** What lies in an inbox. */
    private sealed interface Item {}

    /** A frame. */
    private static final class Frame implements Item {
        final byte[] head;
        final Bytes rest;

        Frame(byte[] head, Bytes rest) {
            this.head = head;
            this.rest = rest;
        }

        int size() {
            return head.length + rest.size();
        }
    }

    /** The end of the stream. */
    private record End() implements Item {}

    /** Makes two ends one connection, before anybody sees either. */
    void join(MemoryLink with) {
        other = with;
        with.other = this;
    }

    private MemoryLink other() {
        var joined = other;
        if (joined == null) {
            throw new IllegalStateException("not joined");
        }
        return joined;
    }

    @Override
    public LinkInfo info() {
        return info;
    }

    @Override
    public boolean isOwner() {
        return transport.isOwner();
    }

    @Override
    public void start(LinkHandler linkHandler) {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("link " + info.id() + " was started before");
        }
        transport.onOwner(
                () -> {
                    handler = linkHandler;
                    report();
                    deliver();
                    runWake();
                },
                () ->
                        linkHandler.onClosed(
                                new LinkClosed(
                                        DisconnectReason.REQUESTED_BY_PEER_MANAGER,
                                        "the transport was closed")));
    }

    @Override
    public void wake() {
        if (wakeAsked.compareAndSet(false, true)) {
            transport.onOwner(
                    () -> {
                        if (wakeAsked.get()) {
                            runWake();
                        }
                    },
                    () -> {});
        }
    }

    @Override
    public void wakeAt(MonoTime time) {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        if (end == null && !time.equals(MonoTime.NEVER)) {
            var delay = time.nanosSince(transport.settings().clock().now());
            timer = transport.schedule(Duration.ofNanos(Math.max(0, delay)), this::runWake);
        }
    }

    @Override
    public void setReading(boolean wanted) {
        reading = wanted;
        if (wanted) {
            askForDelivery();
        }
    }

    @Override
    public void close(DisconnectReason reason, String detail) {
        if (closeAsked.compareAndSet(false, true)) {
            transport.onOwner(() -> end(new LinkClosed(reason, detail)), this::abandon);
        }
    }

    /** Ends a link that never reached anybody, because its transport was closed. */
    void abandon() {
        end = new LinkClosed(DisconnectReason.REQUESTED_BY_PEER_MANAGER, "abandoned");
        transport.remove(this);
        other().put(new End());
    }

    // ---- receiving

    private void put(Item item) {
        inbox.add(item);
        askForDelivery();
    }

    private void askForDelivery() {
        if (deliveryAsked.compareAndSet(false, true)) {
            transport.onOwner(this::deliver, () -> {});
        }
    }

    private void deliver() {
        deliveryAsked.set(false);
        var receiver = handler;
        if (receiver == null) {
            return;
        }
        var delivered = 0;
        while (reading && end == null && delivered < FRAMES_PER_TURN) {
            switch (inbox.poll()) {
                case null -> {
                    wakeIf(delivered > 0);
                    return;
                }
                case End() ->
                        end(
                                new LinkClosed(
                                        DisconnectReason.CONNECTION_CLOSED,
                                        "the peer closed the connection"));
                case Frame frame -> {
                    delivered++;
                    take(receiver, frame);
                }
            }
        }
        wakeIf(delivered > 0);
        if (reading && end == null) {
            askForDelivery();
        }
    }

    private void wakeIf(boolean delivered) {
        if (delivered) {
            runWake();
        }
    }

    private void take(LinkHandler receiver, Frame frame) {
        other().taken(frame.size());
        if (frame.size() > info.maxFrameBytes()) {
            end(
                    new LinkClosed(
                            DisconnectReason.INPUT_OUTPUT_ERROR,
                            "frame of "
                                    + frame.size()
                                    + " bytes (max_frame_size: "
                                    + info.maxFrameBytes()
                                    + ")"));
            return;
        }
        try {
            receiver.onFrame(frame.head, 0, frame.head.length, frame.rest.compact());
        } catch (Throwable e) {
            crashed(e);
        }
    }

    // ---- sending

    private void runWake() {
        wakeAsked.set(false);
        var writing = handler;
        if (end == null && writing != null) {
            try {
                writing.onWake(this);
            } catch (Throwable e) {
                crashed(e);
            }
        }
    }

    @Override
    public boolean isWritable(Lane lane) {
        if (unsent.get() < limit()) {
            return true;
        }
        refused = true;
        // Once more, since the other end may have taken everything before it saw the flag.
        if (unsent.get() <= limit() / 2 && refused) {
            refused = false;
            return true;
        }
        return false;
    }

    private long limit() {
        return transport.settings().limits().maxUnsentBytes();
    }

    /** The other end has taken some of what we wrote. Its owner calls. */
    private void taken(int bytes) {
        if (unsent.addAndGet(-cost(bytes)) <= limit() / 2 && refused) {
            refused = false;
            wake();
        }
    }

    /** Empty frames cost something too, else they would never fill anything. */
    private static long cost(int bytes) {
        return bytes + 64L;
    }

    @Override
    public void write(Lane lane, byte[] head, int headLength, Bytes payload) {
        var size = (long) headLength + payload.size();
        if (size > info.maxFrameBytes()) {
            throw new IllegalArgumentException(
                    "frame of " + size + " bytes (max_frame_size: " + info.maxFrameBytes() + ")");
        }
        if (end != null) {
            return;
        }
        var first = new byte[(int) Math.min(size, HEAD)];
        var fromHead = Math.min(headLength, first.length);
        System.arraycopy(head, 0, first, 0, fromHead);
        var fromPayload = first.length - fromHead;
        payload.copyTo(0, first, fromHead, fromPayload);
        // The rest is copied as well: arrays that cross a port are given away, and the payload is
        // still the sender's.
        var rest = Bytes.wrap(payload.slice(fromPayload, payload.size()).toByteArray());
        unsent.addAndGet(cost((int) size));
        other().put(new Frame(first, rest));
    }

    // ---- ending

    private void end(LinkClosed how) {
        if (end != null) {
            return;
        }
        end = how;
        if (timer != null) {
            timer.cancel(false);
        }
        inbox.clear();
        transport.remove(this);
        if (how.reason() != DisconnectReason.CONNECTION_CLOSED) {
            other().put(new End());
        }
        report();
    }

    private void report() {
        var receiver = handler;
        var how = end;
        if (reported || receiver == null || how == null) {
            return;
        }
        reported = true;
        try {
            receiver.onClosed(how);
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "connection " + info.id() + " on closing",
                    e);
        }
    }

    private void crashed(Throwable fault) {
        LOG.log(
                System.Logger.Level.WARNING,
                () -> "connection " + info.id() + " closed: its handler failed",
                fault);
        end(
                new LinkClosed(
                        DisconnectReason.INPUT_OUTPUT_ERROR,
                        "handler failed: " + fault.getClass().getName()));
        if (fault instanceof Error) {
            var thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
        }
    }
}
