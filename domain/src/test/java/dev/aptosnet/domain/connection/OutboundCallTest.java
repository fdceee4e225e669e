package dev.aptosnet.domain.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.link.Endpoint;
import dev.aptosnet.domain.link.Outbox;
import dev.aptosnet.domain.link.TestCall;
import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.domain.wire.FrameKind;
import dev.aptosnet.domain.wire.RefusalCode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashSet;

/** Calls of ours (conformance.md OR). */
class OutboundCallTest extends ConnectionTestBase {
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
    private static final class PatientCall extends TestCall {
        private final Duration turn;

        PatientCall(MonoTime deadline, Duration turn) {
            super(RPC, MessageClass.NORMAL, Bytes.EMPTY, deadline);
            this.turn = turn;
        }

        @Override
        protected Duration turn() {
            return turn;
        }
    }

    /** A call that is given up early unless its answer is on its way. */
    private static final class EarlyCall extends TestCall {
        private final MonoTime latest;

        EarlyCall(MonoTime deadline, MonoTime latest) {
            super(RPC, MessageClass.NORMAL, Bytes.EMPTY, deadline);
            this.latest = latest;
        }

        @Override
        protected MonoTime latestDeadline() {
            return latest;
        }
    }

    @Test
    void deadlineTravelsWhereItIsAgreed() {
        peer = Endpoint.of(Endpoint.ALL);
        call(text("ask"));
        var outbox = new Outbox(1000, 1000);
        peer.connection.poll(START.plus(Duration.ofMillis(1200)), outbox);
        assertThat(read(outbox.take().body()).remainingMillis()).isEqualTo(3800);
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

    private static byte[] response(int id, Bytes payload) {
        return frame(out -> FrameHead.rpcResponse(out, id, 0, payload.size()), payload);
    }
}
