package dev.aptosnet.domain.connection;

import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.domain.wire.RefusalCode;

import java.util.Arrays;

/**
 * Short frames that the connection itself makes: error replies, refusals and stream resets. A queue
 * of numbers that a peer can make grow to a limit and no further.
 */
final class Replies {
    /** Errors that may wait: a peer that sends garbage without reading our answers gets no more. */
    static final int MAX_ERRORS = 64;

    /** Refusals that may wait; one batch of frames brings some hundred small requests. */
    static final int MAX_REFUSALS = 1024;

    private static final int PARSING_ERROR = 0;
    private static final int RPC_NOT_SUPPORTED = 1;
    private static final int DIRECT_SEND_NOT_SUPPORTED = 2;
    private static final int REFUSAL = 3;
    private static final int STREAM_RESET = 4;

    private final boolean refusalsAgreed;
    private final ConnectionSink sink;

    /** A ring; each entry is kind << 40, small << 32 and a number of 32 bits. */
    private long[] ring = new long[4];

    private int first;
    private int size;
    private int errors;
    private int refusals;

    Replies(boolean refusalsAgreed, ConnectionSink sink) {
        this.refusalsAgreed = refusalsAgreed;
        this.sink = sink;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void clear() {
        size = 0;
        errors = 0;
        refusals = 0;
    }

    void parsingError(byte b0, byte b1) {
        error(PARSING_ERROR, b0 & 0xff, b1 & 0xff);
    }

    /** To a request: as a refusal, which names it, if the peer understands that. */
    void rpcNotSupported(int requestId, int protocol) {
        if (refusalsAgreed) {
            refusal(requestId, RefusalCode.UNSUPPORTED_PROTOCOL);
        } else {
            error(RPC_NOT_SUPPORTED, 0, protocol);
        }
    }

    void directSendNotSupported(int protocol) {
        error(DIRECT_SEND_NOT_SUPPORTED, 0, protocol);
    }

    /** Does nothing if the peer does not understand it. */
    void refusal(int requestId, RefusalCode code) {
        if (!refusalsAgreed) {
            return;
        }
        if (refusals == MAX_REFUSALS) {
            sink.observe(Observation.ERROR_OUT_DROPPED, null, 0);
            return;
        }
        refusals++;
        add(REFUSAL, code.number(), requestId);
    }

    /** Has always room: there is one for each transfer, and those are few. */
    void streamReset(int streamId) {
        add(STREAM_RESET, 0, streamId);
    }

    private void error(int kind, int small, int number) {
        if (errors == MAX_ERRORS) {
            sink.observe(Observation.ERROR_OUT_DROPPED, null, 0);
            return;
        }
        errors++;
        add(kind, small, number);
    }

    private void add(int kind, int small, int number) {
        if (size == ring.length) {
            var grown = Arrays.copyOf(ring, size * 2);
            // The part before the first entry follows the part after it.
            System.arraycopy(ring, 0, grown, size, first);
            ring = grown;
        }
        ring[(first + size) & (ring.length - 1)] =
                ((long) kind << 40) | ((long) small << 32) | Integer.toUnsignedLong(number);
        size++;
    }

    /**
     * Takes the oldest out and writes it.
     *
     * @return the length of the frame
     */
    int writeNext(byte[] scratch) {
        var entry = ring[first];
        first = (first + 1) & (ring.length - 1);
        size--;
        var small = (int) (entry >>> 32) & 0xff;
        var number = (int) entry;
        return switch ((int) (entry >>> 40)) {
            case PARSING_ERROR -> {
                errors--;
                yield FrameHead.parsingError(scratch, (byte) small, (byte) number);
            }
            case RPC_NOT_SUPPORTED -> {
                errors--;
                yield FrameHead.rpcNotSupported(scratch, number);
            }
            case DIRECT_SEND_NOT_SUPPORTED -> {
                errors--;
                yield FrameHead.directSendNotSupported(scratch, number);
            }
            case REFUSAL -> {
                refusals--;
                yield FrameHead.refusal(scratch, number, RefusalCode.ofNumber(small));
            }
            default -> FrameHead.streamReset(scratch, number);
        };
    }

    /** The number in the oldest: the stream id of a reset. */
    int nextNumber() {
        return (int) ring[first];
    }

    /** What the oldest is counted as when it is written. */
    Observation nextKind() {
        return switch ((int) (ring[first] >>> 40)) {
            case REFUSAL -> Observation.REFUSAL_OUT_SENT;
            case STREAM_RESET -> Observation.STREAM_RESET_OUT;
            default -> Observation.ERROR_OUT_SENT;
        };
    }
}
