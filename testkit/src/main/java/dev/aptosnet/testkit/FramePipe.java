package dev.aptosnet.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkHandler;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** One end of a link as a test sees it: frames in, frames out, how it ended. */
public class FramePipe implements LinkHandler {
    private final Link link;
    private final Queue<Bytes> toSend = new ConcurrentLinkedQueue<>();
    private final LinkedBlockingQueue<Bytes> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<LinkClosed> closed = new CompletableFuture<>();
    private final AtomicInteger closings = new AtomicInteger();
    private final AtomicInteger wakes = new AtomicInteger();
    private final AtomicLong written = new AtomicLong();
    private final AtomicInteger strangeThreads = new AtomicInteger();
    private final Queue<Runnable> work = new ConcurrentLinkedQueue<>();

    /** For a link that is not started. */
    public FramePipe(Link link) {
        this.link = link;
    }

    /** Starts the link with a pipe of its own. */
    public static FramePipe on(Link link) {
        var pipe = new FramePipe(link);
        link.start(pipe);
        return pipe;
    }

    /** The link. */
    public final Link link() {
        return link;
    }

    /** Queues frames; they leave as the link wants them. */
    public final void send(List<Bytes> frames) {
        toSend.addAll(frames);
        link.wake();
    }

    /** Queues one frame. */
    public final void send(Bytes frame) {
        send(List.of(frame));
    }

    /** Runs something on the owner, by way of a wake-up, and waits for it. */
    public final void runOnce(Runnable task) {
        var done = new CompletableFuture<Boolean>();
        runWithoutWaiting(
                () -> {
                    task.run();
                    done.complete(true);
                });
        try {
            assertThat(done.get(TransportNode.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
        } catch (Exception e) {
            throw new AssertionError("not woken; closed: " + closed.isDone(), e);
        }
    }

    /** Runs something on the owner, by way of a wake-up. */
    public final void runWithoutWaiting(Runnable task) {
        work.add(task);
        link.wake();
    }

    /** The next frame. */
    public final Bytes receive() {
        try {
            var frame = received.poll(TransportNode.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (frame == null) {
                throw new AssertionError("no frame; closed: " + closed.isDone());
            }
            return frame;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** How many frames have come and were not received. */
    public final int waiting() {
        return received.size();
    }

    /** How the link ended. */
    public final LinkClosed closed() {
        try {
            var how = closed.get(TransportNode.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(closings).hasValue(1);
            assertThat(strangeThreads).as("calls from other threads than the owner").hasValue(0);
            return how;
        } catch (Exception e) {
            throw new AssertionError("not closed", e);
        }
    }

    /** Whether it has ended. */
    public final boolean isClosed() {
        return closed.isDone();
    }

    /** How often the handler was woken. */
    public final int wakes() {
        return wakes.get();
    }

    /** Payload bytes handed to the link so far. */
    public final long writtenBytes() {
        return written.get();
    }

    /** How many frames still wait for the link to want them. */
    public final int unsent() {
        return toSend.size();
    }

    @Override
    public void onFrame(byte[] head, int offset, int length, Bytes rest) {
        count();
        assertThat(rest.isEmpty() || length >= 65_536).as("head is long enough").isTrue();
        received.add(Bytes.concat(List.of(Bytes.wrap(head, offset, length), rest)));
    }

    @Override
    public void onWake(FrameSink out) {
        count();
        wakes.incrementAndGet();
        for (var task = work.poll(); task != null; task = work.poll()) {
            task.run();
        }
        while (!toSend.isEmpty() && out.isWritable(Lane.of(MessageClass.NORMAL))) {
            var frame = toSend.poll();
            if (frame != null) {
                write(out, frame);
            }
        }
    }

    /** Writes one frame, its first bytes as head. */
    public final void write(FrameSink out, Bytes frame) {
        var headLength = Math.min(frame.size(), 11);
        var head = new byte[16];
        frame.copyTo(0, head, 0, headLength);
        written.addAndGet(frame.size());
        out.write(
                Lane.of(MessageClass.NORMAL),
                head,
                headLength,
                frame.slice(headLength, frame.size()));
    }

    @Override
    public void onClosed(LinkClosed how) {
        count();
        closings.incrementAndGet();
        closed.complete(how);
    }

    private void count() {
        if (!link.isOwner()) {
            strangeThreads.incrementAndGet();
        }
    }
}
