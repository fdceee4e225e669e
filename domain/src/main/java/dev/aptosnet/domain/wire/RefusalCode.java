package dev.aptosnet.domain.wire;

/** Why a request is not served (I-22). Sent only where both ends announced refusals. */
public enum RefusalCode {
    /** No reason, or one that we do not know. */
    UNSPECIFIED(0),
    /** Nobody serves the protocol. */
    UNSUPPORTED_PROTOCOL(1),
    /** As many requests as this connection may have are unanswered. */
    TOO_MANY_PENDING(2),
    /** The node has no room. */
    OVERLOADED(3),
    /** The handler failed or refused. */
    HANDLER_FAILED(4),
    /** The request's time was over before it was answered. */
    EXPIRED(5),
    /**
     * The peer sends more than it may. Understood, and never sent by us: our limit on what a peer
     * sends ({@code inbound_rate_limit_config}) reads more slowly and refuses nothing, so that the
     * peer's transport holds it back and its calls are served late rather than not at all.
     */
    RATE_LIMITED(6),
    /** The payload does not decode. */
    BAD_PAYLOAD(7);

    private static final RefusalCode[] ALL = values();

    private final int number;

    RefusalCode(int number) {
        this.number = number;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** The code with this number; {@link #UNSPECIFIED} for numbers of a later version. */
    public static RefusalCode ofNumber(int number) {
        return number >= 0 && number < ALL.length ? ALL[number] : UNSPECIFIED;
    }
}
