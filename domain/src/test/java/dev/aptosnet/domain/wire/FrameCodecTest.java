package dev.aptosnet.domain.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.testkit.Allocations;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Frames written by {@link FrameHead} and read by {@link FrameView}. */
class FrameCodecTest {
    private static final long SEED = 20_260_607;

    private static final ProtocolSet CUSTOM =
            ProtocolSet.ofPositions(IntStream.of(5, 101, 127, 128, 200, 247));
    private static final Set<Capability> ALL = EnumSet.allOf(Capability.class);

    private final byte[] head = new byte[FrameHead.SCRATCH_BYTES];

    /** A frame, and what its view has to say. */
    private record Frame(Bytes body, String shown) {}

    private static String show(FrameView view) {
        return switch (view.kind()) {
            case ERROR ->
                    switch (view.errorKind()) {
                        case PARSING_ERROR ->
                                "parsing " + view.errorFirst() + " " + view.errorSecond();
                        case RPC_NOT_SUPPORTED, DIRECT_SEND_NOT_SUPPORTED ->
                                view.errorKind() + " " + view.protocol();
                    };
            case RPC_REQUEST, RPC_RESPONSE, DIRECT_SEND -> message(view.kind(), view);
            case STREAM_HEADER ->
                    "header "
                            + Integer.toUnsignedLong(view.streamId())
                            + " "
                            + view.numFragments()
                            + " "
                            + message(view.wrapped(), view);
            case STREAM_FRAGMENT ->
                    "fragment "
                            + Integer.toUnsignedLong(view.streamId())
                            + " "
                            + view.fragmentId()
                            + " "
                            + view.payload().toHex();
            case REFUSAL ->
                    "refusal " + Integer.toUnsignedLong(view.requestId()) + " " + view.refusal();
            case STREAM_RESET -> "reset " + Integer.toUnsignedLong(view.streamId());
        };
    }

    private static String message(FrameKind kind, FrameView view) {
        return switch (kind) {
            case RPC_REQUEST ->
                    request(
                            view.protocol(),
                            view.requestId(),
                            view.priority(),
                            view.remainingMillis(),
                            view.payload());
            case RPC_RESPONSE -> response(view.requestId(), view.priority(), view.payload());
            case DIRECT_SEND -> send(view.protocol(), view.priority(), view.payload());
            default -> kind.name();
        };
    }

    private static String request(
            int protocol, int requestId, int priority, long millis, Bytes payload) {
        return "request "
                + protocol
                + " "
                + Integer.toUnsignedLong(requestId)
                + " "
                + priority
                + " "
                + millis
                + " "
                + payload.toHex();
    }

    private static String response(int requestId, int priority, Bytes payload) {
        return "response "
                + Integer.toUnsignedLong(requestId)
                + " "
                + priority
                + " "
                + payload.toHex();
    }

    private static String send(int protocol, int priority, Bytes payload) {
        return "send " + protocol + " " + priority + " " + payload.toHex();
    }

    private Bytes body(int headLength, Bytes payload) {
        assertThat(headLength).isLessThanOrEqualTo(FrameHead.MAX_LENGTH);
        return Bytes.concat(List.of(Bytes.wrap(Arrays.copyOf(head, headLength)), payload));
    }

