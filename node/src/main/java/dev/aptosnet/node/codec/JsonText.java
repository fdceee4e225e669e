package dev.aptosnet.node.codec;

import java.util.function.Function;

/**
 * How a codec writes and reads the payloads of protocols that carry JSON. The node has no JSON
 * library of its own: an application passes the two functions of the one it uses.
 *
 * <pre>{@code
 * var mapper = new JsonMapper();
 * var text = new JsonText<Transfer>(mapper::writeValueAsString, s -> mapper.readValue(s, Transfer.class));
 * }</pre>
 *
 * @param write a message as JSON text
 * @param read the message that a JSON text holds; anything it throws becomes an {@link
 *     IllegalArgumentException} of the codec
 */
public record JsonText<M>(Function<M, String> write, Function<String, M> read) {}
