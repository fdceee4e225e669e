package dev.aptosnet.cli.vectors;

import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.domain.wire.FrameKind;
import dev.aptosnet.domain.wire.FrameView;
import dev.aptosnet.domain.wire.HealthCheckerMsg;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.domain.wire.WireError;
import dev.aptosnet.ports.codec.FrameSplitter;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code messages.json}. */
final class MessageVectors implements VectorFile {
    private static final int LARGEST_FRAME = 4 << 20;

    @Override
    public Map<String, Check> sections(Entry root) {
        return Map.of(
                "valid", MessageVectors::valid,
                "malformed", MessageVectors::malformed,
                "framing", MessageVectors::framing,
                "health_checker", MessageVectors::healthChecker,
                "health_checker_malformed",
                        (entry, expect) ->
                                expect.refused(
                                        Expect.ANY_CODE,
                                        () -> HealthCheckerMsg.decode(entry.hex("payload"))));
    }

    /** A view of what a connection without any capability accepts. */
    static FrameView legacyView() {
        return new FrameView(ProtocolSet.EMPTY, Set.of());
    }

    /** Reads a whole body into a view, from the middle of an array as a transport may give it. */
    static WireErrorOrNone read(FrameView view, Bytes body) {
        var array = new byte[body.size() + 7];
        body.copyTo(0, array, 3, body.size());
        return new WireErrorOrNone(view.read(array, 3, body.size(), Bytes.EMPTY));
    }

    /** The outcome of reading a frame. */
    record WireErrorOrNone(@Nullable WireError error) {
        String code() {
            return error == null ? "none" : error.name();
        }
    }

    private static void valid(Entry entry, Expect expect) {
        var bcs = entry.hex("bcs");
        expect.equal("framed", entry.hex("framed"), FrameJson.framed(bcs));
        expect.equal("bodies", List.of(bcs), split(entry.hex("framed"), LARGEST_FRAME).bodies);
        var view = legacyView();
        expect.equal("decoding error", "none", read(view, bcs).code());
        expect.equal("message", entry.sub("message").plain(), FrameJson.plain(view));
        // Nobody may send an error as a stream, so we have no writer for that one.
        if (view.kind() != FrameKind.STREAM_HEADER || view.wrapped() != FrameKind.ERROR) {
            expect.equal("bytes", bcs, FrameJson.encode(entry.sub("message")));
        }
    }

    private static void malformed(Entry entry, Expect expect) {
        var body = entry.hex("frame_body");
        expect.equal("framed", entry.hex("framed"), FrameJson.framed(body));
        var error = read(legacyView(), body);
        if (error.error() == null) {
            throw new Expect.Mismatch("refusal (" + entry.text("expect") + ")", "accepted");
        }
        expect.sameCode(entry.text("expect"), error.code());
        var out = new byte[FrameHead.SCRATCH_BYTES];
        var first = body.size() > 0 ? body.byteAt(0) : 0;
        var second = body.size() > 1 ? body.byteAt(1) : 0;
        var reply = FrameJson.body(out, FrameHead.parsingError(out, first, second), Bytes.EMPTY);
        expect.equal("reply", entry.hex("reply_bcs"), reply);
        expect.equal("reply framed", entry.hex("reply_framed"), FrameJson.framed(reply));
        expect.equal("connection", entry.text("connection"), "stays open");
    }

    private static void framing(Entry entry, Expect expect) {
        var stream = entry.hex("stream");
        var limit = (int) entry.number("max_frame_size");
        var bodies = entry.texts("frames").stream().map(Bytes::hex).toList();
        var end =
                switch (entry.text("end")) {
                    case "clean" -> FrameSplitter.End.CLEAN;
                    case "error: connection closed (frame too large)" ->
                            FrameSplitter.End.TOO_LARGE;
                    case "error: connection closed (unexpected end of stream)" ->
                            FrameSplitter.End.INSIDE_FRAME;
                    default -> throw new Expect.Mismatch("a known end", entry.text("end"));
                };
        for (var step : new int[] {Math.max(1, stream.size()), 1, 3}) {
            var split = new Split(limit);
            for (var from = 0; from < stream.size(); from += step) {
                var to = Math.min(stream.size(), from + step);
                split.splitter.feed(Bytes.wrap(stream.slice(from, to).toByteArray()));
            }
            expect.equal("bodies in steps of " + step, bodies, split.bodies);
            expect.equal("end in steps of " + step, end, split.splitter.end());
        }
    }

    private static void healthChecker(Entry entry, Expect expect) {
        var nonce = (int) entry.number("nonce");
        var requestId = (int) entry.number("request_id");
        var ping = new HealthCheckerMsg.Ping(nonce);
        var pong = new HealthCheckerMsg.Pong(nonce);
        expect.equal("ping", entry.hex("ping"), ping.encode());
        expect.equal("pong", entry.hex("pong"), pong.encode());
        expect.equal("ping read", ping, HealthCheckerMsg.decode(entry.hex("ping")));
        expect.equal("pong read", pong, HealthCheckerMsg.decode(entry.hex("pong")));
        var out = new byte[FrameHead.SCRATCH_BYTES];
        var protocol = ProtocolId.HEALTH_CHECKER_RPC.number();
        var size = ping.encode().size();
        expect.equal(
                "request",
                entry.hex("request_frame"),
                FrameJson.framed(
                        FrameJson.body(
                                out,
                                FrameHead.rpcRequest(out, protocol, requestId, 0, size),
                                ping.encode())));
        expect.equal(
                "response",
                entry.hex("response_frame"),
                FrameJson.framed(
                        FrameJson.body(
                                out,
                                FrameHead.rpcResponse(out, requestId, 0, size),
                                pong.encode())));
    }

    private static Split split(Bytes stream, int limit) {
        var split = new Split(limit);
        split.splitter.feed(stream);
        return split;
    }

    /** A splitter and what it gave. */
    private static final class Split {
        private final List<Bytes> bodies = new ArrayList<>();
        private final FrameSplitter splitter;

        private Split(int limit) {
            splitter =
                    new FrameSplitter(
                            limit,
                            (array, offset, length) ->
                                    bodies.add(
                                            Bytes.wrap(
                                                    Arrays.copyOfRange(
                                                            array, offset, offset + length))));
        }
    }
}
