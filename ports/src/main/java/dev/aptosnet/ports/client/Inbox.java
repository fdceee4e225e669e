package dev.aptosnet.ports.client;

/**
 * How the direct sends of one protocol wait for their handler, each peer's in a queue of its own
 * (behaviour.md sections 2.1 and 15). What is dropped is counted by protocol in {@code
 * aptosnet_inbound_dropped_total}.
 *
 * @param style what a full queue does, and which message is next: {@code KLAST} where only recent
 *     messages matter, such as votes
 * @param messages of one peer that may wait, 1 to 1,048,576; their bytes count against {@code
 *     budget.per_peer_bytes} besides
 * @param oneAtATime whether the handler gets one message at a time over all peers, which take turns
 *     with one message each; otherwise the peers are served side by side
 */
public record Inbox(QueueStyle style, int messages, boolean oneAtATime) {
    private static final int MOST = 1 << 20;

    /** Refuses what cannot work. */
    public Inbox {
        if (messages < 1 || messages > MOST) {
            throw new IllegalArgumentException(
                    "messages: " + messages + " (expected: 1 to " + MOST + ")");
        }
    }

    /** Queues of this style and length, with the peers served side by side. */
    public static Inbox of(QueueStyle style, int messages) {
        return new Inbox(style, messages, false);
    }

    /** Like this one, with the peers served in turn or side by side. */
    public Inbox withOneAtATime(boolean oneAtATime) {
        return new Inbox(style, messages, oneAtATime);
    }
}
