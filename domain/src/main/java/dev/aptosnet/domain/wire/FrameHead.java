package dev.aptosnet.domain.wire;

/**
 * Writes the head of a frame body, that is everything before the payload bytes, into a scratch
 * array that the caller reuses, and returns the head's length. The body is the head, then the
 * payload of the announced length. Nothing is allocated.
 *
 * <p>The frames of wire.md sections 8 and 9 ({@code u} is one or two ULEB128 bytes, {@code L} the
 * ULEB128 length of the payload, integers little-endian):
 *
 * <pre>
 * Error, parsing               00 00 00  b0 b1
 * Error, rpc not supported     00 00 01 00  protocol u
 * Error, send not supported    00 00 01 01  protocol u
 * RpcRequest                   00 01  protocol u | request id 4 | priority 1 | L | payload
 * RpcResponse                  00 02  request id 4 | priority 1 | L | payload
 * DirectSendMsg                00 03  protocol u | priority 1 | L | payload
 * Stream header                01 00  stream id 4 | fragments 1 | one of the four above without its 00
 * Stream fragment              01 01  stream id 4 | fragment id 1 | L | payload
 * </pre>
 *
 * <p>Our own, sent only where both ends announced the capability in the handshake. Index 120 is one
 * that the reference protocol does not use; a node that did not announce the capability answers a
 * parsing error, as for every unknown index.
 *
 * <pre>
 * Refusal (REFUSALS)           78 00  request id 4 | code 1
 * Stream reset (STREAM_RESET)  78 01  stream id 4
 * RpcRequest (DEADLINES)       78 02  protocol u | request id 4 | priority 1 | millis 4 | L | payload
 * Stream header (DEADLINES)    78 03  stream id 4 | fragments 1 | protocol u | request id 4
 *                                     | priority 1 | millis 4 | L | payload
 * </pre>
 *
 * <p>{@code millis} is how long the caller will still wait when the request is written, unsigned.
 */
public final class FrameHead {
    /** A scratch array of this many bytes holds every head. */
    public static final int SCRATCH_BYTES = 64;

    /** The longest head that is written, in bytes. */
    public static final int MAX_LENGTH = 2 + 5 + 2 + 4 + 1 + 4 + 5;

    static final int MESSAGE = 0;
    static final int STREAM = 1;
    static final int EXTENSION = 120;

    static final int ERROR = 0;
    static final int RPC_REQUEST = 1;
    static final int RPC_RESPONSE = 2;
    static final int DIRECT_SEND = 3;

    static final int STREAM_HEADER = 0;
    static final int STREAM_FRAGMENT = 1;

    static final int PARSING_ERROR = 0;
    static final int NOT_SUPPORTED = 1;
    static final int NOT_SUPPORTED_RPC = 0;
    static final int NOT_SUPPORTED_DIRECT_SEND = 1;

    static final int REFUSAL = 0;
    static final int STREAM_RESET = 1;
    static final int RPC_REQUEST_WITH_DEADLINE = 2;
    static final int STREAM_HEADER_WITH_DEADLINE = 3;

    private FrameHead() {}

    /** A message that wants no answer. */
    public static int directSend(byte[] out, int protocol, int priority, int payloadLength) {
        out[0] = MESSAGE;
        return directSendAt(out, 1, protocol, priority, payloadLength);
    }

    /**
     * A request.
     *
     * @param requestId unsigned
     */
    public static int rpcRequest(
            byte[] out, int protocol, int requestId, int priority, int payloadLength) {
        out[0] = MESSAGE;
        return rpcRequestAt(out, 1, protocol, requestId, priority, payloadLength);
    }

    /**
     * A request that says how long its caller will wait; only where {@code DEADLINES} is agreed.
     *
     * @param requestId unsigned
     * @param remainingMillis unsigned
     */
    public static int rpcRequestWithDeadline(
            byte[] out,
            int protocol,
            int requestId,
            int priority,
            int remainingMillis,
            int payloadLength) {
        out[0] = EXTENSION;
        out[1] = RPC_REQUEST_WITH_DEADLINE;
        return withDeadlineAt(
                out, 2, protocol, requestId, priority, remainingMillis, payloadLength);
    }

    /**
     * An answer.
     *
     * @param requestId unsigned
     */
    public static int rpcResponse(byte[] out, int requestId, int priority, int payloadLength) {
        out[0] = MESSAGE;
        return rpcResponseAt(out, 1, requestId, priority, payloadLength);
    }

    /** Says that a frame that began with these two bytes did not decode; no payload follows. */
    public static int parsingError(byte[] out, byte first, byte second) {
        out[0] = MESSAGE;
        out[1] = ERROR;
        out[2] = PARSING_ERROR;
        out[3] = first;
        out[4] = second;
        return 5;
    }

    /** Says that requests under {@code protocol} are not served; no payload follows. */
    public static int rpcNotSupported(byte[] out, int protocol) {
        return notSupported(out, NOT_SUPPORTED_RPC, protocol);
    }

    /** Says that direct sends under {@code protocol} are not served; no payload follows. */
    public static int directSendNotSupported(byte[] out, int protocol) {
        return notSupported(out, NOT_SUPPORTED_DIRECT_SEND, protocol);
    }

