package dev.aptosnet.domain.send;

import dev.aptosnet.ports.model.MessageClass;

/**
 * How much may wait to be sent on one connection (improvements.md I-01): so many messages of each
 * class, and so many bytes of all together. Of these each class has a sixteenth for itself, which
 * no other can take; the rest goes to who comes first. So one class can be full without the others
 * noticing, and four that are full hold no more than the budget of one connection.
 *
 * <p>A rule without state; whoever queues messages keeps the counts. Any thread.
 *
 * @param maxMessages of one class; {@code priorities.queue_messages}
 * @param maxBytes of all classes; {@code priorities.queue_bytes}
 */
public record QueueBounds(int maxMessages, long maxBytes) {
    private static final int RESERVED_PARTS = 16;

    /** Refuses what cannot work. */
    public QueueBounds {
        require(maxMessages > 0, "priorities.queue_messages", maxMessages);
        require(maxBytes > 0, "priorities.queue_bytes", maxBytes);
    }

    /** How many bytes each class has for itself. */
    public long reservedBytes() {
        return maxBytes / RESERVED_PARTS;
    }

    /** How many bytes are for all classes. */
    public long sharedBytes() {
        return maxBytes - MessageClass.COUNT * reservedBytes();
    }

    /** What a class that holds so many bytes takes of the shared ones. */
    public long sharedPart(long classBytes) {
        return Math.max(0, classBytes - reservedBytes());
    }

    /**
     * Whether a message may wait that makes its class hold so many bytes of the shared ones more.
     * One alone may take more than there are, so that none is too large for ever.
     *
     * @param part how many shared bytes it takes
     * @param used how many are taken with it
     */
    public boolean admits(long part, long used) {
        return part == 0 || used <= sharedBytes() || used == part;
    }

    private static void require(boolean holds, String key, long value) {
        if (!holds) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: > 0)");
        }
    }
}
