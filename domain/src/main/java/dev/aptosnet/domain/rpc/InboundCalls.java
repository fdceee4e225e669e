package dev.aptosnet.domain.rpc;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;

/**
 * The peer's requests on one connection that have not been answered (behaviour.md section 6).
 * Numbers are the peer's business: equal ones are each served. Single owner.
 */
public final class InboundCalls {
    private final int limit;
    private final Deadlines<InboundCall> deadlines = new Deadlines<>();

    /** Handlers whose requests have ended and that had not returned then; each holds a slot. */
    private final ArrayList<InboundCall.Handler> lingering = new ArrayList<>(0);

    /**
     * Without requests.
     *
     * @param limit {@code max_concurrent_inbound_rpcs}
     */
    public InboundCalls(int limit) {
        this.limit = limit;
    }

    /** How many requests are open. */
    public int size() {
        return deadlines.size();
    }

    /**
     * Takes a request on.
     *
     * @return null if too many are open, or their handlers are still at work
     */
    public @Nullable InboundCall open(
            ProtocolId protocol,
            MessageClass messageClass,
            int requestId,
            int wirePriority,
            MonoTime deadline) {
        if (deadlines.size() + lingering.size() >= limit) {
            lingering.removeIf(InboundCall.Handler::hasReturned);
            if (deadlines.size() + lingering.size() >= limit) {
                return null;
            }
        }
        var call = new InboundCall(protocol, messageClass, requestId, wirePriority, deadline);
        deadlines.add(call);
        return call;
    }

    /** When the first request is too late; {@link MonoTime#NEVER} without requests. */
    public MonoTime nextDeadline() {
        return deadlines.earliest();
    }

    /** A request whose deadline has come; null if there is none. */
    public @Nullable InboundCall firstExpired(MonoTime now) {
        return now.isBefore(deadlines.earliest()) ? null : deadlines.first();
    }

    /** Any open request; null if there is none. */
    public @Nullable InboundCall any() {
        return deadlines.first();
    }

    /**
     * Ends a request. Its slot is free again once its handler has returned as well.
     *
     * @return whether it was open
     */
    public boolean close(InboundCall call) {
        if (!call.isOpen()) {
            return false;
        }
        call.close();
        deadlines.remove(call);
        var handler = call.handler();
        if (handler != null && !handler.hasReturned()) {
            lingering.add(handler);
        }
        return true;
    }

    /** Ends a request without an answer of its handler, which learns of it. */
    public void cutOff(InboundCall call) {
        var handler = call.handler();
        if (close(call) && handler != null) {
            handler.cutOff();
        }
    }

    /** The node of the answer to a request that {@link #close} closed. */
    public InboundCall answered(InboundCall call, Bytes answer) {
        call.fillWith(answer);
        return call;
    }
}
