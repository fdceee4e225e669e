package dev.aptosnet.domain.wire;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Decodes frame bodies, one after the other into the same object; nothing is allocated but the
 * payload's {@link Bytes}, which shares the array it arrived in. An accessor is meaningful only for
 * the kinds it names, and only after {@link #read} returned null. Single owner.
 *
 * <p>The 29 protocol ids of AptosNet are always accepted. Others, and the extensions listed at
 * {@link FrameHead}, are unknown variants unless both ends announced them.
 */
public final class FrameView {
    private static final int LAST_APTOS_NET_PROTOCOL = 28;
    private static final byte[] NO_HEAD = {};

    private final ProtocolSet common;
    private final boolean refusals;
    private final boolean deadlines;
    private final boolean streamResets;

    private byte[] head = NO_HEAD;
    private int at;
    private int end;
    private @Nullable WireError error;

    private FrameKind kind = FrameKind.ERROR;
    private FrameKind wrapped = FrameKind.ERROR;
    private ErrorKind errorKind = ErrorKind.PARSING_ERROR;
    private int errorFirst;
    private int errorSecond;
    private int protocol;
    private int requestId;
    private int priority;
    private long remainingMillis;
    private int streamId;
    private int numFragments;
    private int fragmentId;
    private RefusalCode refusal = RefusalCode.UNSPECIFIED;

    /** Where the payload begins in {@link #head}, how much of it is there, and what follows. */
    private int payloadAt;

    private int payloadLength;
    private Bytes payloadRest = Bytes.EMPTY;

    /** The payload, once somebody has asked for it. */
    private @Nullable Bytes payload = Bytes.EMPTY;

    /**
     * For one connection.
     *
     * @param common the protocols that both ends announced
     * @param agreed the capabilities that both ends announced
     */
    public FrameView(ProtocolSet common, Set<Capability> agreed) {
        this.common = common;
        this.refusals = agreed.contains(Capability.REFUSALS);
        this.deadlines = agreed.contains(Capability.DEADLINES);
        this.streamResets = agreed.contains(Capability.STREAM_RESET);
    }

    /**
     * Decodes one frame body; the arguments are those of {@code LinkHandler.onFrame}.
     *
     * @return null, or why the body is malformed; the view then tells nothing
     */
    public @Nullable WireError read(byte[] head, int offset, int length, Bytes rest) {
        this.head = head;
        this.at = offset;
        this.end = offset + length;
        error = null;
        payload = Bytes.EMPTY;
        remainingMillis = -1;
        switch (index()) {
            case FrameHead.MESSAGE -> kind = message(rest);
            case FrameHead.STREAM -> stream(rest);
            case FrameHead.EXTENSION -> extension(rest);
            default -> fail(WireError.UNKNOWN_VARIANT);
        }
        if (at < end) {
            fail(WireError.TRAILING_BYTES);
        }
        if (error != null) {
            clear();
        }
        return error;
    }

    /** What the frame is. */
    public FrameKind kind() {
        return kind;
    }

    /**
     * The message that a STREAM_HEADER carries the beginning of: RPC_REQUEST, RPC_RESPONSE,
     * DIRECT_SEND, or ERROR, which a receiver refuses.
     */
    public FrameKind wrapped() {
        return wrapped;
    }

    /** Number of the protocol; RPC_REQUEST, DIRECT_SEND and ERROR but for parsing errors. */
    public int protocol() {
        return protocol;
    }

    /** Unsigned; RPC_REQUEST, RPC_RESPONSE and REFUSAL. */
    public int requestId() {
        return requestId;
    }

    /** 0 to 255; RPC_REQUEST, RPC_RESPONSE and DIRECT_SEND. */
    public int priority() {
        return priority;
    }

    /** How long the caller of an RPC_REQUEST will wait, in milliseconds; -1 if it did not say. */
    public long remainingMillis() {
        return remainingMillis;
    }

    /** Unsigned; STREAM_HEADER, STREAM_FRAGMENT and STREAM_RESET. */
    public int streamId() {
        return streamId;
    }

    /** How many fragments follow a STREAM_HEADER, 0 to 255. */
    public int numFragments() {
        return numFragments;
    }

    /** Number of a STREAM_FRAGMENT, 0 to 255. */
    public int fragmentId() {
        return fragmentId;
    }

    /** Why a request is refused; REFUSAL. */
    public RefusalCode refusal() {
        return refusal;
    }

    /** What an ERROR says. */
    public ErrorKind errorKind() {
        return errorKind;
    }

    /** First byte of the frame that a PARSING_ERROR is about, 0 to 255. */
    public int errorFirst() {
        return errorFirst;
    }

    /** Second byte of the frame that a PARSING_ERROR is about, 0 to 255. */
    public int errorSecond() {
        return errorSecond;
    }

    /** The payload, or the piece of it, in the arrays it arrived in. */
    public Bytes payload() {
        var known = payload;
        if (known == null) {
            known = joined(Bytes.wrap(head, payloadAt, payloadLength));
            payload = known;
        }
        return known;
    }

    private Bytes joined(Bytes first) {
        return payloadRest.isEmpty() ? first : Bytes.concat(List.of(first, payloadRest));
    }

    /** Copies the payload, so that it outlives the arrays it arrived in. */
    public void keep() {
        if (payload == null) {
            var copy = Arrays.copyOfRange(head, payloadAt, payloadAt + payloadLength);
            payload = joined(Bytes.wrap(copy));
        }
    }

    /** Forgets the payload, so that an idle connection does not keep a frame alive. */
    public void clear() {
        head = NO_HEAD;
        payloadRest = Bytes.EMPTY;
        payload = Bytes.EMPTY;
    }

    private FrameKind message(Bytes rest) {
        return switch (index()) {
            case FrameHead.ERROR -> {
                errorMessage();
                // An error has no payload, so whatever lies beyond the head is too much.
                endOfBody(rest);
                yield FrameKind.ERROR;
            }
            case FrameHead.RPC_REQUEST -> {
                protocol = protocolId();
                requestId = u32();
                priority = u8();
                payloadOf(rest);
                yield FrameKind.RPC_REQUEST;
            }
            case FrameHead.RPC_RESPONSE -> {
                requestId = u32();
                priority = u8();
                payloadOf(rest);
                yield FrameKind.RPC_RESPONSE;
            }
            case FrameHead.DIRECT_SEND -> {
                protocol = protocolId();
                priority = u8();
                payloadOf(rest);
                yield FrameKind.DIRECT_SEND;
            }
            default -> {
                fail(WireError.UNKNOWN_VARIANT);
                yield FrameKind.ERROR;
            }
        };
    }

    private void errorMessage() {
        switch (index()) {
            case FrameHead.PARSING_ERROR -> {
                errorKind = ErrorKind.PARSING_ERROR;
                errorFirst = u8();
                errorSecond = u8();
            }
            case FrameHead.NOT_SUPPORTED -> {
                switch (index()) {
                    case FrameHead.NOT_SUPPORTED_RPC -> errorKind = ErrorKind.RPC_NOT_SUPPORTED;
                    case FrameHead.NOT_SUPPORTED_DIRECT_SEND ->
                            errorKind = ErrorKind.DIRECT_SEND_NOT_SUPPORTED;
                    default -> fail(WireError.UNKNOWN_VARIANT);
                }
                protocol = protocolId();
            }
            default -> fail(WireError.UNKNOWN_VARIANT);
        }
    }

    private void stream(Bytes rest) {
        switch (index()) {
            case FrameHead.STREAM_HEADER -> {
                streamId = u32();
                numFragments = u8();
                wrapped = message(rest);
                kind = FrameKind.STREAM_HEADER;
            }
            case FrameHead.STREAM_FRAGMENT -> {
                streamId = u32();
                fragmentId = u8();
                payloadOf(rest);
                kind = FrameKind.STREAM_FRAGMENT;
            }
            default -> fail(WireError.UNKNOWN_VARIANT);
        }
    }

    private void extension(Bytes rest) {
        var type = (refusals || deadlines || streamResets) ? index() : -1;
        if (type == FrameHead.REFUSAL && refusals) {
            requestId = u32();
            refusal = RefusalCode.ofNumber(u8());
            endOfBody(rest);
            kind = FrameKind.REFUSAL;
        } else if (type == FrameHead.STREAM_RESET && streamResets) {
            streamId = u32();
            endOfBody(rest);
            kind = FrameKind.STREAM_RESET;
        } else if (type == FrameHead.RPC_REQUEST_WITH_DEADLINE && deadlines) {
            requestWithDeadline(rest);
            kind = FrameKind.RPC_REQUEST;
        } else if (type == FrameHead.STREAM_HEADER_WITH_DEADLINE && deadlines) {
            streamId = u32();
            numFragments = u8();
            requestWithDeadline(rest);
            wrapped = FrameKind.RPC_REQUEST;
            kind = FrameKind.STREAM_HEADER;
        } else {
            fail(WireError.UNKNOWN_VARIANT);
        }
    }

    private void requestWithDeadline(Bytes rest) {
        protocol = protocolId();
        requestId = u32();
        priority = u8();
        remainingMillis = u32() & 0xffff_ffffL;
        payloadOf(rest);
    }

    private int protocolId() {
        var number = index();
        if (number > LAST_APTOS_NET_PROTOCOL
                && (number >= Capability.FIRST_POSITION || !common.contains(number))) {
            fail(WireError.UNKNOWN_VARIANT);
        }
        return number;
    }

    /** The rest of the body, which must be exactly as long as its length says. */
    private void payloadOf(Bytes rest) {
        var announced = uleb() & 0xffff_ffffL;
        if (error != null) {
            return;
        }
        var here = end - at;
        var present = (long) here + rest.size();
        if (announced > Integer.MAX_VALUE) {
            fail(WireError.LENGTH_TOO_LARGE);
        } else if (announced > present) {
            fail(WireError.EOF);
        } else if (announced < present) {
            fail(WireError.TRAILING_BYTES);
        } else {
            payloadAt = at;
            payloadLength = here;
            payloadRest = rest;
            payload = null;
            at = end;
        }
    }

    private void endOfBody(Bytes rest) {
        if (!rest.isEmpty()) {
            fail(WireError.TRAILING_BYTES);
        }
    }

    /** An enum index; values that no enum has are all the same to us. */
    private int index() {
        var value = uleb();
        return value < 0 ? Integer.MAX_VALUE : value;
    }

    /** The first failure counts, and nothing is read after it. */
    private void fail(WireError why) {
        if (error == null) {
            error = why;
        }
        at = end;
    }

    private int u8() {
        if (at >= end) {
            fail(WireError.EOF);
            return 0;
        }
        return head[at++] & 0xff;
    }

    private int u32() {
        if (end - at < 4) {
            fail(WireError.EOF);
            return 0;
        }
        var value =
                (head[at] & 0xff)
                        | (head[at + 1] & 0xff) << 8
                        | (head[at + 2] & 0xff) << 16
                        | (head[at + 3] & 0xff) << 24;
        at += 4;
        return value;
    }

    /** Unsigned. */
    private int uleb() {
        var value = 0;
        for (var shift = 0; shift < 35; shift += 7) {
            if (at >= end) {
                fail(WireError.EOF);
                return 0;
            }
            var group = head[at++];
            value |= (group & 0x7f) << shift;
            if (group >= 0) {
                if (group == 0 && shift > 0) {
                    fail(WireError.NON_CANONICAL_ULEB128);
                } else if (shift == 28 && group > 0x0f) {
                    fail(WireError.ULEB128_OVERFLOW);
                }
                return value;
            }
        }
        fail(WireError.ULEB128_OVERFLOW);
        return 0;
    }
}
