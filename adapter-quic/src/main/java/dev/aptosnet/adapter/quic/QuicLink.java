package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkHandler;
import dev.aptosnet.ports.transport.LinkInfo;
import dev.aptosnet.ports.transport.Transport;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.transport.support.GuardedThreads;

import org.jspecify.annotations.Nullable;

import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicStream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A proven connection. Each class has a stream of its own in each direction, and each large message
 * too; the stream that carried the handshake says at the end how many there were, so that a peer
 * that closes in order loses nothing.
 */
final class QuicLink implements Link {
    private static final System.Logger LOG = System.getLogger(QuicLink.class.getName());

    /**
     * Streams that a peer may have open at once: four classes, large messages, and some to spare.
     */
    static final int MAX_STREAMS = 64;

    /** The application's error codes of a connection's end. */
    static final long CLOSED_IN_ORDER = 0;

    static final long BROKEN = 1;

    /** The same of a stream's end: its large message is given up, and nothing else. */
    static final long GIVEN_UP = 2;

    /** How a link ends whose connection was gone before it was there. */
    static final LinkClosed BROKE = broken("the connection broke");

    /** Frames handed over in one turn of the owner. */
    private static final int FRAMES_PER_TURN = 64;

    private final QuicTransport transport;
    private final LinkInfo info;
    private final QuicConnection connection;
    private final NudgedStreams.Connection outgoing;
    private final QuicStream control;
    private final LinkOwner owner = new LinkOwner();

    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean closeAsked = new AtomicBoolean();
    private final AtomicBoolean wakeAsked = new AtomicBoolean();
    private final AtomicBoolean deliveryAsked = new AtomicBoolean();
    private final StreamInbox inbox = new StreamInbox();
    private final CountDownLatch disposed = new CountDownLatch(1);

    // Owner only.
    private final OutboundLanes lanes;
    private final InboundLanes received;
    private @Nullable LinkHandler handler;
    private volatile @Nullable LinkClosed end;
    private boolean reading = true;
    private boolean reported;
    private @Nullable Future<?> timer;

    QuicLink(
            QuicTransport transport,
            LinkInfo info,
            QuicConnection connection,
            NudgedStreams.Connection outgoing,
            QuicStream control) {
        this.transport = transport;
        this.info = info;
        this.connection = connection;
        this.outgoing = outgoing;
        this.control = control;
        this.lanes =
                new OutboundLanes(
                        connection,
                        outgoing,
                        owner,
                        transport.settings().limits(),
                        new OutboundLanes.Events() {
                            @Override
                            public void writable() {
                                wake();
                            }

                            @Override
                            public void broken(String why) {
                                received.broken(why);
                            }

                            @Override
                            public void failed(String why) {
                                received.failed(why);
                            }

                            @Override
                            public void transferLost(long transfer, String why) {
                                lost(transfer, why);
                            }
                        });
        this.received =
                new InboundLanes(
                        info.id(),
                        control,
                        owner,
                        transport.settings().limits(),
                        inbox,
                        this::askForDelivery,
                        this::hangUp);
    }

    /**
     * Begins to read what the peer sends; up to a bound, until somebody starts the link.
     *
     * @param news what tells of the link
     */
    void open(Streams streams, TransportEvent news) {
        transport.add(this);
        received.open(streams);
        if (info.origin() == Origin.OUTBOUND) {
            keepAlive();
        }
        owner.execute(() -> transport.emit(news));
    }

    /**
     * Says something in a third of the time after which a silent connection ends. The peer throws
     * the datagram away, and acknowledges it. The library has a switch for that, which takes a
     * platform thread for each link.
     */
    private void keepAlive() {
        var _ =
                owner.schedule(
                        transport.idle().dividedBy(3),
                        () -> {
                            if (connection.canSendDatagram()) {
                                connection.sendDatagram(new byte[1]);
                            }
                            keepAlive();
                        });
    }

    @Override
    public LinkInfo info() {
        return info;
    }

    @Override
    public boolean isOwner() {
        return owner.isOwner();
    }

