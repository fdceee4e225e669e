package dev.aptosnet.adapter.quic;

import dev.aptosnet.transport.support.GuardedThreads;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps Kwik's streams moving. Kwik 0.10 counts the requests that a stream has to be sent; its
 * sender may take one off before the writer has added it, and while the count is minus one, a
 * remainder that did not fit the packet asks in vain and lies in the buffer until the next write. A
 * write of nothing asks again. It is done
 *
 * <ul>
 *   <li>by the writer, if packets left while it wrote, until none do;
 *   <li>on the sender's own thread after each packet, for streams that were just written: there
 *       nothing comes between, and whatever the writer could not see is seen there;
 *   <li>ever less often for half a minute after a write, since what is lost and sent once more may
 *       end in the same way. Each such nudge wakes a thread of the library, so that they must be
 *       few: a write alone leads to a dozen, and a stream that is written again and again to none.
 * </ul>
 *
 * <p>A stream that was closed cannot be nudged. Worse, what asks is an empty buffer, and Kwik does
 * not see the end of a stream behind one unless data go with it. So streams that are watched are
 * not closed: their last byte says that it is the last, and the receiver stops them.
 */
final class NudgedStreams {
    /** How long after a write a stream is nudged: longer than anything is sent once more. */
    private static final long WATCHED_NANOS = 30_000_000_000L;

    /** How often streams are looked at. */
    private static final long INTERVAL_MILLIS = 10;

    /** How long after a write the first nudge by time comes; the next after twice the time each. */
    private static final long FIRST_NANOS = 20_000_000;

    /** The longest pause between two while a write waits for room; such streams are few. */
    private static final long WAITING_NANOS = 10_000_000;

    /** How long after a write a packet that leaves may still lead to a nudge. */
    private static final long JUST_NANOS = 50_000_000;

    /** How often a writer asks again at most. */
    private static final int MAX_AGAIN = 8;

    private static final byte[] NOTHING = {};

    private final Set<Nudged> watched = ConcurrentHashMap.newKeySet();
    private boolean running;

    /** The streams of one more connection. */
    Connection connection() {
        return new Connection();
    }

    private void wrote(Nudged stream) {
        if (watched.add(stream)) {
            synchronized (this) {
                if (!running) {
                    running = true;
                    GuardedThreads.start("aptosnet-quic-nudge", this::run);
                }
            }
        }
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(INTERVAL_MILLIS);
                watched.removeIf(stream -> !stream.nudgeInTime());
                synchronized (this) {
                    if (watched.isEmpty()) {
                        running = false;
                        return;
                    }
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** The streams of one connection. */
    final class Connection {
        private final Set<Nudged> recent = ConcurrentHashMap.newKeySet();

        /** How many packets have left. */
        private final AtomicInteger left = new AtomicInteger();

        private Connection() {}

        /** The stream, watched from its first write on. */
        OutputStream watch(OutputStream stream) {
            return new Nudged(this, stream);
        }

        /** A packet of the connection has left; on the thread of the library's sender. */
        void packetLeft() {
            left.incrementAndGet();
            if (!recent.isEmpty()) {
                recent.removeIf(stream -> !stream.nudgeIfRecent());
            }
        }
    }

    private final class Nudged extends OutputStream {
        private final Connection connection;
        private final OutputStream stream;

        /** When a write last began or ended. */
        private volatile long last = System.nanoTime();

        /** Of the one thread that nudges by time. */
        private long nudged = last;

        private volatile boolean writing;

        Nudged(Connection connection, OutputStream stream) {
            this.connection = connection;
            this.stream = stream;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            last = System.nanoTime();
            writing = true;
            watch();
            try {
                var before = connection.left.get();
                stream.write(bytes, offset, length);
                last = System.nanoTime();
                connection.recent.add(this);
                for (var i = 0; i < MAX_AGAIN && connection.left.get() != before; i++) {
                    before = connection.left.get();
                    stream.write(NOTHING, 0, 0);
                }
            } finally {
                last = System.nanoTime();
                writing = false;
                // It may have been forgotten while it waited for room.
                watch();
            }
        }

        private void watch() {
            connection.recent.add(this);
            wrote(this);
        }

        /** Asks again after a packet; false if the last write is too long ago. */
        private boolean nudgeIfRecent() {
            return System.nanoTime() - last <= JUST_NANOS && nudge();
        }

        /** Asks again if it is time; false if that is over. */
        private boolean nudgeInTime() {
            var now = System.nanoTime();
            var waiting = writing;
            var age = now - last;
            if (!waiting && age > WATCHED_NANOS) {
                return false;
            }
            // A write asks by itself.
            var early = age < (waiting ? WAITING_NANOS : FIRST_NANOS);
            var pause = waiting ? WAITING_NANOS : age / 2;
            if (early || now - nudged < pause) {
                return true;
            }
            nudged = now;
            return nudge();
        }

        private boolean nudge() {
            try {
                stream.write(NOTHING, 0, 0);
                return true;
            } catch (IOException | RuntimeException _) {
                return false; // Its writer hears of it.
            }
        }
    }
}
