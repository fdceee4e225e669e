package dev.aptosnet.domain.queue;

/**
 * The rule by which queues that share one number of bytes leave some to each other: none may hold
 * more than is free. One that nobody empties takes half, a second one half of the rest, and so on;
 * so there is always something left for those that are emptied, and a few that stand still cannot
 * starve the others. Without state; any thread.
 */
public final class FairShare {
    private FairShare() {}

    /**
     * Whether a queue may take a message. If all queues are empty it may be larger than all there
     * is, so that none is too large for ever.
     *
     * @param own what the queue holds
     * @param used what all hold, this one too
     * @param bytes what the message counts for
     * @param limit how much there is for all
     */
    public static boolean admit(long own, long used, long bytes, long limit) {
        return used == 0 || (used + bytes <= limit && own + bytes <= limit - used);
    }
}