    @Override
    public void start(LinkHandler linkHandler) {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("link " + info.id() + " was started before");
        }
        var taken =
                owner.execute(
                        () -> {
                            handler = linkHandler;
                            report();
                            deliver();
                            runWake();
                        });
        if (!taken) {
            // The owner has ended, and this thread is the only one left to tell.
            var how = end;
            linkHandler.onClosed(how == null ? QuicTransport.LINK_CLOSED : how);
        }
    }

    @Override
    public void wake() {
        if (wakeAsked.compareAndSet(false, true)) {
            owner.execute(
                    () -> {
                        if (wakeAsked.get()) {
                            runWake();
                        }
                    });
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
            timer = owner.schedule(Duration.ofNanos(Math.max(0, delay)), this::runWake);
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
            owner.execute(() -> closeInOrder(new LinkClosed(reason, detail)));
        }
    }

    // ---- receiving

    /** How a connection ended, in our words. */
    static LinkClosed howItEnded(ConnectionTerminatedEvent event) {
        if (event.hasError()) {
            return broken(
                    "the connection broke: the "
                            + (event.closedByPeer() ? "peer" : "own end")
                            + " closed it with an error");
        }
        return switch (event.closeReason()) {
            case IdleTimeout -> broken("the connection was silent for too long");
            case ImmediateClose ->
                    event.closedByPeer()
                            ? new LinkClosed(
                                    DisconnectReason.CONNECTION_CLOSED,
                                    "the peer closed the connection")
                            : broken("the connection was closed");
            case StatelessReset -> broken("the connection was reset");
            case ConnectionLost -> broken("the connection was lost");
        };
    }

    private static LinkClosed broken(String why) {
        return new LinkClosed(DisconnectReason.INPUT_OUTPUT_ERROR, why);
    }

    /** The connection is gone, for whatever reason. A thread of the library. */
    void disconnected(LinkClosed how) {
        received.gone(how);
    }

    /** What the library has counted. Any thread. */
    Transport.Packets packets() {
        var counted = connection.getStats();
        return new Transport.Packets(counted.packetsSent(), counted.lostPackets());
    }

    /** Waits until the connection is disposed of. */
    boolean awaitGone(long time, TimeUnit unit) throws InterruptedException {
        return disposed.await(time, unit);
    }

    // ---- delivering, on the owner

    private void askForDelivery() {
        if (deliveryAsked.compareAndSet(false, true)) {
            owner.execute(this::deliver);
        }
    }

    private void deliver() {
        deliveryAsked.set(false);
        var receiver = handler;
        if (receiver == null) {
            return;
        }
        var delivered = 0;
        while (end == null && reading && delivered < FRAMES_PER_TURN) {
            switch (inbox.take()) {
                case null -> {
                    wakeIf(delivered > 0);
                    return;
                }
                case StreamInbox.End(var how) -> end(how);
                case StreamInbox.Frame(var head, var rest) -> {
                    delivered++;
                    take(receiver, head.segmentArray(0), rest);
                }
            }
        }
        wakeIf(delivered > 0);
        if (end == null && reading) {
            askForDelivery();
        }
    }

    private void wakeIf(boolean delivered) {
        if (delivered) {
            runWake();
        }
    }

    private void take(LinkHandler receiver, byte[] head, Bytes rest) {
        try {
            receiver.onFrame(head, 0, head.length, rest);
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
                writing.onWake(lanes);
            } catch (Throwable e) {
                crashed(e);
            }
        }
    }

    private void lost(long transfer, String why) {
        var sender = handler;
        if (end == null && sender != null) {
            try {
                sender.onTransferLost(transfer, why);
                runWake();
            } catch (Throwable e) {
                crashed(e);
            }
        }
    }

    // ---- ending

    /** Sends what was written, says how much that was, and waits for the peer to have read it. */
    private void closeInOrder(LinkClosed how) {
        if (end != null) {
            return;
        }
        end = how;
        stop();
        var left = lanes.finish();
        var before = lanes.finishedStreams();
        GuardedThreads.start("aptosnet-quic-close", () -> closing(left, before));
    }

    private void closing(List<LaneWriter> left, long before) {
        var limit = transport.settings().limits().closeTimeout().toNanos();
        var until = System.nanoTime() + limit;
        try {
            var opened = before;
            for (var lane : left) {
                if (!lane.awaitEnd(Math.max(0, until - System.nanoTime()))) {
                    lane.abort();
                }
                opened += lane.wasOpened() ? 1 : 0;
            }
            outgoing.watch(control.getOutputStream())
                    .write(ByteBuffer.allocate(Integer.BYTES).putInt((int) opened).array());
            owner.execute(this::report);
            // The other end hangs up once it has read everything, or closes as well.
            received.awaitOver(Math.max(0, until - System.nanoTime()));
        } catch (IOException | RuntimeException _) {
            // The connection broke while it was being closed, which ends it as well.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            dispose(CLOSED_IN_ORDER);
        }
    }

    /** Ends the link at once. */
    private void end(LinkClosed how) {
        if (end != null) {
            return;
        }
        end = how;
        stop();
        lanes.abort();
        var inOrder = how.reason() == DisconnectReason.CONNECTION_CLOSED;
        // The library may wait for its own threads when it closes.
        GuardedThreads.start(
                "aptosnet-quic-close", () -> dispose(inOrder ? CLOSED_IN_ORDER : BROKEN));
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
        inbox.close();
    }

    private void dispose(long code) {
        close(code);
        transport.remove(this);
        disposed.countDown();
        owner.execute(this::report);
    }

    /**
     * Nothing is left to be read or worth sending: the peer, which waits for that, need not wait
     * until somebody takes what was read.
     */
    private void hangUp() {
        // The library may wait for its own threads when it closes.
        GuardedThreads.start("aptosnet-quic-close", () -> close(CLOSED_IN_ORDER));
    }

    private void close(long code) {
        try {
            connection.close(code, "");
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, () -> "connection " + info.id() + " on closing", e);
        }
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
                    () -> "connection " + info.id() + ": its handler failed on closing",
                    e);
        }
        owner.end();
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
