package dev.aptosnet.cli.vectors;

import dev.aptosnet.domain.stream.InboundStreams;
import dev.aptosnet.domain.stream.Pieces;
import dev.aptosnet.domain.stream.StreamLimits;
import dev.aptosnet.domain.stream.StreamResult;
import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.domain.wire.FrameKind;
import dev.aptosnet.domain.wire.FrameView;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MonoTime;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code stream.json}. */
final class StreamVectors implements VectorFile {
    private static final MonoTime NOW = new MonoTime(0);
    private static final int FRAME = 4 << 20;
    private static final int MESSAGE = 64 << 20;

    @Override
    public Map<String, Check> sections(Entry root) {
        return Map.of(
                "sender", StreamVectors::sender,
                "receiver", StreamVectors::receiver,
                "max_fragments", StreamVectors::maxFragments);
    }

    private static void sender(Entry entry, Expect expect) throws NoSuchAlgorithmException {
        var maxFrame = (int) entry.number("max_frame_size");
        var maxMessage = (int) entry.number("max_message_size");
        expect.equal("chunk", entry.number("chunk_size"), (long) maxFrame - Pieces.HEAD_ROOM);
        if (entry.has("expect_error")) {
            expect.equal("error", entry.text("expect_error"), refusal(entry, maxFrame, maxMessage));
            return;
        }
        var message = entry.sub("message");
        var pieces = Pieces.legacy(maxFrame, maxMessage);
        var bodies = cut(message, pieces, (int) entry.number("stream_request_id"));
        expect.equal("streamed", entry.flag("streamed"), bodies.size() > 1);
        expect.equal("frames", entry.number("frame_count"), (long) bodies.size());
        var frames = bodies.stream().map(FrameJson::framed).toList();
        if (entry.has("frames")) {
            expect.equal(
                    "frames", entry.texts("frames"), frames.stream().map(Bytes::toHex).toList());
        }
        if (entry.has("frame_messages")) {
            expect.equal("messages", entry.sub("frame_messages").plain(), plain(bodies));
        }
        if (entry.has("all_frames")) {
            expect.equal("first frame", entry.hex("first_frame"), frames.getFirst());
            expect.equal("second frame", entry.hex("second_frame"), frames.get(1));
            expect.equal("last frame", entry.hex("last_frame"), frames.getLast());
            var all = Bytes.concat(frames);
            expect.equal("all frames", entry.hex("all_frames"), all);
            var hash = MessageDigest.getInstance("SHA-256").digest(all.toByteArray());
            expect.equal("hash", entry.hex("all_frames_sha256"), Bytes.wrap(hash));
        }
        if (bodies.size() > 1) {
            expect.equal(
                    "message put together",
                    FrameJson.encodeMessage(message),
                    joined(bodies, maxFrame, maxMessage));
        }
    }

    private static String refusal(Entry entry, int maxFrame, int maxMessage) {
        Pieces pieces;
        try {
            pieces = Pieces.legacy(maxFrame, maxMessage);
        } catch (IllegalArgumentException _) {
            return "CONFIG_INVALID";
        }
        var length = entry.sub("message").hex("raw").size();
        return pieces.accepts(length) ? "none" : "MESSAGE_TOO_LARGE";
    }

    /** The frame bodies of a message, as a connection writes them. */
    private static List<Bytes> cut(Entry message, Pieces pieces, int streamId) {
        var payload = message.hex("raw");
        var fragments = pieces.numFragments(payload.size());
        if (fragments == 0) {
            return List.of(FrameJson.encodeMessage(message));
        }
        var piece = pieces.pieceBytes(payload.size());
        var bodies = new ArrayList<Bytes>();
        bodies.add(FrameJson.encodeHeader(message, streamId, fragments, payload.slice(0, piece)));
        for (var i = 1; i <= fragments; i++) {
            var part = payload.slice(i * piece, Math.min(payload.size(), (i + 1) * piece));
            var out = new byte[FrameHead.SCRATCH_BYTES];
            bodies.add(
                    FrameJson.body(
                            out, FrameHead.streamFragment(out, streamId, i, part.size()), part));
        }
        return bodies;
    }

