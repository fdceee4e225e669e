package dev.aptosnet.cli.vectors;

import dev.aptosnet.domain.stream.LargeMessage;
import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.domain.wire.FrameKind;
import dev.aptosnet.domain.wire.FrameView;
import dev.aptosnet.ports.model.Bytes;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Frames as the vector files write them in JSON, and back. */
final class FrameJson {
    private FrameJson() {}

    /** The frame body, with the four bytes of its length before it. */
    static Bytes framed(Bytes body) {
        var size = body.size();
        return Bytes.concat(
                List.of(
                        Bytes.of(
                                (byte) (size >> 24),
                                (byte) (size >> 16),
                                (byte) (size >> 8),
                                (byte) size),
                        body));
    }

    /** A frame body: what a head writer wrote, then the payload. */
    static Bytes body(byte[] head, int headLength, Bytes payload) {
        return Bytes.concat(List.of(Bytes.wrap(Arrays.copyOf(head, headLength)), payload));
    }

    /** What a view shows, in the shape of the JSON. */
    static Map<String, Object> plain(FrameView view) {
        return switch (view.kind()) {
            case STREAM_HEADER ->
                    Map.of(
                            "type",
                            "Stream",
                            "stream",
                            Map.of(
                                    "type",
                                    "Header",
                                    "request_id",
                                    Integer.toUnsignedLong(view.streamId()),
                                    "num_fragments",
                                    (long) view.numFragments(),
                                    "message",
                                    message(view, view.wrapped())));
            case STREAM_FRAGMENT ->
                    Map.of(
                            "type",
                            "Stream",
                            "stream",
                            Map.of(
                                    "type",
                                    "Fragment",
                                    "request_id",
                                    Integer.toUnsignedLong(view.streamId()),
                                    "fragment_id",
                                    (long) view.fragmentId(),
                                    "raw_data",
                                    view.payload().toHex()));
            case ERROR, RPC_REQUEST, RPC_RESPONSE, DIRECT_SEND ->
                    Map.of("type", "Message", "message", message(view, view.kind()));
            case REFUSAL, STREAM_RESET ->
                    throw new Expect.Mismatch("a frame of the reference", view.kind().name());
        };
    }

    /** A whole message that a view shows. */
    static Map<String, Object> message(FrameView view, FrameKind kind) {
        if (kind == FrameKind.ERROR) {
            return Map.of("type", "Error", "code", errorCode(view));
        }
        return message(kind, view.protocol(), view.requestId(), view.priority(), view.payload());
    }

    /** A message that came in pieces. */
    static Map<String, Object> message(LargeMessage message) {
        return message(
                message.kind(),
                message.protocol(),
                message.requestId(),
                message.priority(),
                message.payload());
    }

    private static Map<String, Object> message(
            FrameKind kind, int protocol, int requestId, int priority, Bytes payload) {
        var fields = new TreeMap<String, Object>();
        fields.put("priority", (long) priority);
        fields.put("raw", payload.toHex());
        if (kind != FrameKind.RPC_RESPONSE) {
            fields.put("protocol_id", (long) protocol);
        }
        if (kind != FrameKind.DIRECT_SEND) {
            fields.put("request_id", Integer.toUnsignedLong(requestId));
        }
        fields.put(
                "type",
                switch (kind) {
                    case RPC_REQUEST -> "RpcRequest";
                    case RPC_RESPONSE -> "RpcResponse";
                    case DIRECT_SEND -> "DirectSendMsg";
                    default -> throw new Expect.Mismatch("a message", kind.name());
                });
        return fields;
    }

    private static Map<String, Object> errorCode(FrameView view) {
        return switch (view.errorKind()) {
            case PARSING_ERROR ->
                    Map.of(
                            "type",
                            "ParsingError",
                            "message",
                            (long) view.errorFirst(),
                            "protocol",
                            (long) view.errorSecond());
            case RPC_NOT_SUPPORTED -> notSupported("RpcRequest", view);
            case DIRECT_SEND_NOT_SUPPORTED -> notSupported("DirectSendMsg", view);
        };
    }

