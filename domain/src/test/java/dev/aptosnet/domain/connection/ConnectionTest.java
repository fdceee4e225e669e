package dev.aptosnet.domain.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.link.Endpoint;
import dev.aptosnet.domain.link.Outbox;
import dev.aptosnet.domain.link.TestCall;
import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.domain.stream.StreamResult;
import dev.aptosnet.domain.wire.ErrorKind;
import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.domain.wire.FrameKind;
import dev.aptosnet.domain.wire.FrameView;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.domain.wire.RefusalCode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

class ConnectionTest {
    private static final ProtocolId RPC = ProtocolId.NETBENCH_RPC;
    private static final ProtocolId SEND = ProtocolId.NETBENCH_DIRECT_SEND;
    private static final MonoTime START = new MonoTime(1_000);
    private static final MonoTime LATER = START.plus(Duration.ofSeconds(5));

    private Endpoint peer = Endpoint.of(Endpoint.NONE);

    @Test
    @DisplayName("DS-01: thirty direct sends are thirty frames with the protocol and priority 0")
    void directSendsAreFrames() {
        for (var i = 0; i < 30; i++) {
            peer.send(SEND, MessageClass.NORMAL, text("message " + i));
        }
        var frames = written();
        assertThat(frames).hasSize(30);
        for (var i = 0; i < 30; i++) {
            var view = read(frames.get(i));
            assertThat(view.kind()).isEqualTo(FrameKind.DIRECT_SEND);
            assertThat(view.protocol()).isEqualTo(SEND.number());
            assertThat(view.priority()).isZero();
            assertThat(view.payload()).isEqualTo(text("message " + i));
        }
        assertThat(peer.count(Observation.DIRECT_SEND_SENT)).isEqualTo(30);
        assertThat(peer.isReleased()).isTrue();
    }

    @Test
    @DisplayName("DS-02: thirty frames are thirty direct sends with their content, then the end")
    void framesAreDirectSends() {
        for (var i = 0; i < 30; i++) {
            receive(directSend(SEND, text("message " + i)));
        }
        peer.connection.onClosed("end of stream");
        assertThat(peer.directSends).hasSize(30);
        for (var i = 0; i < 30; i++) {
            assertThat(peer.directSends.get(i).payload()).isEqualTo(text("message " + i));
            assertThat(peer.directSends.get(i).protocol()).isEqualTo(SEND);
        }
    }

    @Test
    @DisplayName("DS-03: two that send at the same time each get the other's message")
    void bothSendAtOnce() {
        var other = Endpoint.of(Endpoint.NONE);
        peer.send(SEND, MessageClass.NORMAL, text("from one"));
        other.send(SEND, MessageClass.NORMAL, text("from the other"));
        var ours = written();
        for (var frame : written(other)) {
            receive(frame);
        }
        for (var frame : ours) {
            other.receive(START, frame);
        }
        assertThat(peer.directSends).hasSize(1);
        assertThat(peer.directSends.getFirst().payload()).isEqualTo(text("from the other"));
        assertThat(other.directSends).hasSize(1);
        assertThat(other.directSends.getFirst().payload()).isEqualTo(text("from one"));
    }

    @Test
    @DisplayName("IR-01: an answer has the request's id and priority and the handler's bytes")
    void answersCarryTheirRequestsId() {
        for (var i = 0; i < 30; i++) {
            receive(request(RPC, 1000 + i, 0, text("ask " + i)));
            var request = peer.requests.getLast();
            assertThat(request.payload()).isEqualTo(text("ask " + i));
            assertThat(peer.respond(request.call(), text("tell " + i))).isTrue();
            var view = read(written().getFirst());
            assertThat(view.kind()).isEqualTo(FrameKind.RPC_RESPONSE);
            assertThat(view.requestId()).isEqualTo(1000 + i);
            assertThat(view.priority()).isZero();
            assertThat(view.payload()).isEqualTo(text("tell " + i));
        }
        assertThat(peer.connection.openRequests()).isZero();
    }

