package dev.aptosnet.ports.model;

/**
 * How urgent a message is (improvements.md I-01). The class decides the order in which queued
 * messages leave and what happens when a queue is full; size never does.
 */
public enum MessageClass {
    /** Votes, timeout certificates, health checks. */
    CRITICAL(0),
    /** Proposals, mempool transactions. */
    HIGH(1),
    /** State-sync requests, and everything that has no class of its own. */
    NORMAL(2),
    /** Telemetry and bulk responses. */
    LOW(3);

    private static final MessageClass[] ALL = values();

    /** How many classes there are. */
    public static final int COUNT = ALL.length;

    private final int index;

    MessageClass(int index) {
        this.index = index;
    }

    /** 0 for the most urgent to {@link #COUNT} - 1 for the least; indexes arrays by class. */
    public int index() {
        return index;
    }

    /** The class with this index. */
    public static MessageClass ofIndex(int index) {
        return ALL[index];
    }

    /**
     * The priority byte of a message of this class: 1 to 4. Sent only to peers that announced
     * {@link Capability#PRIORITY_CLASSES}, since 0 is all that others send.
     */
    public int wirePriority() {
        return index + 1;
    }

    /**
     * The class that a received priority byte names.
     *
     * @param otherwise what 0 (unspecified) and unknown values mean
     */
    public static MessageClass ofWirePriority(int priority, MessageClass otherwise) {
        return priority >= 1 && priority <= ALL.length ? ALL[priority - 1] : otherwise;
    }
}
