package dev.aptosnet.ports.transport;

import dev.aptosnet.ports.model.Bytes;

import java.util.Arrays;

/**
 * What a link tells its connection. All calls come from the link's owner, one thread at a time and
 * with a happens-before edge between any two; none may block. Whatever a peer sends, a handler does
 * not throw; a transport that sees a throwable nevertheless closes this link with it and spares all
 * others.
 */
public interface LinkHandler {
    /**
     * One frame body has arrived.
     *
     * @param head an array that holds the beginning of the body, at least min(size, 65 536) bytes
     *     of it; given away by this call, and possibly shared with neighbouring frames
     * @param offset where the body begins in {@code head}
     * @param length how many bytes of {@code head} belong to it
     * @param rest the bytes that follow those, given away too; empty for all but large frames
     */
    void onFrame(byte[] head, int offset, int length, Bytes rest);

    /**
     * One frame body has arrived, in an array that is lent for the time of this call: it must
     * neither be kept nor written to. Unless overridden it is copied for {@link #onFrame}.
     *
     * @param array holds the whole body
     * @param offset where it begins
     * @param length of the body in bytes
     */
    default void onLentFrame(byte[] array, int offset, int length) {
        onFrame(Arrays.copyOfRange(array, offset, offset + length), 0, length, Bytes.EMPTY);
    }

    /**
     * The frame under way occupies so many bytes more than the link said before; fewer if negative.
     * The first 64 KiB of a frame do not count, and a frame that has come whole does not any more
     * when {@link #onFrame} is called. Nothing counts any more when {@link #onClosed} is.
     *
     * @return false if there is no memory for it, so that the link has to end
     */
    default boolean onFrameMemory(int bytes) {
        return true;
    }

    /**
     * Time to write: somebody called {@link Link#wake}, the time of {@link Link#wakeAt} came, a
     * batch of frames was delivered, or the link wants more again.
     *
     * @param out takes frames during this call
     */
    void onWake(FrameSink out);

    /**
     * A large message is given up, since nothing of it left in time or the peer does not want it:
     * what was written to its lane may not have arrived, and nothing more may be written to it. All
     * else goes on. Only of links with independent lanes; {@link #onWake} follows.
     *
     * @param transfer as in {@link Lane}
     * @param why in one line
     */
    default void onTransferLost(long transfer, String why) {}

    /** The link is gone; nothing follows. Called exactly once for every started link. */
    void onClosed(LinkClosed how);
}
