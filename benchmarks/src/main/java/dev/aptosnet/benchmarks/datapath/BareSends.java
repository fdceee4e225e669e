package dev.aptosnet.benchmarks.datapath;

import dev.aptosnet.benchmarks.quic.BareEnd;
import dev.aptosnet.benchmarks.quic.Contestant;
import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkHandler;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;

/**
 * The baseline of batching: the same transport without a node above it, in which every message is a
 * record of its own that is written and flushed by itself, as aptos-core does. It has none of a
 * node's tables, classes or budgets to keep.
 */
final class BareSends implements AutoCloseable {
    private static final int PROTOCOL = Ends.TAKE.number();
    private static final Lane LANE = Lane.of(MessageClass.NORMAL);
    private static final int QUEUE = 1024;

    private final BareEnd far;
    private final BareEnd near;
    private final OneByOne sender = new OneByOne();
    final Semaphore arrived = new Semaphore(0);

    /**
     * @param echoes whether the far end sends back what it gets
     */
    BareSends(boolean echoes) throws Exception {
        far =
                new BareEnd(
                        Contestant.TCP,
                        link -> {
                            var echo = new OneByOne();
                            echo.link = link;
                            echo.onMessage = echoes ? echo::later : _ -> arrived.release();
                            link.start(echo);
                        });
        near = new BareEnd(Contestant.TCP, _ -> {});
        var link = near.link(far.peer(), far.listen(Contestant.TCP, "127.0.0.1"));
        sender.link = link;
        sender.onMessage = _ -> arrived.release();
        link.start(sender);
    }

    /** Queues a message, or says that the queue is full. */
    boolean send(Bytes message) {
        if (!sender.waiting.offer(message)) {
            return false;
        }
        if (sender.waiting.size() == 1) {
            sender.wake();
        }
        return true;
    }

    /** What is done with a payload. */
    @FunctionalInterface
    private interface Taker {
        void take(Bytes payload);
    }

    private static final class OneByOne implements LinkHandler {
        private final ArrayBlockingQueue<Bytes> waiting = new ArrayBlockingQueue<>(QUEUE);
        private final byte[] scratch = new byte[FrameHead.SCRATCH_BYTES];
        private @Nullable Link link;
        private Taker onMessage = _ -> {};

        void wake() {
            var to = link;
            if (to != null) {
                to.wake();
            }
        }

        /** From {@link #onFrame} alone, which a wake-up follows. */
        void later(Bytes payload) {
            waiting.add(payload);
        }

        @Override
        public void onFrame(byte[] head, int offset, int length, Bytes rest) {
            var front = FrameHead.directSend(scratch, PROTOCOL, 0, length);
            onMessage.take(Bytes.wrap(head, offset + front, length - front));
        }

        @Override
        public void onWake(FrameSink out) {
            if (!out.isWritable(LANE)) {
                return;
            }
            var message = waiting.poll();
            if (message != null) {
                var front = FrameHead.directSend(scratch, PROTOCOL, 0, message.size());
                out.write(LANE, scratch, front, message);
                if (!waiting.isEmpty()) {
                    wake();
                }
            }
        }

        @Override
        public void onClosed(LinkClosed how) {}
    }

    @Override
    public void close() {
        near.close();
        far.close();
    }
}
