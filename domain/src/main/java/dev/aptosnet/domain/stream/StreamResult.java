package dev.aptosnet.domain.stream;

/**
 * What a stream frame led to (wire.md section 9, I-03). None of these closes the connection or
 * touches another stream.
 */
public enum StreamResult {
    /** The piece was taken; more are to come. */
    ACCEPTED(false),
    /** The message is whole: {@link InboundStreams#takeCompleted}. */
    COMPLETE(false),
    /** The sender gave the stream up. */
    RESET(false),
    /** The header was taken and the unfinished stream before it was dropped. */
    STREAM_REPLACED(true),
    /** Refused: an error message is never sent in pieces. */
    STREAM_ERROR_MESSAGE(true),
    /** Refused: a header without fragments. */
    STREAM_ZERO_FRAGMENTS(true),
    /** Refused: more fragments announced than we accept. */
    STREAM_TOO_MANY_FRAGMENTS(true),
    /** Refused: a fragment while no stream is open. */
    STREAM_NONE(true),
    /** Refused: a fragment of a stream that is not open, while another is. */
    STREAM_WRONG_REQUEST_ID(true),
    /** Refused: not the fragment that is due; the stream stays. */
    STREAM_BAD_FRAGMENT_ID(true),
    /**
     * A piece of a stream that does not announce its length was too small; the stream is dropped.
     */
    STREAM_PIECE_TOO_SMALL(true),
    /** The stream grew beyond the largest message and was dropped; {@code max_message_size}. */
    STREAM_TOO_LARGE(true),
    /** Refused: the id of a stream that is open. */
    STREAM_REPEATED_ID(true),
    /** Refused: as many streams are open as may be; {@code max_open_streams}. */
    STREAM_TOO_MANY_OPEN(true),
    /**
     * The piece found no room and its stream was dropped; {@code max_stream_bytes}, or {@code
     * budget.total_bytes} of the node.
     */
    STREAM_NO_ROOM(true),
    /**
     * The stream was dropped, since its connection held more than a fair share of {@code
     * budget.total_bytes} and another needed it.
     */
    STREAM_OVER_SHARE(true);

    private final boolean error;

    StreamResult(boolean error) {
        this.error = error;
    }

    /** Whether the sender, or a limit, is to blame: to be counted and logged. */
    public boolean isError() {
        return error;
    }
}
