package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/** What the streams of one link may have us hold of frames that are not whole. */
@Timeout(60)
class LaneReaderTest {
    private static final int MAX = 200_000;

    @Test
    void aLargeFrameWaitsUntilThereIsRoomAndThenArrives() throws Exception {
        var room = new Semaphore(MAX, true);
        var rest = new CountDownLatch(1);
        var first = read(new Halting(stream(MAX), 5 + MAX / 2, rest), room);
        while (room.availablePermits() == MAX) {
            Thread.onSpinWait();
        }
        var body = new ByteArrayInputStream(stream(MAX));
        var second = read(body, room);
        while (!room.hasQueuedThreads()) {
            Thread.onSpinWait();
        }
        assertThat(body.available()).as("nothing of its body was read").isEqualTo(MAX);
        // Small frames of other streams pass.
        assertThat(read(new ByteArrayInputStream(stream(1000)), room).get()).isEqualTo(1000);
        rest.countDown();
        assertThat(first.get()).isEqualTo(MAX);
        assertThat(second.get()).isEqualTo(MAX);
        while (room.availablePermits() < MAX) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aFrameThatBreaksOffGivesItsRoomBack() throws Exception {
        var room = new Semaphore(MAX, true);
        var broken = ByteBuffer.wrap(stream(MAX), 0, MAX / 2);
        var bytes = new byte[broken.remaining()];
        broken.get(bytes);
        assertThat(read(new ByteArrayInputStream(bytes), room)).failsWithin(Duration.ofSeconds(30));
        assertThat(room.availablePermits()).isEqualTo(MAX);
    }

    @Test
    void aLaneEndsWithItsLastByte() throws Exception {
        var bytes =
                ByteBuffer.allocate(20)
                        .put((byte) 1)
                        .putInt(3)
                        .put(new byte[3])
                        .put((byte) LaneReader.END)
                        .putInt(5);
        var in = new ByteArrayInputStream(bytes.array());
        var frames = new ArrayList<Integer>();
        new LaneReader(in, MAX, new Semaphore(MAX), (head, _) -> frames.add(head.length)).run();
        assertThat(frames).containsExactly(3);
        assertThat(in.available()).as("what follows the end").isEqualTo(20 - 9);
    }

    /** A stream of a large message with one frame. */
    private static byte[] stream(int size) {
        return ByteBuffer.allocate(5 + size).put((byte) LaneReader.TRANSFER).putInt(size).array();
    }

    /** The length of the first frame, or how reading ended. */
    private static CompletableFuture<Integer> read(InputStream in, Semaphore room) {
        var length = new CompletableFuture<Integer>();
        var reader =
                new LaneReader(
                        in, MAX, room, (head, rest) -> length.complete(head.length + rest.size()));
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                reader.run();
                            } catch (IOException | InterruptedException e) {
                                length.completeExceptionally(e);
                            }
                        });
        return length;
    }

    /** Stops at a place until it may go on. */
    private static final class Halting extends InputStream {
        private final InputStream bytes;
        private int left;
        private final CountDownLatch rest;

        Halting(byte[] bytes, int until, CountDownLatch rest) {
            this.bytes = new ByteArrayInputStream(bytes);
            this.left = until;
            this.rest = rest;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left == 0) {
                try {
                    rest.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                left = Integer.MAX_VALUE;
            }
            var some = bytes.read(target, offset, Math.min(length, left));
            left -= Math.max(0, some);
            return some;
        }
    }
}
