package dev.aptosnet.ports.transport;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;

/**
 * A proven connection to one peer. It belongs to one owner, a thread of the transport, which makes
 * every call of its handler. A link that nobody started reads nothing and must be closed by whoever
 * was handed it.
 */
public interface Link {
    /** What is known of it. Any thread. */
    LinkInfo info();

    /**
     * Hands the link to its handler; frames are read from now on, and the handler is woken once.
     * Any thread, once.
     */
    void start(LinkHandler handler);

    /**
     * Asks the owner to call {@link LinkHandler#onWake} soon. Calls that come before it happens
     * count as one. Any thread; does nothing on a closed link.
     */
    void wake();

    /**
     * Asks for one {@link LinkHandler#onWake} at {@code time}, instead of any asked for before;
     * {@link MonoTime#NEVER} for none. Owner only.
     */
    void wakeAt(MonoTime time);

    /**
     * Stops or resumes reading, so that the peer feels it; at most one record's worth of frames is
     * still delivered after a stop. Owner only.
     */
    void setReading(boolean reading);

    /**
     * Says that nobody will look again at these bytes, which came with {@link LinkHandler#onFrame}
     * and nowhere else: what comes next may be written over them. Arrays that the link has no use
     * for are left to the collector, and so is everything that is never given back. Any thread, at
     * most once for each frame.
     */
    default void giveBack(Bytes payload) {}

    /** Whether the calling thread is the owner. */
    boolean isOwner();

    /**
     * Ends the link. Frames written before are sent as far as the transport's close limit allows;
     * the handler then hears {@link LinkHandler#onClosed} with these values unless the link ended
     * for another reason first. Any thread; further calls do nothing.
     */
    void close(DisconnectReason reason, String detail);
}
