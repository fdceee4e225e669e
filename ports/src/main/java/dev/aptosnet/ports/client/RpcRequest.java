package dev.aptosnet.ports.client;

import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

/**
 * A request that arrived, with its one-shot answer. A request that is neither answered nor refused
 * before its deadline, or whose handler throws, is dropped: peers that negotiated it learn why, for
 * others the call times out (wire.md section 8).
 *
 * @param <M> the application's message type
 */
public interface RpcRequest<M> {
    /** Who asks, proven. */
    PeerId from();

    /** Under which protocol. */
    ProtocolId protocol();

    /** What is asked. */
    M payload();

    /**
     * Answers. Any thread; only the first answer or refusal counts. Where the queue of the
     * request's class is full ({@code priorities.queue_messages}, {@code queue_bytes}), a handler's
     * thread waits for room until the request's time is over; an inline handler does not.
     *
     * @return whether it was queued: false if the request was already answered, its time is over or
     *     the connection is gone
     */
    boolean respond(M answer);

    /**
     * Says that there will be no answer. Any thread.
     *
     * @return as for {@link #respond}
     */
    boolean refuse();
}
