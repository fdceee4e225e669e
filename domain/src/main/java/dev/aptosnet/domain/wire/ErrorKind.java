package dev.aptosnet.domain.wire;

/** What an {@link FrameKind#ERROR} message says (wire.md section 8). */
public enum ErrorKind {
    /** A frame did not decode; carries its first two bytes. */
    PARSING_ERROR,
    /** A request under a protocol that is not served. */
    RPC_NOT_SUPPORTED,
    /** A direct send under a protocol that is not served. */
    DIRECT_SEND_NOT_SUPPORTED
}
