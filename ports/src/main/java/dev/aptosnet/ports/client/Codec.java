package dev.aptosnet.ports.client;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ProtocolId;

/**
 * Turns an application's messages into payload bytes and back. Called on the application's threads,
 * never on a connection's owner unless a handler or callback was registered as inline.
 *
 * @param <M> the application's message type
 */
public interface Codec<M> {
    /** Payload bytes as they are. */
    Codec<Bytes> BYTES =
            new Codec<>() {
                @Override
                public Bytes encode(ProtocolId protocol, Bytes message) {
                    return message;
                }

                @Override
                public Bytes decode(ProtocolId protocol, Bytes payload) {
                    return payload;
                }
            };

    /** The payload of {@code message}, in the encoding of {@code protocol}. */
    Bytes encode(ProtocolId protocol, M message);

    /**
     * The message in {@code payload}.
     *
     * @throws IllegalArgumentException if it is malformed; the message says how
     */
    M decode(ProtocolId protocol, Bytes payload);
}
