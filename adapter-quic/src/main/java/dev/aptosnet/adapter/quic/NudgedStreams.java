package dev.aptosnet.adapter.quic;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps Kwik's streams moving. Kwik 0.10 counts the requests that a stream has to be sent; its
 * sender may take one off before the writer has added it, and while the count is minus one, a
 * remainder that did not fit the packet asks in vain and lies in the buffer until the next write.
 * So whoever wrote lately is nudged with a write of nothing, which asks again: soon at first, then
 * ever less, since what is lost and sent once more may end in the same way. Each nudge wakes a
 * thread of the library, so that they must be few: a write alone leads to a dozen, and a stream
 * that is written again and again to none. A stream that was closed cannot be nudged; what it
 * leaves behind is for the receiver's deadline.
 */
final class NudgedStreams {
    /** How long after a write a stream is nudged: longer than anything is sent once more. */
    private static final long WATCHED_NANOS = 30_000_000_000L;

    /** How often streams are looked at. */
    private static final long INTERVAL_MILLIS = 10;

    /** How long after a write the first nudge comes; the next ones after twice the time each. */
    private static final long FIRST_NANOS = 20_000_000;

    /** The longest pause between two while a write waits for room; such streams are few. */
    private static final long WAITING_NANOS = 10_000_000;

    private static final byte[] NOTHING = {};

    private final Set<Nudged> watched = ConcurrentHashMap.newKeySet();
    private boolean running;

    /** The stream, watched from its first write on. */
    OutputStream watch(OutputStream stream) {
        return new Nudged(stream);
    }

    private void wrote(Nudged stream) {
        if (watched.add(stream)) {
            synchronized (this) {
                if (!running) {
                    running = true;
                    Thread.ofVirtual().name("aptosnet-quic-nudge").start(this::run);
                }
            }
        }
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(INTERVAL_MILLIS);
                watched.removeIf(stream -> !stream.nudge());
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

    private final class Nudged extends OutputStream {
        private final OutputStream stream;

        /** When a write last began or ended. */
        private volatile long last = System.nanoTime();

        /** Of the one thread that nudges. */
        private long nudged = last;

        private volatile boolean writing;
        private volatile boolean closed;

        Nudged(OutputStream stream) {
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
            wrote(this);
            try {
                stream.write(bytes, offset, length);
            } finally {
                last = System.nanoTime();
                writing = false;
                // It may have been forgotten while it waited for room.
                wrote(this);
            }
        }

        @Override
        public void close() throws IOException {
            closed = true;
            stream.close();
        }

        /** Asks again; false if that is over. */
        private boolean nudge() {
            var now = System.nanoTime();
            var waiting = writing;
            var age = now - last;
            if (closed || (!waiting && age > WATCHED_NANOS)) {
                return false;
            }
            // A write asks by itself.
            var early = age < (waiting ? WAITING_NANOS : FIRST_NANOS);
            var pause = waiting ? WAITING_NANOS : age / 2;
            if (early || now - nudged < pause) {
                return true;
            }
            nudged = now;
            try {
                stream.write(NOTHING, 0, 0);
                return true;
            } catch (IOException | RuntimeException _) {
                return false; // Its writer hears of it.
            }
        }
    }
}