    private Frame random(SplittableRandom random) {
        var protocols = new int[] {0, 5, 27, 28, 101, 127, 128, 200, 247};
        var protocol = protocols[random.nextInt(protocols.length)];
        var id = random.nextInt();
        var stream = random.nextInt();
        var priority = random.nextInt(256);
        var millis = random.nextInt();
        var fragments = random.nextInt(256);
        var bytes = new byte[random.nextInt(4) == 0 ? random.nextInt(300) : random.nextInt(9)];
        random.nextBytes(bytes);
        var payload = Bytes.wrap(bytes);
        var size = bytes.length;
        var unsignedMillis = Integer.toUnsignedLong(millis);
        var header = "header " + Integer.toUnsignedLong(stream) + " " + fragments + " ";
        return switch (random.nextInt(14)) {
            case 0 ->
                    new Frame(
                            body(FrameHead.directSend(head, protocol, priority, size), payload),
                            send(protocol, priority, payload));
            case 1 ->
                    new Frame(
                            body(FrameHead.rpcRequest(head, protocol, id, priority, size), payload),
                            request(protocol, id, priority, -1, payload));
            case 2 ->
                    new Frame(
                            body(FrameHead.rpcResponse(head, id, priority, size), payload),
                            response(id, priority, payload));
            case 3 ->
                    new Frame(
                            body(
                                    FrameHead.rpcRequestWithDeadline(
                                            head, protocol, id, priority, millis, size),
                                    payload),
                            request(protocol, id, priority, unsignedMillis, payload));
            case 4 ->
                    new Frame(
                            body(
                                    FrameHead.streamHeaderDirectSend(
                                            head, stream, fragments, protocol, priority, size),
                                    payload),
                            header + send(protocol, priority, payload));
            case 5 ->
                    new Frame(
                            body(
                                    FrameHead.streamHeaderRpcRequest(
                                            head, stream, fragments, protocol, id, priority, size),
                                    payload),
                            header + request(protocol, id, priority, -1, payload));
            case 6 ->
                    new Frame(
                            body(
                                    FrameHead.streamHeaderRpcRequestWithDeadline(
                                            head, stream, fragments, protocol, id, priority, millis,
                                            size),
                                    payload),
                            header + request(protocol, id, priority, unsignedMillis, payload));
            case 7 ->
                    new Frame(
                            body(
                                    FrameHead.streamHeaderRpcResponse(
                                            head, stream, fragments, id, priority, size),
                                    payload),
                            header + response(id, priority, payload));
            case 8 ->
                    new Frame(
                            body(FrameHead.streamFragment(head, stream, fragments, size), payload),
                            "fragment "
                                    + Integer.toUnsignedLong(stream)
                                    + " "
                                    + fragments
                                    + " "
                                    + payload.toHex());
            case 9 ->
                    new Frame(
                            body(
                                    FrameHead.parsingError(head, (byte) priority, (byte) fragments),
                                    Bytes.EMPTY),
                            "parsing " + priority + " " + fragments);
            case 10 ->
                    new Frame(
                            body(FrameHead.rpcNotSupported(head, protocol), Bytes.EMPTY),
                            "RPC_NOT_SUPPORTED " + protocol);
            case 11 ->
                    new Frame(
                            body(FrameHead.directSendNotSupported(head, protocol), Bytes.EMPTY),
                            "DIRECT_SEND_NOT_SUPPORTED " + protocol);
            case 12 -> {
                var code = RefusalCode.values()[random.nextInt(RefusalCode.values().length)];
                yield new Frame(
                        body(FrameHead.refusal(head, id, code), Bytes.EMPTY),
                        "refusal " + Integer.toUnsignedLong(id) + " " + code);
            }
            default ->
                    new Frame(
                            body(FrameHead.streamReset(head, stream), Bytes.EMPTY),
                            "reset " + Integer.toUnsignedLong(stream));
        };
    }

    /** Reads as a transport hands over: from the middle of an array, the rest elsewhere. */
    private static @Nullable WireError read(FrameView view, Bytes body, int headBytes) {
        var first = Math.min(headBytes, body.size());
        var array = new byte[first + 9];
        Arrays.fill(array, (byte) 0x5a);
        body.copyTo(0, array, 4, first);
        return view.read(array, 4, first, body.slice(first, body.size()));
    }

    @Test
    void whateverIsWrittenIsReadBack() {
        var random = new SplittableRandom(SEED);
        var view = new FrameView(CUSTOM, ALL);
        for (var i = 0; i < 10_000; i++) {
            var frame = random(random);
            assertThat(read(view, frame.body, Integer.MAX_VALUE))
                    .as("seed %d, %d", SEED, i)
                    .isNull();
            assertThat(show(view)).as("seed %d, frame %d", SEED, i).isEqualTo(frame.shown);
        }
    }

    @Test
    void aPayloadThatGoesOnBeyondTheHeadIsReadBackToo() {
        var random = new SplittableRandom(SEED);
        var view = new FrameView(CUSTOM, ALL);
        for (var i = 0; i < 10_000; i++) {
            var frame = random(random);
            assertThat(read(view, frame.body, FrameHead.MAX_LENGTH)).as("frame %d", i).isNull();
            assertThat(show(view)).as("seed %d, frame %d", SEED, i).isEqualTo(frame.shown);
        }
    }

