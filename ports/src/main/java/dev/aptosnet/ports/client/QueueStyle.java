package dev.aptosnet.ports.client;

/** What a full queue does, and which message is next (behaviour.md section 2.1.3). */
public enum QueueStyle {
    /** Oldest first; a message that finds the queue full is dropped. */
    FIFO,
    /** Newest first; a message that finds the queue full takes the place of the oldest. */
    LIFO,
    /** Oldest first; a message that finds the queue full takes the place of the oldest. */
    KLAST
}
