package dev.aptosnet.node.connection;

import dev.aptosnet.domain.rpc.InboundCall;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How far a request is: whether it was answered, refused or cut off, and whether its handler has
 * returned. The handler's thread and the connection's owner share it.
 */
final class HandlerProgress extends AtomicInteger implements InboundCall.Handler {
    private static final long serialVersionUID = 1;
    private static final int ENDED = 1;
    private static final int RETURNED = 2;

    private transient volatile @Nullable Thread thread;

    /** The handler starts on this thread; false if the request is over, and nothing is to start. */
    boolean begin() {
        thread = Thread.currentThread();
        return isOpen();
    }

    /** The handler has returned. */
    void returned() {
        thread = null;
        getAndUpdate(state -> state | RETURNED);
    }

    /** Ends the request; false if it was over already. */
    boolean end() {
        return (getAndUpdate(state -> state | ENDED) & ENDED) == 0;
    }

    boolean isOpen() {
        return (get() & ENDED) == 0;
    }

    @Override
    public boolean hasReturned() {
        return (get() & RETURNED) != 0;
    }

    /** The handler is interrupted, since nothing waits for its answer any more. */
    @Override
    public void cutOff() {
        end();
        var working = thread;
        if (working != null) {
            working.interrupt();
        }
    }
}
