package dev.aptosnet.ports.client;

/**
 * Serves requests of one protocol. Called on a virtual thread of its own for each request, so it
 * may block; at most {@code max_concurrent_rpcs} at once for each connection.
 */
@FunctionalInterface
public interface RpcHandler<M> {
    /** Serves one request; what it throws is logged once and ends the request without an answer. */
    void onRequest(RpcRequest<M> request) throws Exception;
}
