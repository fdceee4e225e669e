package dev.aptosnet.domain.wire;

/** What a frame is (wire.md sections 8 and 9; the last two are ours, see {@link FrameHead}). */
public enum FrameKind {
    /** A message that tells of an error; never answered. */
    ERROR,
    /** A request that wants an answer. */
    RPC_REQUEST,
    /** The answer to a request. */
    RPC_RESPONSE,
    /** A message that wants no answer. */
    DIRECT_SEND,
    /** The first piece of a large message. */
    STREAM_HEADER,
    /** A further piece of a large message. */
    STREAM_FRAGMENT,
    /** The answer to a request that is not served. */
    REFUSAL,
    /** The sender gives up an unfinished stream. */
    STREAM_RESET
}