    /**
     * Says that a request is not served; no payload follows. Only where {@code REFUSALS} is agreed.
     */
    public static int refusal(byte[] out, int requestId, RefusalCode code) {
        out[0] = EXTENSION;
        out[1] = REFUSAL;
        var at = putInt(out, 2, requestId);
        out[at] = (byte) code.number();
        return at + 1;
    }

    /** Gives up an unfinished stream; no payload follows. Only where {@code STREAM_RESET} is. */
    public static int streamReset(byte[] out, int streamId) {
        out[0] = EXTENSION;
        out[1] = STREAM_RESET;
        return putInt(out, 2, streamId);
    }

    /**
     * The first piece of a large direct send.
     *
     * @param numFragments how many pieces follow, 1 to 255; 0 for more, where agreed
     * @param firstPieceLength length of the piece that follows this head, in bytes
     */
    public static int streamHeaderDirectSend(
            byte[] out,
            int streamId,
            int numFragments,
            int protocol,
            int priority,
            int firstPieceLength) {
        var at = streamHeaderAt(out, streamId, numFragments);
        return directSendAt(out, at, protocol, priority, firstPieceLength);
    }

    /** The first piece of a large request; as {@link #streamHeaderDirectSend}. */
    public static int streamHeaderRpcRequest(
            byte[] out,
            int streamId,
            int numFragments,
            int protocol,
            int requestId,
            int priority,
            int firstPieceLength) {
        var at = streamHeaderAt(out, streamId, numFragments);
        return rpcRequestAt(out, at, protocol, requestId, priority, firstPieceLength);
    }

    /** The first piece of a large request with its caller's limit; as {@link #rpcRequest}. */
    public static int streamHeaderRpcRequestWithDeadline(
            byte[] out,
            int streamId,
            int numFragments,
            int protocol,
            int requestId,
            int priority,
            int remainingMillis,
            int firstPieceLength) {
        streamHeaderAt(out, streamId, numFragments);
        out[0] = EXTENSION;
        out[1] = STREAM_HEADER_WITH_DEADLINE;
        return withDeadlineAt(
                out, 7, protocol, requestId, priority, remainingMillis, firstPieceLength);
    }

    /** The first piece of a large answer; as {@link #streamHeaderDirectSend}. */
    public static int streamHeaderRpcResponse(
            byte[] out,
            int streamId,
            int numFragments,
            int requestId,
            int priority,
            int firstPieceLength) {
        var at = streamHeaderAt(out, streamId, numFragments);
        return rpcResponseAt(out, at, requestId, priority, firstPieceLength);
    }

    /**
     * A further piece of a large message.
     *
     * @param fragmentId 1 for the first after the header, 0 to 255
     */
    public static int streamFragment(byte[] out, int streamId, int fragmentId, int length) {
        out[0] = STREAM;
        out[1] = STREAM_FRAGMENT;
        var at = putInt(out, 2, streamId);
        out[at] = (byte) fragmentId;
        return Uleb.put(out, at + 1, length);
    }

    private static int notSupported(byte[] out, int type, int protocol) {
        out[0] = MESSAGE;
        out[1] = ERROR;
        out[2] = NOT_SUPPORTED;
        out[3] = (byte) type;
        return Uleb.put(out, 4, protocol);
    }

    private static int streamHeaderAt(byte[] out, int streamId, int numFragments) {
        out[0] = STREAM;
        out[1] = STREAM_HEADER;
        var at = putInt(out, 2, streamId);
        out[at] = (byte) numFragments;
        return at + 1;
    }

    private static int directSendAt(byte[] out, int at, int protocol, int priority, int length) {
        out[at] = DIRECT_SEND;
        var next = Uleb.put(out, at + 1, protocol);
        out[next] = (byte) priority;
        return Uleb.put(out, next + 1, length);
    }

    private static int rpcRequestAt(
            byte[] out, int at, int protocol, int requestId, int priority, int length) {
        out[at] = RPC_REQUEST;
        var next = putInt(out, Uleb.put(out, at + 1, protocol), requestId);
        out[next] = (byte) priority;
        return Uleb.put(out, next + 1, length);
    }

    private static int rpcResponseAt(byte[] out, int at, int requestId, int priority, int length) {
        out[at] = RPC_RESPONSE;
        var next = putInt(out, at + 1, requestId);
        out[next] = (byte) priority;
        return Uleb.put(out, next + 1, length);
    }

    private static int withDeadlineAt(
            byte[] out,
            int at,
            int protocol,
            int requestId,
            int priority,
            int remainingMillis,
            int length) {
        var next = putInt(out, Uleb.put(out, at, protocol), requestId);
        out[next] = (byte) priority;
        return Uleb.put(out, putInt(out, next + 1, remainingMillis), length);
    }

    private static int putInt(byte[] out, int at, int value) {
        out[at] = (byte) value;
        out[at + 1] = (byte) (value >>> 8);
        out[at + 2] = (byte) (value >>> 16);
        out[at + 3] = (byte) (value >>> 24);
        return at + 4;
    }
}
