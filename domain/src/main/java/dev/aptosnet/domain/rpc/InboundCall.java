package dev.aptosnet.domain.rpc;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

/**
 * A request of the peer's, and the node of its answer. Made by the connection, handed out with
 * {@code ConnectionSink.onRequest} and given back once, with {@code Connection.respond} or {@code
 * refuse}. Until then its {@link #next} link and {@link #answer} are the holder's: a handler's
 * thread leaves the answer there and puts the node into the holder's queue towards the owner.
 */
public final class InboundCall extends TimedMessage {
    private final int requestId;
    private final int wirePriority;
    private boolean open = true;
    private @Nullable Handler handler;
    private @Nullable Bytes answer;

    /** The code that works on a request, on a thread of its own. */
    public interface Handler {
        /** Whether it has returned, so that the request's slot is free once the call has ended. */
        boolean hasReturned();

        /**
         * The request is over without an answer of its: its deadline has come, or the link ended.
         */
        void cutOff();
    }

    InboundCall(
            ProtocolId protocol,
            MessageClass messageClass,
            int requestId,
            int wirePriority,
            MonoTime deadline) {
        super(protocol, messageClass, Bytes.EMPTY, deadline);
        this.requestId = requestId;
        this.wirePriority = wirePriority;
    }

    /** The peer's number for it, unsigned; not unique, since the peer chooses it. */
    public int requestId() {
        return requestId;
    }

    /** The request's priority byte, 0 to 255, which the answer repeats. */
    public int wirePriority() {
        return wirePriority;
    }

    /** Whether an answer would still be sent. Owner only. */
    public boolean isOpen() {
        return open;
    }

    /** What {@link #leaveAnswer} left; null if nothing. */
    public @Nullable Bytes answer() {
        return answer;
    }

    /** Keeps the answer with the node on its way to the owner. The connection does not look. */
    public void leaveAnswer(@Nullable Bytes content) {
        answer = content;
    }

    /** A handler works on it from now on; without one the slot ends with the call. */
    public void servedBy(Handler code) {
        handler = code;
    }

    @Nullable Handler handler() {
        return handler;
    }

    void close() {
        open = false;
    }

    void fillWith(Bytes content) {
        answer = null;
        fill(content);
    }
}
