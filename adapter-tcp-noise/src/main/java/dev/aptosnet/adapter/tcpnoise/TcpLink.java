package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.noise.RecordException;
import dev.aptosnet.noise.RecordOpener;
import dev.aptosnet.noise.Session;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkHandler;
import dev.aptosnet.ports.transport.LinkInfo;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A proven connection on its event loop: the only handler of its channel. Bytes in become frames
 * for the {@link LinkHandler}; a wake-up lets it write, and what it wrote leaves in one flush.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Channel events say what became of it.
final class TcpLink extends ChannelInboundHandlerAdapter
        implements Link, RecordCutter.Records, FrameAssembler.Frames {
    private static final System.Logger LOG = System.getLogger(TcpLink.class.getName());

    /** How long a socket that we closed waits for the peer to close too, so nothing is reset. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final TcpTransport transport;
    private final SocketChannel channel;
    private final EventLoop loop;
    private final LinkInfo info;
    private final RecordOpener opener;
    private final SpareArrays plaintexts;
    private final RecordCutter cutter;
    private final FrameAssembler assembler;
    private final RecordWriter writer;
    private final StallWatch stalls;
    private final LinkWaker waker;

    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean closeAsked = new AtomicBoolean();

    private @Nullable LinkHandler handler;
    private Bytes early;

    /** Ciphertext that nobody wants yet, in order. */
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>(0);

    /** Whether the peer has closed behind what is held. */
    private boolean inputEnded;

    private boolean reading = true;
    private boolean delivered;
    private long framesIn;

    /** What the handler was told that the frame under way occupies. */
    private int charged;

    private boolean inWake;
    private boolean wakeAgain;

    /** How it ended, from the first moment that decides it. */
    private @Nullable LinkClosed end;

    private boolean reported;

    /**
     * @param cutter with whatever it holds of an unfinished record
     * @param early plaintext that followed the peer's handshake message in the same record
     */
    TcpLink(
            TcpTransport transport,
            SocketChannel channel,
            LinkInfo info,
            Session session,
            RecordCutter cutter,
            Bytes early) {
        var scratch = transport.owners().scratch(channel.eventLoop());
        this.transport = transport;
        this.channel = channel;
        this.loop = channel.eventLoop();
        this.info = info;
        this.opener = session.opener();
        this.plaintexts = scratch.plaintexts;
        this.cutter = cutter;
        this.early = early;
        this.assembler = new FrameAssembler(info.maxFrameBytes(), scratch, this);
        this.writer = new RecordWriter(channel, session.sealer(), scratch, info.maxFrameBytes());
        this.stalls =
                new StallWatch(
                        channel,
                        writer,
                        transport.settings().limits(),
                        new Input(),
                        why -> fail(DisconnectReason.INPUT_OUTPUT_ERROR, why));
        this.waker = new LinkWaker(loop, transport.settings().clock(), this::runWake);
    }

    @Override
    public LinkInfo info() {
        return info;
    }

    @Override
    public boolean isOwner() {
        return loop.inEventLoop();
    }

    @Override
    public void start(LinkHandler linkHandler) {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("link " + info.id() + " was started before");
        }
        try {
            loop.execute(() -> begin(linkHandler));
        } catch (RejectedExecutionException _) {
            // The transport is gone with its threads; the caller's is the only one left to tell.
            linkHandler.onClosed(transportClosed());
        }
    }

    @Override
    public void wake() {
        // What is delivered is always followed by a wake-up, so that one needs no task.
        if (!loop.inEventLoop() || !delivered) {
            waker.wake();
        }
    }

    @Override
    public void wakeAt(MonoTime time) {
        if (end == null) {
            waker.wakeAt(time);
        }
    }

    @Override
    public void setReading(boolean wanted) {
        if (reading == wanted || end != null) {
            return;
        }
        reading = wanted;
        if (wanted) {
            // Not from here: this may be a call out of onFrame.
            loop.execute(this::resumeReading);
        } else {
            channel.config().setAutoRead(false);
        }
    }

    @Override
    public void giveBack(Bytes payload) {
        plaintexts.giveBack(payload);
    }

    @Override
    public void close(DisconnectReason reason, String detail) {
        if (closeAsked.compareAndSet(false, true)) {
            try {
                loop.execute(() -> closeInOrder(new LinkClosed(reason, detail)));
            } catch (RejectedExecutionException _) {
                // The transport has closed everything already.
            }
        }
    }

    // ---- beginning

    private void begin(LinkHandler linkHandler) {
        handler = linkHandler;
        if (end != null) {
            report();
            return;
        }
        try {
            var bytes = early;
            early = Bytes.EMPTY;
            if (!bytes.isEmpty()) {
                assembler.accept(bytes);
            }
        } catch (BrokenStream e) {
            fail(DisconnectReason.INPUT_OUTPUT_ERROR, e.detail());
        } catch (Throwable e) {
            crashed(e);
        }
        resumeReading();
        runWake();
    }

    /** Takes over ciphertext that nobody wants yet. */
    void hold(ByteBuf bytes) {
        if (bytes.isReadable() && end == null) {
            held.add(bytes);
        } else {
            bytes.release();
        }
    }

    // ---- reading

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var bytes = (ByteBuf) message;
        if (end != null) {
            bytes.release();
        } else if (!held.isEmpty() || !wantsRecord()) {
            hold(bytes);
        } else {
            process(bytes);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (delivered) {
            runWake();
        }
    }

    private void resumeReading() {
        if (end != null || !wantsRecord()) {
            return;
        }
        stalls.resumed();
        while (!held.isEmpty() && wantsRecord()) {
            process(held.remove());
        }
        if (delivered) {
            runWake();
        }
        if (wantsRecord() && held.isEmpty()) {
            if (inputEnded) {
                closedByPeer();
            } else {
                channel.config().setAutoRead(true);
            }
        }
    }

    private void process(ByteBuf bytes) {
        var size = bytes.readableBytes();
        try {
            cutter.read(bytes, this);
            stalls.received(size);
            chargeFrameUnderWay();
            if (bytes.isReadable() && end == null) {
                held.addFirst(bytes.retain());
            }
        } catch (BrokenStream e) {
            fail(DisconnectReason.INPUT_OUTPUT_ERROR, e.detail());
        } catch (RecordException e) {
            fail(DisconnectReason.INPUT_OUTPUT_ERROR, String.valueOf(e.getMessage()));
        } catch (Throwable e) {
            crashed(e);
        } finally {
            bytes.release();
        }
    }

    private void chargeFrameUnderWay() {
        var beyondFirst = Math.max(0, assembler.heldBytes() - FrameAssembler.FIRST_CHUNK);
        var receiver = handler;
        if (beyondFirst == charged || end != null || receiver == null) {
            return;
        }
        var more = beyondFirst - charged;
        if (receiver.onFrameMemory(more)) {
            charged = beyondFirst;
        } else {
            fail(
                    DisconnectReason.INPUT_OUTPUT_ERROR,
                    "no memory for a frame under way (budget.total_bytes)");
        }
    }

    private void uncharge(LinkHandler receiver) {
        if (charged > 0) {
            var gone = charged;
            charged = 0;
            receiver.onFrameMemory(-gone);
        }
    }

    private final class Input implements StallWatch.Input {
        @Override
        public boolean isAwaited() {
            return wantsRecord() && isInsideFrame();
        }

        @Override
        public long frames() {
            return framesIn;
        }
    }

    private boolean isInsideFrame() {
        return !cutter.isBetweenRecords() || !assembler.isBetweenFrames();
    }

    @Override
    public boolean wantsRecord() {
        return reading && end == null && handler != null;
    }

    @Override
    public void record(byte[] array, int offset, int length) throws BrokenStream, RecordException {
        assembler.open(opener, array, offset, length);
    }

    @Override
    public void frame(byte[] head, int offset, int length, Bytes rest) {
        var receiver = handler;
        if (end == null && receiver != null) {
            delivered = true;
            framesIn++;
            uncharge(receiver);
            receiver.onFrame(head, offset, length, rest);
        }
    }

    @Override
    public void lentFrame(byte[] array, int offset, int length) {
        var receiver = handler;
        if (end == null && receiver != null) {
            delivered = true;
            framesIn++;
            receiver.onLentFrame(array, offset, length);
        }
    }

    // ---- writing

    private void runWake() {
        var writing = handler;
        if (end != null || writing == null) {
            return;
        }
        if (inWake) {
            wakeAgain = true;
            return;
        }
        delivered = false;
        inWake = true;
        try {
            waker.beginWake();
            writer.continueFrame();
            writing.onWake(writer);
            flush();
        } catch (Throwable e) {
            crashed(e);
        } finally {
            inWake = false;
        }
        // Through the timer queue: a task that submits itself would run before all input.
        if (end == null && (wakeAgain || (writer.wasRefused() && channel.isWritable()))) {
            wakeAgain = false;
            waker.wakeAfterInput();
        }
    }

    private void flush() {
        if (writer.isExhausted()) {
            fail(DisconnectReason.INPUT_OUTPUT_ERROR, "the session's record counter is used up");
            return;
        }
        if (writer.isEmpty()) {
            return;
        }
        writer.flush();
        stalls.flushed();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            // Not at once: Netty is in the middle of a flush, and would go on with what we add.
            waker.wakeAfterInput();
        }
    }

    // ---- ending

    /** Flushes, sends our end of the stream, and waits for the peer's so that nothing is reset. */
    private void closeInOrder(LinkClosed how) {
        if (end != null) {
            return;
        }
        end = how;
        transport.remove(this);
        releaseInput();
        waker.cancel();
        if (handler == null) {
            channel.close();
            return;
        }
        var limit = transport.settings().limits().closeTimeout();
        closeAfter(limit);
        writer.finishFrame();
        writer.flush();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(
                        _ -> {
                            report();
                            if (channel.isActive()) {
                                channel.config().setAutoRead(true);
                                channel.shutdownOutput();
                                closeAfter(limit.compareTo(LINGER) < 0 ? limit : LINGER);
                            }
                        });
    }

    private void closeAfter(Duration delay) {
        var timeout = loop.schedule(() -> channel.close(), delay.toNanos(), TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(_ -> timeout.cancel(false));
    }

    /** Ends the link at once: it is broken. */
    private void fail(DisconnectReason reason, String detail) {
        if (end == null) {
            end = new LinkClosed(reason, detail);
            transport.remove(this);
            releaseInput();
            waker.cancel();
            channel.close();
            report();
        }
    }

    /** A throwable came out of the handler, or out of us: a bug, which costs this link alone. */
    private void crashed(Throwable fault) {
        var _ = closeAsked.getAndSet(true);
        fail(DisconnectReason.INPUT_OUTPUT_ERROR, "handler failed: " + fault.getClass().getName());
        LOG.log(
                System.Logger.Level.WARNING,
                () -> "connection " + info.id() + " closed: its handler failed",
                fault);
        rethrowError(fault);
    }

    private static void rethrowError(Throwable fault) {
        if (fault instanceof Error) {
            // Netty would log and forget it; whoever watches this process must hear of it.
            var thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
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
            uncharge(receiver);
            receiver.onClosed(how);
        } catch (Throwable e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "connection " + info.id() + ": its handler failed on closing",
                    e);
            rethrowError(e);
        }
    }

    private void releaseInput() {
        stalls.end();
        held.forEach(ByteBuf::release);
        held.clear();
        cutter.release();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (end == null && !held.isEmpty()) {
            // Some systems tell before the last bytes were wanted; they still count.
            inputEnded = true;
            return;
        }
        closedByPeer();
    }

    private void closedByPeer() {
        if (end == null) {
            if (!isInsideFrame()) {
                fail(DisconnectReason.CONNECTION_CLOSED, "the peer closed the connection");
            } else {
                fail(
                        DisconnectReason.INPUT_OUTPUT_ERROR,
                        "the peer closed the connection inside a "
                                + (cutter.isBetweenRecords() ? "frame" : "record"));
            }
        }
        report();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof ClosedChannelException) {
            return; // Writes that were pending when the channel closed; channelInactive says why.
        }
        if (cause instanceof IOException) {
            fail(
                    DisconnectReason.INPUT_OUTPUT_ERROR,
                    "the connection broke: " + cause.getMessage());
        } else {
            crashed(cause);
        }
    }

    private LinkClosed transportClosed() {
        return new LinkClosed(
                DisconnectReason.REQUESTED_BY_PEER_MANAGER, "the transport was closed");
    }
}