    @Test
    @DisplayName("IR-02: thirty requests of one id before any answer are thirty answers")
    void equalIdsAreEachServed() {
        for (var i = 0; i < 30; i++) {
            receive(request(RPC, 7, 0, text("ask " + i)));
        }
        assertThat(peer.requests).hasSize(30);
        peer.requests.forEach(r -> assertThat(peer.respond(r.call(), r.payload())).isTrue());
        var frames = written();
        assertThat(frames).hasSize(30);
        for (var i = 0; i < 30; i++) {
            assertThat(read(frames.get(i)).requestId()).isEqualTo(7);
            assertThat(read(frames.get(i)).payload()).isEqualTo(text("ask " + i));
        }
    }

    @Test
    @DisplayName("IR-03: after 10 s a request is dead and the peer hears nothing")
    void requestDiesAfterTenSeconds() {
        receive(request(RPC, 1, 0, text("ask")));
        var call = peer.requests.getFirst().call();
        var limit = START.plus(Duration.ofSeconds(10));
        assertThat(peer.connection.nextDeadline()).isEqualTo(limit);
        peer.connection.onTime(limit.plusNanos(-1));
        assertThat(call.isOpen()).isTrue();
        peer.connection.onTime(limit);
        assertThat(call.isOpen()).isFalse();
        assertThat(peer.respond(call, text("late"))).isFalse();
        assertThat(peer.connection.refuse(call, RefusalCode.OVERLOADED)).isFalse();
        assertThat(written()).isEmpty();
        assertThat(peer.isReleased()).isTrue();
        assertThat(peer.count(Observation.RESPONSE_OUT_EXPIRED)).isEqualTo(1);
    }

    @Test
    void requestThatDiedIsRefusedWhereThatIsAgreed() {
        peer = Endpoint.of(Endpoint.ALL);
        receive(request(RPC, 9, 0, text("ask")));
        peer.connection.onTime(START.plus(Duration.ofSeconds(10)));
        var view = read(written().getFirst());
        assertThat(view.kind()).isEqualTo(FrameKind.REFUSAL);
        assertThat(view.requestId()).isEqualTo(9);
        assertThat(view.refusal()).isEqualTo(RefusalCode.EXPIRED);
    }

    @Test
    void inboundLimitMayDifferForAProtocol() {
        peer =
                Endpoint.of(
                        ConnectionSettings.builder()
                                .inboundCallLimit(
                                        ProtocolId.STORAGE_SERVICE_RPC, Duration.ofMinutes(3))
                                .build(),
                        Endpoint.NONE);
        receive(request(ProtocolId.STORAGE_SERVICE_RPC, 0, 0, text("ask")));
        assertThat(peer.connection.nextDeadline()).isEqualTo(START.plus(Duration.ofMinutes(3)));
    }

    @Test
    void peersOwnLimitCountsIfItIsShorter() {
        peer = Endpoint.of(Endpoint.ALL);
        for (var millis : new int[] {300, 30_000}) {
            receive(
                    frame(
                            out ->
                                    FrameHead.rpcRequestWithDeadline(
                                            out, RPC.number(), 1, 0, millis, 3),
                            text("ask")));
        }
        assertThat(peer.requests.get(0).call().deadline())
                .isEqualTo(START.plus(Duration.ofMillis(300)));
        assertThat(peer.requests.get(1).call().deadline())
                .isEqualTo(START.plus(Duration.ofSeconds(10)));
    }

    @Test
    @DisplayName("OR-01: thirty calls in a row get their answers; ids differ, priority is 0")
    void callsGetTheirAnswers() {
        thirtyCallsGetTheirAnswers();
        assertThat(peer.count(Observation.RESPONSE_IN_RECEIVED)).isEqualTo(30);
        assertThat(peer.connection.openCalls()).isZero();
    }

    @Test
    @DisplayName("OR-02: an answer after the caller gave up is counted and harms nothing")
    void lateAnswerAfterCancelIsDropped() {
        var call = call(text("ask"));
        var id = read(written().getFirst()).requestId();
        assertThat(peer.connection.cancel(call)).isTrue();
        assertThat(peer.connection.cancel(call)).isFalse();
        assertThat(call.failure).isEqualTo(new CallFailure.Canceled());
        receive(response(id, text("late")));
        assertThat(call.endings).isEqualTo(1);
        assertThat(call.answer).isNull();
        assertThat(peer.count(Observation.RESPONSE_IN_EXPIRED)).isEqualTo(1);
        assertThat(peer.count(Observation.RESPONSE_IN_RECEIVED)).isZero();
        assertThat(written()).isEmpty();
        thirtyCallsGetTheirAnswers();
    }

