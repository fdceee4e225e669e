package dev.aptosnet.node.connection;

/** The payload of a peer does not decode: the peer's fault, not the handler's. */
public final class MalformedPayloadException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedPayloadException(RuntimeException cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }
}
