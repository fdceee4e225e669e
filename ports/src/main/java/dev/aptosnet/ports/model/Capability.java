package dev.aptosnet.ports.model;

/**
 * What both ends of a connection may use beyond the reference protocol. Announced in the
 * handshake's protocol bit vector at positions that no protocol has, 248 to 255: aptos-core ignores
 * positions it does not know, but reduces them modulo 256, so 256 and above are not to be used. A
 * capability never counts as a common protocol. With none in common a connection behaves exactly as
 * wire.md says.
 */
public enum Capability {
    /** Several streams at once in one direction (I-03). */
    INTERLEAVED_STREAMS(248),
    /** Any number of fragments a stream instead of 16, also of no announced number (I-02). */
    MANY_FRAGMENTS(249),
    /** A request that is not served is answered with the reason (I-22). */
    REFUSALS(250),
    /** A request carries the time its caller will wait (I-22). */
    DEADLINES(251),
    /** An unfinished stream can be given up by its sender (I-02). */
    STREAM_RESET(252),
    /** Gossip topics (I-12). */
    GOSSIP(253),
    /** QUIC addresses (I-16). */
    QUIC_ADDRESS(254),
    /** The priority byte names the message's class (I-01). */
    PRIORITY_CLASSES(255);

    /** The first position that belongs to capabilities. */
    public static final int FIRST_POSITION = 248;

    private final int position;

    Capability(int position) {
        this.position = position;
    }

    /** Position in the handshake's bit vector. */
    public int position() {
        return position;
    }
}