    @Test
    void everyTruncationAndEveryByteTooManyIsAnError() {
        var random = new SplittableRandom(SEED);
        var view = new FrameView(CUSTOM, ALL);
        for (var i = 0; i < 1_000; i++) {
            var body = random(random).body;
            for (var length = 0; length < body.size(); length++) {
                assertThat(read(view, body.slice(0, length), Integer.MAX_VALUE))
                        .as("seed %d, frame %d cut to %d", SEED, i, length)
                        .isEqualTo(WireError.EOF);
            }
            var longer = Bytes.concat(List.of(body, Bytes.of((byte) 0)));
            assertThat(read(view, longer, Integer.MAX_VALUE)).isEqualTo(WireError.TRAILING_BYTES);
            assertThat(read(view, longer, body.size())).isEqualTo(WireError.TRAILING_BYTES);
        }
    }

    @Test
    void garbageNeverThrowsAndNothingIsAllocatedFromItsLengths() {
        var random = new SplittableRandom(SEED);
        var view = new FrameView(CUSTOM, ALL);
        var accepted = 0;
        for (var i = 0; i < 100_000; i++) {
            var body = new byte[random.nextInt(24)];
            random.nextBytes(body);
            // Most first bytes are unknown variants, so half of them are made known ones.
            if (body.length > 1 && random.nextBoolean()) {
                body[0] = (byte) (random.nextInt(3) == 2 ? FrameHead.EXTENSION : random.nextInt(2));
                body[1] = (byte) random.nextInt(4);
            }
            if (view.read(body, 0, body.length, Bytes.EMPTY) == null) {
                accepted++;
                // A payload is a part of the array that was given.
                if (!view.payload().isEmpty()) {
                    assertThat(view.payload().segmentArray(0))
                            .as("seed %d, frame %d", SEED, i)
                            .isSameAs(body);
                }
            }
        }
        assertThat(accepted).isBetween(100, 50_000);
    }

    @Test
    void aFrameOfAMegabyteAllocatesItsSliceAlone() {
        var view = new FrameView(CUSTOM, ALL);
        var payload = Bytes.wrap(new byte[1 << 20]);
        var body = body(FrameHead.directSend(head, 2, 0, payload.size()), payload).toByteArray();
        var frames = 1_000;
        var best = Long.MAX_VALUE;
        // The best of several rounds, since the compiler's own threads and classes come first.
        for (var round = 0; round < 20; round++) {
            var before = Allocations.ofThisThread();
            for (var i = 0; i < frames; i++) {
                view.read(body, 0, body.length, Bytes.EMPTY);
                FrameHead.directSend(head, 2, 0, payload.size());
            }
            best = Math.min(best, (Allocations.ofThisThread() - before) / frames);
        }
        assertThat(best).isLessThanOrEqualTo(40);
    }

    @Test
    void extensionsAreUnknownUnlessTheirOwnCapabilityIsAgreed() {
        var refusal = body(FrameHead.refusal(head, 7, RefusalCode.OVERLOADED), Bytes.EMPTY);
        var reset = body(FrameHead.streamReset(head, 7), Bytes.EMPTY);
        var request = body(FrameHead.rpcRequestWithDeadline(head, 5, 1, 0, 10, 0), Bytes.EMPTY);
        var header =
                body(
                        FrameHead.streamHeaderRpcRequestWithDeadline(head, 1, 2, 5, 1, 0, 10, 0),
                        Bytes.EMPTY);
        for (var capability : Capability.values()) {
            var view = new FrameView(ProtocolSet.EMPTY, EnumSet.of(capability));
            assertThat(read(view, refusal, 99))
                    .isEqualTo(
                            capability == Capability.REFUSALS ? null : WireError.UNKNOWN_VARIANT);
            assertThat(read(view, reset, 99))
                    .isEqualTo(
                            capability == Capability.STREAM_RESET
                                    ? null
                                    : WireError.UNKNOWN_VARIANT);
            for (var one : List.of(request, header)) {
                assertThat(read(view, one, 99))
                        .isEqualTo(
                                capability == Capability.DEADLINES
                                        ? null
                                        : WireError.UNKNOWN_VARIANT);
            }
        }
    }

