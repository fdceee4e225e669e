package dev.aptosnet.ports.transport;

import dev.aptosnet.ports.model.Bytes;

/**
 * Takes frames for one link. Handed to {@link LinkHandler#onWake} and valid only during that call,
 * on the link's owner. What was written in one call leaves in as few records and socket writes as
 * it fits into, after the call returns or while it runs.
 */
public interface FrameSink {
    /**
     * Whether the link wants more for this lane now. It stops wanting when its unsent bytes pass a
     * small threshold, so that whatever is still queued can be re-ordered, and wakes the handler
     * when they have fallen. A frame written nevertheless is not lost.
     *
     * <p>A link without independent lanes answers the same for all of them. One with independent
     * lanes holds at most the threshold and a frame for a lane that stalls, and goes on wanting
     * frames for the others.
     */
    boolean isWritable(Lane lane);

    /**
     * Writes one frame: its length is added by the transport, its body is the head, then the
     * payload.
     *
     * @param lane the lane whose order the frame keeps
     * @param head scratch of the caller, copied during this call
     * @param headLength how many bytes of {@code head} belong to the frame
     * @param payload not copied before it is encrypted; may be read until the frame has left
     * @throws IllegalArgumentException if the body is larger than the link's maximum frame
     */
    void write(Lane lane, byte[] head, int headLength, Bytes payload);

    /**
     * Runs something on the owner once the system has taken all that was written so far; at once
     * where the link does not know. Costs an allocation, so it is for samples; never run if the
     * link ends first.
     */
    default void whenTaken(Runnable then) {
        then.run();
    }

    /**
     * Ends a large message's own lane before its time, if it has one: what was written to it and
     * has not left need not leave. Does nothing on a link without independent lanes.
     *
     * @param transfer as in {@link Lane}
     */
    default void giveUp(long transfer) {}
}
