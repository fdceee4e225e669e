package dev.aptosnet.ports.client;

/**
 * Hears how a call ended, on the connection's owner: the last microsecond for code that never
 * blocks. Exactly one of the two is called, once. A slow callback holds up its connection and is
 * reported by name.
 */
public interface RpcCallback<M> {
    /** The answer came. */
    void onAnswer(M answer);

    /** It did not. */
    void onFailure(NetworkException failure);
}
