package dev.aptosnet.node.interop;

import java.io.IOException;

/**
 * A running node as the rows see it. It listens on a loopback port, answers protocol 14 with the
 * request's own payload, counts direct sends on protocol 13, and serves nothing else.
 */
interface NodeUnderTest extends AutoCloseable {
    String host();

    int port();

    /** Its static key, 32 bytes. */
    byte[] publicKey();

    /** Its peer id, 32 bytes. */
    byte[] peerId();

    /** How many direct sends have reached the handler of protocol 13. */
    long directSends();

    /** From now on the handler of protocol 14 waits, at most 9 seconds, before it answers. */
    void blockHandlers();

    /** Lets the waiting handlers answer. */
    void releaseHandlers();

    /**
     * Dials until a connection stands, or fails after 20 seconds. The other side's peer id is its
     * key.
     */
    void dial(String host, int port, byte[] serverKey) throws IOException;

    /** Dials once; fails if no connection comes of it. */
    void dialOnce(String host, int port, byte[] serverKey) throws IOException;

    /** An RPC of the node's own to a connected peer, with a deadline of 30 seconds. */
    byte[] call(byte[] peerId, int protocol, byte[] payload) throws IOException;

    /** A direct send of the node's own to a connected peer. */
    void send(byte[] peerId, int protocol, byte[] payload) throws IOException;

    @Override
    void close();
}