    @Test
    void answerAfterTheDeadlineIsDropped() {
        var call = call(text("ask"));
        var id = read(written().getFirst()).requestId();
        peer.connection.onTime(LATER);
        assertThat(call.failure).isEqualTo(new CallFailure.TimedOut());
        receive(response(id, text("late")));
        assertThat(call.endings).isEqualTo(1);
        assertThat(peer.count(Observation.REQUEST_OUT_EXPIRED)).isEqualTo(1);
        assertThat(peer.count(Observation.RESPONSE_IN_EXPIRED)).isEqualTo(1);
    }

    @Test
    void answerToARequestThatHasNotLeftIsDropped() {
        var call = call(text("ask"));
        receive(response(0, text("how did you know")));
        assertThat(call.endings).isZero();
        assertThat(peer.count(Observation.RESPONSE_IN_EXPIRED)).isEqualTo(1);
        assertThat(read(written().getFirst()).payload()).isEqualTo(text("ask"));
        receive(response(0, text("tell")));
        assertThat(call.answer).isEqualTo(text("tell"));
    }

    @Test
    void canceledCallThatHasNotLeftIsNotSent() {
        var first = call(text("one"));
        var second = call(text("two"));
        var third = call(text("three"));
        peer.connection.cancel(second);
        assertThat(peer.queuedMessages[MessageClass.NORMAL.index()]).isEqualTo(2);
        var frames = written();
        assertThat(frames).hasSize(2);
        assertThat(read(frames.get(0)).payload()).isEqualTo(text("one"));
        assertThat(read(frames.get(1)).payload()).isEqualTo(text("three"));
        assertThat(first.endings + third.endings).isZero();
    }

    @Test
    @DisplayName("X-02: the 101st call fails at once naming the key; after an answer there is room")
    void callAboveTheLimitIsRefusedAtOnceNamingTheKey() {
        for (var i = 0; i < 100; i++) {
            call(text("ask"));
        }
        var refused = call(text("one too many"));
        assertThat(refused.failure)
                .isEqualTo(new CallFailure.RefusedHere("max_concurrent_outbound_rpcs: 100"));
        assertThat(peer.connection.openCalls()).isEqualTo(100);
        var frames = written();
        assertThat(frames).hasSize(100);
        assertThat(peer.isReleased()).isTrue();
        assertThat(peer.count(Observation.REQUEST_OUT_DECLINED)).isEqualTo(1);
        receive(response(read(frames.getFirst()).requestId(), text("tell")));
        var next = call(text("there is room again"));
        assertThat(next.endings).isZero();
        assertThat(read(written().getFirst()).payload()).isEqualTo(text("there is room again"));
    }

