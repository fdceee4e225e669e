package dev.aptosnet.ports.client;

/**
 * Takes direct sends of one protocol. Called on a virtual thread, for one message at a time and in
 * order for each peer; messages of different peers may be handled at once. An {@link Inbox} may say
 * otherwise.
 */
@FunctionalInterface
public interface MessageHandler<M> {
    /** Takes one message; what it throws is logged once. */
    void onMessage(InboundMessage<M> message) throws Exception;
}
