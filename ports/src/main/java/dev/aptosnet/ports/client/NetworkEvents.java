package dev.aptosnet.ports.client;

import dev.aptosnet.ports.model.DisconnectReason;

/**
 * What arrives for one application. Every method does nothing unless overridden. Threads as for
 * {@link RpcHandler} and {@link MessageHandler}.
 *
 * <p>Peers that come and go are reported one at a time. What waits for a listener is the latest of
 * each peer, never a queue of what has passed, so a slow one misses what was over before it could
 * hear of it: a peer that went and came back is reported as replaced, and one that came and went
 * perhaps only as gone.
 *
 * @param <M> the application's message type
 */
public interface NetworkEvents<M> {
    /** A direct send arrived. */
    default void onMessage(InboundMessage<M> message) throws Exception {}

    /** A request arrived. */
    default void onRpcRequest(RpcRequest<M> request) throws Exception {
        request.refuse();
    }

    /** A peer that speaks one of the application's protocols is connected. */
    default void onPeerUp(PeerInfo peer) {}

    /**
     * The connection to a peer is another one now, after both ends dialed or the peer came back
     * before we saw it go; origin, address and protocols may have changed.
     */
    default void onPeerReplaced(PeerInfo before, PeerInfo after) {}

    /** No connection to that peer is left. */
    default void onPeerDown(PeerInfo peer, DisconnectReason reason) {}
}
