package dev.aptosnet.domain.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.link.Endpoint;
import dev.aptosnet.domain.link.Outbox;
import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.stream.StreamResult;
import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.domain.wire.FrameKind;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** Messages in pieces, both ways (conformance.md ST, improvements.md I-02 and I-03). */
class LargeMessageTest extends ConnectionTestBase {
    @Test
    @DisplayName("ST-01: a small message arrives intact while a maximum message is streamed")
    void smallMessageArrivesDuringALargeOne() {
        var other = Endpoint.of(Endpoint.NONE);
        peer.send(SEND, MessageClass.LOW, Bytes.wrap(new byte[64 << 20]));
        var small = Bytes.wrap(pattern(1024));
        other.send(SEND, MessageClass.NORMAL, small);
        var outbox = new Outbox(peer.settings.maxFrameBytes(), 1);
        for (var i = 0; i < 3; i++) {
            peer.connection.poll(START, outbox);
            other.receive(START, outbox.take().body());
        }
        assertThat(other.connection.openStreams()).isEqualTo(1);
        for (var frame : written(other)) {
            receive(frame);
        }
        assertThat(peer.directSends).hasSize(1);
        assertThat(peer.directSends.getFirst().payload()).isEqualTo(small);
        for (var frame : written()) {
            other.receive(START, frame);
        }
        assertThat(other.directSends.getFirst().payload().size()).isEqualTo(64 << 20);
    }

    @Test
    @DisplayName("ST-02: a second header replaces the unfinished stream of a legacy peer")
    void secondHeaderReplacesTheFirst() {
        receive(header(1, 2, text("old")));
        receive(header(2, 1, text("ne")));
        assertThat(peer.mistakes).containsExactly(StreamResult.STREAM_REPLACED);
        receive(fragment(1, 1, text("old")));
        receive(fragment(2, 1, text("w")));
        assertThat(peer.directSends).hasSize(1);
        assertThat(peer.directSends.getFirst().payload()).isEqualTo(text("new"));
        assertThat(written()).isEmpty();
    }

    @Test
    @DisplayName("ST-03: complete exactly at the last fragment")
    void streamIsCompleteAtItsLastFragment() {
        receive(fragment(5, 1, text("?")));
        assertThat(peer.mistakes).containsExactly(StreamResult.STREAM_NONE);
        receive(header(5, 3, text("a")));
        receive(fragment(5, 1, text("b")));
        receive(fragment(5, 2, text("c")));
        assertThat(peer.directSends).isEmpty();
        receive(fragment(5, 3, text("d")));
        assertThat(peer.directSends.getFirst().payload()).isEqualTo(text("abcd"));
        assertThat(peer.connection.openStreams()).isZero();
        assertThat(peer.connection.streamBytes()).isZero();
    }

    @Test
    @DisplayName("X-05: a wrong fragment harms neither the connection nor the open stream")
    void wrongFragmentsAreRefused() {
        receive(fragment(1, 1, text("x")));
        receive(header(1, 3, text("a")));
        receive(fragment(1, 2, text("x")));
        receive(fragment(2, 1, text("x")));
        receive(fragment(1, 0, text("x")));
        receive(fragment(1, 4, text("x")));
        assertThat(peer.mistakes)
                .containsExactly(
                        StreamResult.STREAM_NONE,
                        StreamResult.STREAM_BAD_FRAGMENT_ID,
                        StreamResult.STREAM_WRONG_REQUEST_ID,
                        StreamResult.STREAM_BAD_FRAGMENT_ID,
                        StreamResult.STREAM_BAD_FRAGMENT_ID);
        receive(directSend(SEND, text("still here")));
        for (var number = 1; number <= 3; number++) {
            receive(fragment(1, number, text("abcd".substring(number, number + 1))));
        }
        assertThat(peer.directSends.get(0).payload()).isEqualTo(text("still here"));
        assertThat(peer.directSends.get(1).payload()).isEqualTo(text("abcd"));
        assertThat(written()).isEmpty();
    }

    @Test
    @DisplayName("ST-04: headers that break a rule are refused, nothing is sent")
    void badHeadersAreRefused() {
        receive(header(1, 0, text("a")));
        receive(header(1, 17, text("a")));
        receive(new byte[] {1, 0, 0, 0, 0, 0, 2, 0, 0, 1, 2});
        assertThat(peer.mistakes)
                .containsExactly(
                        StreamResult.STREAM_ZERO_FRAGMENTS,
                        StreamResult.STREAM_TOO_MANY_FRAGMENTS,
                        StreamResult.STREAM_ERROR_MESSAGE);
        assertThat(peer.connection.openStreams()).isZero();
        assertThat(written()).isEmpty();
    }

    @Test
    void streamWithoutProgressIsDroppedAfterThirtySeconds() {
        peer = Endpoint.of(Endpoint.ALL);
        for (var i = 0; i < 1000; i++) {
            receive(header(i, 255, text("a")));
        }
        assertThat(peer.connection.openStreams()).isEqualTo(16);
        var limit = START.plus(Duration.ofSeconds(30));
        assertThat(peer.connection.nextDeadline()).isEqualTo(limit);
        peer.connection.onTime(limit);
        assertThat(peer.connection.openStreams()).isZero();
        assertThat(peer.connection.streamBytes()).isZero();
        assertThat(peer.count(Observation.STREAM_TIMED_OUT)).isEqualTo(16);
    }