    private static List<Object> plain(List<Bytes> bodies) {
        var list = new ArrayList<>();
        for (var body : bodies) {
            var view = MessageVectors.legacyView();
            list.add(
                    MessageVectors.read(view, body).error() == null
                            ? FrameJson.plain(view)
                            : "undecodable");
        }
        return list;
    }

    /** What a receiver of the pieces gets, written as one message that came whole. */
    private static Object joined(List<Bytes> bodies, int maxFrame, int maxMessage) {
        var streams =
                new InboundStreams(
                        new StreamLimits(
                                maxFrame,
                                maxMessage,
                                Pieces.MAX_FRAGMENTS,
                                1,
                                2L * maxMessage,
                                StreamLimits.DEFAULT_IDLE_TIMEOUT));
        var view = MessageVectors.legacyView();
        var result = StreamResult.STREAM_NONE;
        for (var body : bodies) {
            MessageVectors.read(view, body);
            result =
                    view.kind() == FrameKind.STREAM_HEADER
                            ? streams.onHeader(view, NOW)
                            : streams.onFragment(view, NOW);
        }
        if (result != StreamResult.COMPLETE) {
            return result;
        }
        var whole = streams.takeCompleted();
        var out = new byte[FrameHead.SCRATCH_BYTES];
        var size = whole.payload().size();
        var head =
                switch (whole.kind()) {
                    case RPC_REQUEST ->
                            FrameHead.rpcRequest(
                                    out,
                                    whole.protocol(),
                                    whole.requestId(),
                                    whole.priority(),
                                    size);
                    case RPC_RESPONSE ->
                            FrameHead.rpcResponse(out, whole.requestId(), whole.priority(), size);
                    default -> FrameHead.directSend(out, whole.protocol(), whole.priority(), size);
                };
        return FrameJson.body(out, head, whole.payload());
    }

    private static void receiver(Entry entry, Expect expect) {
        var streams =
                new InboundStreams(
                        new StreamLimits(
                                FRAME,
                                MESSAGE,
                                (int) entry.number("max_fragments"),
                                1,
                                2L * MESSAGE,
                                StreamLimits.DEFAULT_IDLE_TIMEOUT));
        var view = MessageVectors.legacyView();
        for (var event : entry.list("events")) {
            event(event, view, streams, expect);
        }
        expect.equal(
                "final state",
                entry.text("final_state"),
                streams.openStreams() == 0 ? "idle" : "in_progress");
        // Nothing that a stream does is a reason to close; there is no result that says so.
        expect.equal("connection", entry.text("connection"), "stays open");
    }

    private static void event(Entry event, FrameView view, InboundStreams streams, Expect expect) {
        expect.equal("error", "none", MessageVectors.read(view, event.hex("frame_body")).code());
        expect.equal("input", event.sub("input").plain(), FrameJson.plain(view));
        var result =
                switch (view.kind()) {
                    case STREAM_HEADER -> streams.onHeader(view, NOW);
                    case STREAM_FRAGMENT -> streams.onFragment(view, NOW);
                    default -> null;
                };
        if (result == null) {
            expect.equal("result", event.text("result"), "message");
            expect.equal(
                    "message", event.sub("message").plain(), FrameJson.message(view, view.kind()));
        } else if (result == StreamResult.COMPLETE) {
            expect.equal("result", event.text("result"), "complete");
            expect.equal(
                    "message",
                    event.sub("message").plain(),
                    FrameJson.message(streams.takeCompleted()));
        } else {
            expect.equal("result", event.text("result"), result.isError() ? "error" : "accepted");
            if (result.isError()) {
                expect.sameCode(event.text("code"), result.name());
            }
        }
    }

    private static void maxFragments(Entry entry, Expect expect) {
        var maxFrame = (int) entry.number("max_frame_size");
        var maxMessage = (int) entry.number("max_message_size");
        var pieces = Pieces.legacy(maxFrame, maxMessage);
        expect.equal("chunk", entry.number("chunk_size"), (long) maxFrame - Pieces.HEAD_ROOM);
        expect.equal(
                "receiver's limit",
                entry.number("receiver_max_fragments"),
                (long) Pieces.acceptedFragments(maxFrame, maxMessage));
        expect.equal(
                "fragments of the largest message",
                entry.number("fragments_for_largest_message"),
                (long) pieces.numFragments(maxMessage));
    }
}
