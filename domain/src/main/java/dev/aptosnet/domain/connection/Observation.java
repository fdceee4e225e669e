package dev.aptosnet.domain.connection;

/**
 * What a connection tells the outside for counters and logs (behaviour.md section 19.1). Direction
 * is seen from here: IN came from the peer.
 */
public enum Observation {
    /** A request of ours has left; with its bytes. */
    REQUEST_OUT_SENT,
    /** A call was refused here: too many are unanswered, or the request is too large. */
    REQUEST_OUT_DECLINED,
    /** A caller gave up. */
    REQUEST_OUT_CANCELED,
    /** A call's deadline passed. */
    REQUEST_OUT_EXPIRED,
    /** The peer refused a call. */
    REQUEST_OUT_REFUSED,
    /** A call failed because the connection ended. */
    REQUEST_OUT_FAILED,
    /** A request was taken on; with its bytes. */
    REQUEST_IN_RECEIVED,
    /** A request was dropped because too many are unanswered. */
    REQUEST_IN_DECLINED,
    /** A request came under a protocol that is not served here. */
    REQUEST_IN_UNKNOWN,
    /** An answer has left; with its bytes. */
    RESPONSE_OUT_SENT,
    /** A request was refused by its handler, or its answer was dropped. */
    RESPONSE_OUT_FAILED,
    /** A request's time passed before its answer came. */
    RESPONSE_OUT_EXPIRED,
    /** An answer came for an open call; with its bytes. Counted once (behaviour.md section 20). */
    RESPONSE_IN_RECEIVED,
    /** An answer or refusal came for no open call: late, or never asked for. */
    RESPONSE_IN_EXPIRED,
    /** A direct send has left; with its bytes. */
    DIRECT_SEND_SENT,
    /** A direct send was dropped here: too large, or the connection ended. */
    DIRECT_SEND_FAILED,
    /** A direct send came and was handed out; with its bytes. */
    DIRECT_SEND_RECEIVED,
    /** A direct send came under a protocol that is not served here. */
    DIRECT_SEND_UNKNOWN,
    /** A frame did not decode; comes with a wire error. */
    FRAME_UNDECODABLE,
    /** A stream header or fragment was refused; comes with a stream error. */
    STREAM_REFUSED,
    /** A stream made no progress for too long and was dropped; with the bytes it held. */
    STREAM_TIMED_OUT,
    /** The peer gave up a stream. */
    STREAM_RESET_IN,
    /** We gave up a stream. */
    STREAM_RESET_OUT,
    /** An error reply was written. */
    ERROR_OUT_SENT,
    /** An error reply was dropped because too many wait to be written. */
    ERROR_OUT_DROPPED,
    /** The peer could not read a frame of ours. */
    ERROR_IN_PARSING,
    /** The peer does not serve requests of the protocol. */
    ERROR_IN_REQUEST_NOT_SUPPORTED,
    /** The peer does not serve direct sends of the protocol. */
    ERROR_IN_DIRECT_SEND_NOT_SUPPORTED,
    /** A refusal was written. */
    REFUSAL_OUT_SENT,
    /** A refusal came for an open call. */
    REFUSAL_IN_RECEIVED,
    /** Something was written at once; with the number of frames. */
    FLUSHED_AT_ONCE,
    /** The first of what was written had waited for company as long as it may; with the frames. */
    FLUSHED_WHEN_DUE,
    /** There was enough for a write before that; with the number of frames. */
    FLUSHED_WHEN_FULL
}