    @Test
    void corruptingOneOfEightInterleavedMessagesLeavesSeven() {
        peer = Endpoint.of(Endpoint.ALL);
        var other = Endpoint.of(Endpoint.ALL);
        var sent = new ArrayList<Bytes>();
        for (var i = 0; i < 8; i++) {
            var payload = pattern(8 << 20);
            payload[0] = (byte) i;
            sent.add(Bytes.wrap(payload));
            // One protocol keeps order, so each message gets a protocol of its own.
            peer.send(ProtocolId.of(i), MessageClass.LOW, sent.getLast());
        }
        var open = 0;
        for (var frame : written()) {
            var view = read(frame);
            if (view.kind() == FrameKind.STREAM_FRAGMENT
                    && view.streamId() == 3
                    && view.fragmentId() == 5) {
                frame[6]++;
            }
            other.receive(START, frame);
            open = Math.max(open, other.connection.openStreams());
        }
        assertThat(open).isEqualTo(8);
        assertThat(other.directSends).hasSize(7);
        for (var received : other.directSends) {
            assertThat(received.payload()).isEqualTo(sent.get(received.protocol().number()));
        }
        assertThat(other.directSends).noneMatch(r -> r.protocol().number() == 3);
        assertThat(other.mistakes).contains(StreamResult.STREAM_BAD_FRAGMENT_ID);
        assertThat(other.connection.openStreams()).isEqualTo(1);
    }

    @Test
    void callGivenUpInPiecesIsResetOnlyWhereThatIsAgreed() {
        for (var agreed : List.of(Endpoint.ALL, Endpoint.NONE)) {
            peer = Endpoint.of(agreed);
            var other = Endpoint.of(agreed);
            var call = call(Bytes.wrap(new byte[1 << 20]));
            var outbox = new Outbox(peer.settings.maxFrameBytes(), 1);
            peer.connection.poll(START, outbox);
            other.receive(START, outbox.take().body());
            assertThat(other.connection.openStreams()).isEqualTo(1);
            peer.connection.cancel(call);
            var frames = written();
            frames.forEach(frame -> other.receive(START, frame));
            assertThat(frames.size() == 1).isEqualTo(agreed.contains(Capability.STREAM_RESET));
            assertThat(other.requests.isEmpty())
                    .isEqualTo(agreed.contains(Capability.STREAM_RESET));
            assertThat(other.connection.openStreams()).isZero();
            assertThat(other.mistakes).isEmpty();
            assertThat(peer.isReleased()).isTrue();
            assertThat(peer.connection.openTransfers()).isZero();
        }
    }

    @Test
    void largeMessageThatTheLinkGaveUpIsOverAndThePeerIsTold() {
        peer = Endpoint.of(Endpoint.ALL);
        var other = Endpoint.of(Endpoint.ALL);
        var call = call(Bytes.wrap(new byte[1 << 20]));
        peer.send(SEND, MessageClass.LOW, Bytes.wrap(new byte[1 << 20]));
        peer.send(SEND, MessageClass.LOW, text("after"));
        var outbox = new Outbox(peer.settings.maxFrameBytes(), 1 << 19);
        peer.connection.poll(START, outbox);
        var lanes = new LinkedHashSet<Long>();
        for (var frame : outbox.takeAll()) {
            lanes.add(frame.lane().transfer());
            other.receive(START, frame.body());
        }
        assertThat(lanes).hasSize(2).doesNotContain(0L);
        assertThat(other.connection.openStreams()).isEqualTo(2);
        lanes.forEach(peer.connection::onTransferLost);
        assertThat(call.failure).isEqualTo(new CallFailure.TimedOut());
        written().forEach(frame -> other.receive(START, frame));
        assertThat(other.connection.openStreams()).isZero();
        assertThat(other.directSends).singleElement().returns(text("after"), m -> m.payload());
        assertThat(other.requests).isEmpty();
        assertThat(other.mistakes).isEmpty();
        assertThat(peer.isReleased()).isTrue();
        assertThat(peer.connection.openTransfers()).isZero();
        assertThat(peer.count(Observation.DIRECT_SEND_FAILED)).isEqualTo(1);
        // One that had left whole is only told of.
        peer.connection.onTransferLost(99);
        assertThat(written()).hasSize(1);
    }

    @Test
    void messageThatIsTooLargeIsNotSent() {
        var tooLarge = Bytes.wrap(new byte[(64 << 20) + 1]);
        peer.send(SEND, MessageClass.LOW, tooLarge);
        var call = call(tooLarge);
        assertThat(call.failure).isEqualTo(new CallFailure.TooLarge((64 << 20) + 1, 64 << 20));
        receive(request(RPC, 1, 0, text("ask")));
        assertThat(peer.respond(peer.requests.getFirst().call(), tooLarge)).isFalse();
        assertThat(peer.connection.openRequests()).isZero();
        assertThat(written()).isEmpty();
        assertThat(peer.isReleased()).isTrue();
        assertThat(peer.count(Observation.DIRECT_SEND_FAILED)).isEqualTo(1);
        assertThat(peer.count(Observation.RESPONSE_OUT_FAILED)).isEqualTo(1);
    }

    private static byte[] header(int stream, int fragments, Bytes payload) {
        return frame(
                out ->
                        FrameHead.streamHeaderDirectSend(
                                out, stream, fragments, SEND.number(), 0, payload.size()),
                payload);
    }

    private static byte[] pattern(int length) {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8));
        }
        return bytes;
    }
}