    private static Map<String, Object> notSupported(String kind, FrameView view) {
        return Map.of("type", "NotSupported", "kind", kind, "protocol_id", (long) view.protocol());
    }

    /**
     * The frame body of a MultiplexMessage in JSON.
     *
     * @throws Expect.Mismatch for a kind that does not exist
     */
    static Bytes encode(Entry frame) {
        if (frame.text("type").equals("Message")) {
            return encodeMessage(frame.sub("message"));
        }
        var stream = frame.sub("stream");
        var id = (int) stream.number("request_id");
        if (stream.text("type").equals("Fragment")) {
            var piece = stream.hex("raw_data");
            var out = new byte[FrameHead.SCRATCH_BYTES];
            var fragment = (int) stream.number("fragment_id");
            return body(out, FrameHead.streamFragment(out, id, fragment, piece.size()), piece);
        }
        var message = stream.sub("message");
        return encodeHeader(message, id, (int) stream.number("num_fragments"), message.hex("raw"));
    }

    /** The header frame of a message whose first piece is {@code piece}. */
    static Bytes encodeHeader(Entry message, int streamId, int numFragments, Bytes piece) {
        var out = new byte[FrameHead.SCRATCH_BYTES];
        var priority = (int) message.number("priority");
        var length =
                switch (message.text("type")) {
                    case "RpcRequest" ->
                            FrameHead.streamHeaderRpcRequest(
                                    out,
                                    streamId,
                                    numFragments,
                                    (int) message.number("protocol_id"),
                                    (int) message.number("request_id"),
                                    priority,
                                    piece.size());
                    case "RpcResponse" ->
                            FrameHead.streamHeaderRpcResponse(
                                    out,
                                    streamId,
                                    numFragments,
                                    (int) message.number("request_id"),
                                    priority,
                                    piece.size());
                    case "DirectSendMsg" ->
                            FrameHead.streamHeaderDirectSend(
                                    out,
                                    streamId,
                                    numFragments,
                                    (int) message.number("protocol_id"),
                                    priority,
                                    piece.size());
                    default -> throw new Expect.Mismatch("a message", message.text("type"));
                };
        return body(out, length, piece);
    }

    /** The frame body of a NetworkMessage in JSON, sent whole. */
    static Bytes encodeMessage(Entry message) {
        var out = new byte[FrameHead.SCRATCH_BYTES];
        if (message.text("type").equals("Error")) {
            return body(out, errorHead(out, message.sub("code")), Bytes.EMPTY);
        }
        var payload = message.hex("raw");
        var priority = (int) message.number("priority");
        var length =
                switch (message.text("type")) {
                    case "RpcRequest" ->
                            FrameHead.rpcRequest(
                                    out,
                                    (int) message.number("protocol_id"),
                                    (int) message.number("request_id"),
                                    priority,
                                    payload.size());
                    case "RpcResponse" ->
                            FrameHead.rpcResponse(
                                    out,
                                    (int) message.number("request_id"),
                                    priority,
                                    payload.size());
                    case "DirectSendMsg" ->
                            FrameHead.directSend(
                                    out,
                                    (int) message.number("protocol_id"),
                                    priority,
                                    payload.size());
                    default -> throw new Expect.Mismatch("a message", message.text("type"));
                };
        return body(out, length, payload);
    }

    private static int errorHead(byte[] out, Entry code) {
        if (code.text("type").equals("ParsingError")) {
            return FrameHead.parsingError(
                    out, (byte) code.number("message"), (byte) code.number("protocol"));
        }
        var protocol = (int) code.number("protocol_id");
        return code.text("kind").equals("RpcRequest")
                ? FrameHead.rpcNotSupported(out, protocol)
                : FrameHead.directSendNotSupported(out, protocol);
    }
}