    @Test
    @DisplayName("X-01: the 101st request is dropped, the other 100 are answered")
    void requestAboveTheLimitIsDroppedAndALegacyPeerHearsNothing() {
        for (var i = 0; i < 101; i++) {
            receive(request(RPC, i, 0, text("ask")));
        }
        assertThat(peer.requests).hasSize(100);
        assertThat(peer.count(Observation.REQUEST_IN_DECLINED)).isEqualTo(1);
        assertThat(written()).isEmpty();
        peer.respond(peer.requests.getFirst().call(), text("done"));
        receive(request(RPC, 101, 0, text("there is room again")));
        assertThat(peer.requests).hasSize(101);
        peer.requests.stream()
                .skip(1)
                .forEach(asked -> assertThat(peer.respond(asked.call(), text("done"))).isTrue());
        assertThat(written().stream().map(frame -> read(frame).requestId()))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(0, 101).filter(id -> id != 100).boxed().toList());
    }

    @Test
    void requestAboveTheLimitIsRefusedWhereThatIsAgreed() {
        peer = Endpoint.of(Endpoint.ALL);
        for (var i = 0; i < 101; i++) {
            receive(request(RPC, i, 0, text("ask")));
        }
        var frames = written();
        assertThat(frames).hasSize(1);
        assertThat(read(frames.getFirst()).requestId()).isEqualTo(100);
        assertThat(read(frames.getFirst()).refusal()).isEqualTo(RefusalCode.TOO_MANY_PENDING);
    }

    @Test
    void refusalFailsItsCallWithTheReason() {
        peer = Endpoint.of(Endpoint.ALL);
        var call = call(text("ask"));
        written();
        receive(
                frame(
                        out -> FrameHead.refusal(out, call.requestId(), RefusalCode.OVERLOADED),
                        Bytes.EMPTY));
        assertThat(call.failure).isEqualTo(new CallFailure.RefusedByPeer(RefusalCode.OVERLOADED));
        receive(response(call.requestId(), text("after all")));
        assertThat(call.endings).isEqualTo(1);
    }

    @Test
    void unknownProtocolIsAnsweredNotSupported() {
        serveOnly(SEND, Endpoint.NONE);
        receive(request(RPC, 1, 0, text("ask")));
        receive(directSend(ProtocolId.MEMPOOL_DIRECT_SEND, text("transactions")));
        var frames = written();
        assertThat(frames).hasSize(2);
        assertThat(read(frames.get(0)).errorKind()).isEqualTo(ErrorKind.RPC_NOT_SUPPORTED);
        assertThat(read(frames.get(0)).protocol()).isEqualTo(RPC.number());
        assertThat(read(frames.get(1)).errorKind()).isEqualTo(ErrorKind.DIRECT_SEND_NOT_SUPPORTED);
        assertThat(read(frames.get(1)).protocol())
                .isEqualTo(ProtocolId.MEMPOOL_DIRECT_SEND.number());
        assertThat(peer.count(Observation.REQUEST_IN_UNKNOWN)).isEqualTo(1);
        assertThat(peer.count(Observation.DIRECT_SEND_UNKNOWN)).isEqualTo(1);
    }

    @Test
    void unknownProtocolIsRefusedWhereThatIsAgreed() {
        serveOnly(SEND, Endpoint.ALL);
        receive(request(RPC, 31, 0, text("ask")));
        var view = read(written().getFirst());
        assertThat(view.kind()).isEqualTo(FrameKind.REFUSAL);
        assertThat(view.requestId()).isEqualTo(31);
        assertThat(view.refusal()).isEqualTo(RefusalCode.UNSUPPORTED_PROTOCOL);
    }

    @Test
    @DisplayName("PM-06: an undecodable frame is answered with its first two bytes, and it stays")
    void undecodableFrameIsAnsweredWithItsFirstTwoBytes() {
        receive(new byte[] {(byte) 255, 111});
        receive(new byte[] {5});
        receive(new byte[0]);
        var frames = written();
        assertThat(frames)
                .containsExactly(
                        new byte[] {0, 0, 0, (byte) 255, 111},
                        new byte[] {0, 0, 0, 5, 0},
                        new byte[] {0, 0, 0, 0, 0});
        assertThat(peer.count(Observation.FRAME_UNDECODABLE)).isEqualTo(3);
        receive(directSend(SEND, text("still here")));
        assertThat(peer.directSends).hasSize(1);
    }

    @Test
    void errorIsNeverAnswered() {
        receive(frame(out -> FrameHead.parsingError(out, (byte) 1, (byte) 2), Bytes.EMPTY));
        receive(frame(out -> FrameHead.rpcNotSupported(out, 14), Bytes.EMPTY));
        receive(frame(out -> FrameHead.directSendNotSupported(out, 13), Bytes.EMPTY));
        assertThat(written()).isEmpty();
        assertThat(peer.count(Observation.ERROR_IN_PARSING)).isEqualTo(1);
        assertThat(peer.count(Observation.ERROR_IN_REQUEST_NOT_SUPPORTED)).isEqualTo(1);
        assertThat(peer.count(Observation.ERROR_IN_DIRECT_SEND_NOT_SUPPORTED)).isEqualTo(1);
    }

    @Test
    void errorRepliesThatNobodyReadsAreBounded() {
        for (var i = 0; i < 100_000; i++) {
            receive(new byte[] {(byte) 255, 1});
        }
        assertThat(written()).hasSize(Replies.MAX_ERRORS);
        assertThat(peer.count(Observation.ERROR_OUT_DROPPED))
                .isEqualTo(100_000 - Replies.MAX_ERRORS);
    }

    @Test
    void refusalsThatNobodyReadsAreBounded() {
        peer = Endpoint.of(Endpoint.ALL);
        for (var i = 0; i < 10_100; i++) {
            receive(request(RPC, i, 0, Bytes.EMPTY));
        }
        var frames = written();
        assertThat(frames).hasSize(Replies.MAX_REFUSALS);
        for (var i = 0; i < frames.size(); i++) {
            assertThat(read(frames.get(i)).requestId()).isEqualTo(100 + i);
        }
    }

    @Test
    @DisplayName("P-02: when the connection is ended every call fails and nothing is kept")
    void endFailsEveryCallOnce() {
        var sent = call(text("sent"));
        written();
        var queued = call(text("queued"));
        peer.send(SEND, MessageClass.LOW, text("queued"));
        receive(request(RPC, 1, 0, text("ask")));
        var request = peer.requests.getFirst().call();
        receive(request(RPC, 2, 0, text("ask")));
        peer.respond(peer.requests.getLast().call(), text("queued"));

        peer.connection.onClosed("RequestedByPeerManager");
        peer.connection.onClosed("again");

        var gone = new CallFailure.Disconnected("RequestedByPeerManager");
        assertThat(sent.failure).isEqualTo(gone);
        assertThat(queued.failure).isEqualTo(gone);
        assertThat(sent.endings + queued.endings).isEqualTo(2);
        assertThat(peer.isReleased()).isTrue();
        assertThat(peer.connection.hasOutput()).isFalse();
        assertThat(peer.connection.nextDeadline()).isEqualTo(MonoTime.NEVER);
        assertThat(peer.respond(request, text("late"))).isFalse();
        assertThat(call(text("late")).failure).isEqualTo(gone);
        peer.send(SEND, MessageClass.LOW, text("late"));
        receive(directSend(SEND, text("late")));
        assertThat(peer.directSends).isEmpty();
        assertThat(peer.isReleased()).isTrue();
        assertThat(written()).isEmpty();
    }

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
    void anAnswerThatHasBegunToArriveIsWaitedForUntilTheLatestDeadline() {
        var early = START.plus(Duration.ofSeconds(2));
        var late = START.plus(Duration.ofSeconds(20));
        var arriving = new EarlyCall(early, late);
        var silent = new EarlyCall(early, late);
        peer.call(START, arriving);
        peer.call(START, silent);
        written();
        receive(
                frame(
                        out ->
                                FrameHead.streamHeaderRpcResponse(
                                        out, 5, 2, arriving.requestId(), 0, 1),
                        text("a")));
        peer.connection.onTime(early);
        assertThat(silent.failure).isEqualTo(new CallFailure.TimedOut());
        assertThat(arriving.isOpen()).isTrue();
        assertThat(peer.connection.nextDeadline()).isLessThanOrEqualTo(late);
        receive(fragment(5, 1, text("b")));
        receive(fragment(5, 2, text("c")));
        assertThat(arriving.answer).isEqualTo(text("abc"));
    }

    @Test
    void anOwnerThatStoodStillReadsOnceMoreBeforeACallFails() {
        var deadline = START.plus(Duration.ofSeconds(2));
        var turn = Duration.ofMillis(100);
        var answered = new PatientCall(deadline, turn);
        var silent = new PatientCall(deadline, turn);
        var impatient = new PatientCall(deadline, Duration.ZERO);
        peer.call(START, answered);
        peer.call(START, silent);
        peer.call(START, impatient);
        written();

        // Three seconds late, the timer runs before the socket is read.
        var late = deadline.plus(Duration.ofSeconds(3));
        peer.connection.onTime(late);
        assertThat(impatient.failure).isEqualTo(new CallFailure.TimedOut());
        assertThat(silent.isOpen()).isTrue();
        assertThat(peer.connection.nextDeadline()).isEqualTo(late.plus(turn));
        receive(response(answered.requestId(), text("here all the time")));
        assertThat(answered.answer).isEqualTo(text("here all the time"));

        // The owner stood still in that turn too, and so gets another, but not one after that.
        var again = late.plus(Duration.ofSeconds(1));
        peer.connection.onTime(again);
        assertThat(silent.isOpen()).isTrue();
        peer.connection.onTime(again.plus(turn).plusNanos(-1));
        assertThat(silent.isOpen()).isTrue();
        peer.connection.onTime(again.plus(turn));
        assertThat(silent.failure).isEqualTo(new CallFailure.TimedOut());
    }

    @Test
    void anOwnerThatAlwaysStandsStillDoesNotKeepACallForEver() {
        var call = new PatientCall(START.plus(Duration.ofSeconds(1)), Duration.ofMillis(100));
        peer.call(START, call);
        var turns = 0;
        for (var now = START; call.isOpen() && turns < 100; now = now.plus(Duration.ofSeconds(9))) {
            peer.connection.onTime(now);
            turns++;
        }
        assertThat(call.failure).isEqualTo(new CallFailure.TimedOut());
        assertThat(turns).isEqualTo(1 + 16 + 1);
    }

    /** A call whose owner reads on for a while after its deadline. */
    private static final class PatientCall extends OutboundCall {
        private final Duration turn;
        private @Nullable Bytes answer;
        private @Nullable CallFailure failure;

        PatientCall(MonoTime deadline, Duration turn) {
            super(RPC, MessageClass.NORMAL, Bytes.EMPTY, deadline);
            this.turn = turn;
        }

        @Override
        protected Duration turn() {
            return turn;
        }

        @Override
        protected void onAnswer(Bytes content) {
            answer = content;
        }

        @Override
        protected void onFailed(CallFailure why) {
            failure = why;
        }
    }

    /** A call that is given up early unless its answer is on its way. */
    private static final class EarlyCall extends OutboundCall {
        private final MonoTime latest;
        private @Nullable Bytes answer;
        private @Nullable CallFailure failure;

        EarlyCall(MonoTime deadline, MonoTime latest) {
            super(RPC, MessageClass.NORMAL, Bytes.EMPTY, deadline);
            this.latest = latest;
        }

        @Override
        protected MonoTime latestDeadline() {
            return latest;
        }

        @Override
        protected void onAnswer(Bytes content) {
            answer = content;
        }

        @Override
        protected void onFailed(CallFailure why) {
            failure = why;
        }
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
    void classIsWrittenWhereItIsAgreedAndTheAnswerInheritsIt() {
        peer = Endpoint.of(Endpoint.ALL);
        peer.send(SEND, MessageClass.LOW, text("low"));
        assertThat(read(written().getFirst()).priority()).isEqualTo(4);
        receive(request(RPC, 1, 1, text("urgent")));
        var call = peer.requests.getFirst().call();
        assertThat(call.messageClass()).isEqualTo(MessageClass.CRITICAL);
        peer.respond(call, text("answer"));
        assertThat(read(written().getFirst()).priority()).isEqualTo(1);
    }

    @Test
    void priorityOfALegacyPeerIsRepeatedButMeansNothing() {
        receive(request(RPC, 1, 1, text("urgent")));
        var call = peer.requests.getFirst().call();
        assertThat(call.messageClass()).isEqualTo(RPC.messageClass());
        peer.respond(call, text("answer"));
        assertThat(read(written().getFirst()).priority()).isEqualTo(1);
    }

    @Test
    void deadlineTravelsWhereItIsAgreed() {
        peer = Endpoint.of(Endpoint.ALL);
        call(text("ask"));
        var outbox = new Outbox(1000, 1000);
        peer.connection.poll(START.plus(Duration.ofMillis(1200)), outbox);
        assertThat(read(outbox.take().body()).remainingMillis()).isEqualTo(3800);
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

    @Test
    void protocolThatIsNotCommonIsNotSent() {
        var protocol = ProtocolId.custom(200, "Own");
        peer.send(protocol, MessageClass.NORMAL, text("hello"));
        var call = peer.call(START, protocol, MessageClass.NORMAL, text("hello"), LATER);
        assertThat(call.failure).isEqualTo(new CallFailure.UnsupportedProtocol());
        assertThat(written()).isEmpty();
        assertThat(peer.isReleased()).isTrue();
    }

    @Test
    void ownProtocolIsSentWhereBothAnnouncedIt() {
        var protocol = ProtocolId.custom(200, "Own");
        peer =
                new Endpoint(
                        ConnectionSettings.DEFAULTS,
                        Endpoint.NONE,
                        List.of(protocol),
                        List.of(protocol));
        peer.send(protocol, MessageClass.NORMAL, text("hello"));
        receive(written().getFirst());
        assertThat(peer.directSends.getFirst().protocol()).isEqualTo(protocol);
    }

    private void thirtyCallsGetTheirAnswers() {
        var ids = new HashSet<Integer>();
        for (var i = 0; i < 30; i++) {
            var call = call(text("ask " + i));
            var view = read(written().getFirst());
            assertThat(view.kind()).isEqualTo(FrameKind.RPC_REQUEST);
            assertThat(view.priority()).isZero();
            assertThat(view.protocol()).isEqualTo(RPC.number());
            assertThat(ids.add(view.requestId())).isTrue();
            receive(response(view.requestId(), text("tell " + i)));
            assertThat(call.answer).isEqualTo(text("tell " + i));
            assertThat(call.endings).isEqualTo(1);
        }
    }

    private void serveOnly(ProtocolId protocol, Set<Capability> capabilities) {
        peer =
                new Endpoint(
                        ConnectionSettings.DEFAULTS,
                        capabilities,
                        ProtocolId.aptosNet(),
                        List.of(protocol));
    }

    private TestCall call(Bytes request) {
        return peer.call(START, RPC, MessageClass.NORMAL, request, LATER);
    }

    private void receive(byte[] body) {
        peer.receive(START, body);
    }

    private List<byte[]> written() {
        return written(peer);
    }

    private static List<byte[]> written(Endpoint endpoint) {
        var outbox = new Outbox(endpoint.settings.maxFrameBytes(), Long.MAX_VALUE);
        endpoint.connection.poll(START, outbox);
        assertThat(endpoint.connection.hasOutput()).isFalse();
        return outbox.takeAll().stream().map(Outbox.Frame::body).toList();
    }

    private static FrameView read(byte[] body) {
        var view = new FrameView(ProtocolSet.of(ProtocolId.aptosNet(), Set.of()), Endpoint.ALL);
        assertThat(view.read(body, 0, body.length, Bytes.EMPTY)).isNull();
        return view;
    }

    private static byte[] directSend(ProtocolId protocol, Bytes payload) {
        return frame(
                out -> FrameHead.directSend(out, protocol.number(), 0, payload.size()), payload);
    }

    private static byte[] request(ProtocolId protocol, int id, int priority, Bytes payload) {
        return frame(
                out -> FrameHead.rpcRequest(out, protocol.number(), id, priority, payload.size()),
                payload);
    }

    private static byte[] response(int id, Bytes payload) {
        return frame(out -> FrameHead.rpcResponse(out, id, 0, payload.size()), payload);
    }

    private static byte[] header(int stream, int fragments, Bytes payload) {
        return frame(
                out ->
                        FrameHead.streamHeaderDirectSend(
                                out, stream, fragments, SEND.number(), 0, payload.size()),
                payload);
    }

    private static byte[] fragment(int stream, int number, Bytes payload) {
        return frame(out -> FrameHead.streamFragment(out, stream, number, payload.size()), payload);
    }

    private static byte[] frame(ToIntFunction<byte[]> head, Bytes payload) {
        var scratch = new byte[FrameHead.SCRATCH_BYTES];
        var length = head.applyAsInt(scratch);
        return Bytes.concat(List.of(Bytes.wrap(scratch, 0, length), payload)).toByteArray();
    }

    private static Bytes text(String text) {
        return Bytes.utf8(text);
    }

    private static byte[] pattern(int length) {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8));
        }
        return bytes;
    }
}