    @Test
    void extensionsLieAsTheTableSays() {
        assertThat(body(FrameHead.refusal(head, 0x01020304, RefusalCode.EXPIRED), Bytes.EMPTY))
                .isEqualTo(Bytes.hex("78000403020105"));
        assertThat(body(FrameHead.streamReset(head, -1), Bytes.EMPTY))
                .isEqualTo(Bytes.hex("7801ffffffff"));
        assertThat(
                        body(
                                FrameHead.rpcRequestWithDeadline(head, 200, 1, 2, 1500, 1),
                                Bytes.hex("aa")))
                .isEqualTo(Bytes.hex("7802c8010100000002dc05000001aa"));
        assertThat(
                        body(
                                FrameHead.streamHeaderRpcRequestWithDeadline(
                                        head, 9, 3, 8, 1, 0, 1, 1),
                                Bytes.hex("aa")))
                .isEqualTo(Bytes.hex("7803090000000308010000000001000000" + "01aa"));
    }

    @Test
    void aRefusalCodeOfALaterVersionIsUnspecified() {
        var view = new FrameView(ProtocolSet.EMPTY, ALL);
        assertThat(read(view, Bytes.hex("780001000000fe"), 99)).isNull();
        assertThat(view.refusal()).isEqualTo(RefusalCode.UNSPECIFIED);
    }

    @Test
    void protocolsAboveTheReferencesAreAcceptedOnlyIfBothAnnouncedThem() {
        var view = new FrameView(CUSTOM, Set.of());
        for (var protocol = 0; protocol < 300; protocol++) {
            var accepted =
                    protocol <= 28
                            || protocol == 101
                            || protocol == 127
                            || protocol == 128
                            || protocol == 200
                            || protocol == 247;
            var body = body(FrameHead.directSend(head, protocol, 0, 0), Bytes.EMPTY);
            assertThat(read(view, body, 99))
                    .as("protocol %d", protocol)
                    .isEqualTo(accepted ? null : WireError.UNKNOWN_VARIANT);
        }
    }

    @Test
    void aCapabilityPositionIsNoProtocol() {
        var announced = ProtocolSet.of(List.of(), ALL);
        var view = new FrameView(announced, ALL);
        for (var capability : Capability.values()) {
            var body = body(FrameHead.directSend(head, capability.position(), 0, 0), Bytes.EMPTY);
            assertThat(read(view, body, 99)).isEqualTo(WireError.UNKNOWN_VARIANT);
        }
    }

    @Test
    void malformedBodiesHaveTheCodesOfTheSpecification() {
        assertCode("", WireError.EOF);
        assertCode("00", WireError.EOF);
        assertCode("02", WireError.UNKNOWN_VARIANT);
        assertCode("0004", WireError.UNKNOWN_VARIANT);
        assertCode("0102", WireError.UNKNOWN_VARIANT);
        assertCode("000002", WireError.UNKNOWN_VARIANT);
        assertCode("00000102", WireError.UNKNOWN_VARIANT);
        assertCode("00031d0000", WireError.UNKNOWN_VARIANT);
        assertCode("8000", WireError.NON_CANONICAL_ULEB128);
        assertCode("0003850000", WireError.NON_CANONICAL_ULEB128);
        assertCode("0003050080808080" + "10", WireError.ULEB128_OVERFLOW);
        assertCode("0003050080808080" + "00", WireError.NON_CANONICAL_ULEB128);
        assertCode("0003050080808080" + "8001", WireError.ULEB128_OVERFLOW);
        assertCode("00030500808080800f", WireError.LENGTH_TOO_LARGE);
        assertCode("00030500ffffffff07", WireError.EOF);
        assertCode("0003050002aa", WireError.EOF);
        assertCode("0003050001aaaa", WireError.TRAILING_BYTES);
        assertCode("0000000905ff", WireError.TRAILING_BYTES);
        assertCode("ffffffff0f", WireError.UNKNOWN_VARIANT);
    }

    private static void assertCode(String body, WireError expected) {
        var view = new FrameView(ProtocolSet.EMPTY, Set.of());
        assertThat(read(view, Bytes.hex(body), 99)).as(body).isEqualTo(expected);
    }

    @Test
    void clearForgetsThePayload() {
        var view = new FrameView(ProtocolSet.EMPTY, Set.of());
        assertThat(read(view, Bytes.hex("0003050001aa"), 99)).isNull();
        assertThat(view.payload()).isEqualTo(Bytes.hex("aa"));
        view.clear();
        assertThat(view.payload()).isEqualTo(Bytes.EMPTY);
    }
}
