package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.transport.LinkClosed;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * What the readers of a link have read and its handler has not taken. Readers wait while it is
 * full, so that the peer feels it; the end of the link comes after all frames.
 */
final class StreamInbox {
    /** From so many bytes on readers wait; one frame more is always taken. */
    private static final int FULL = 256 << 10;

    private final Queue<Item> items = new ArrayDeque<>();
    private long bytes;
    private boolean closed;

    sealed interface Item {}

    /** A frame: its first array, whole, and what follows. */
    record Frame(Bytes head, Bytes rest) implements Item {
        int size() {
            return head.size() + rest.size();
        }
    }

    /** The last item. */
    record End(LinkClosed how) implements Item {}

    /** Adds a frame; waits while the inbox is full. False if nobody wants it any more. */
    synchronized boolean put(Frame frame) throws InterruptedException {
        while (bytes >= FULL && !closed) {
            wait();
        }
        if (closed) {
            return false;
        }
        items.add(frame);
        bytes += frame.size();
        return true;
    }

    /** Adds the end; never waits. */
    synchronized void put(End end) {
        if (!closed) {
            items.add(end);
        }
    }

    /** The next item; null if there is none. */
    synchronized @Nullable Item take() {
        var item = items.poll();
        if (item instanceof Frame frame) {
            bytes -= frame.size();
            notifyAll();
        }
        return item;
    }

    /** Drops everything, now and later. */
    synchronized void close() {
        closed = true;
        items.clear();
        bytes = 0;
        notifyAll();
    }
}
