package dev.aptosnet.domain.connection;

import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.domain.rpc.OutboundCalls;
import dev.aptosnet.domain.send.SendScheduler;
import dev.aptosnet.domain.stream.InboundStreams;
import dev.aptosnet.domain.stream.Pieces;
import dev.aptosnet.domain.wire.RefusalCode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MonoTime;

import org.jspecify.annotations.Nullable;

/** Our calls to the peer (behaviour.md section 7): each ends exactly once. */
final class Callers {
    private final int limit;
    private final Pieces pieces;
    private final SendScheduler lanes;
    private final Replies replies;
    private final boolean resetsAgreed;
    private final InboundStreams streams;
    private final ConnectionSink sink;
    private final OutboundCalls calls;

    Callers(
            int limit,
            Pieces pieces,
            SendScheduler lanes,
            Replies replies,
            boolean resetsAgreed,
            InboundStreams streams,
            ConnectionSink sink) {
        this.limit = limit;
        this.pieces = pieces;
        this.lanes = lanes;
        this.replies = replies;
        this.resetsAgreed = resetsAgreed;
        this.streams = streams;
        this.sink = sink;
        this.calls = new OutboundCalls(limit, 0);
    }

    int size() {
        return calls.size();
    }

    MonoTime nextDeadline() {
        return calls.nextDeadline();
    }

    void open(MonoTime now, OutboundCall call) {
        var why = refusalOf(now, call);
        if (why == null) {
            calls.open(call);
            lanes.add(now, call);
        } else {
            refuse(call, why);
        }
    }

    /** Fails a call that was not opened. */
    void refuse(OutboundCall call, CallFailure why) {
        sink.onReleased(call.messageClass(), call.payload().size());
        var what =
                switch (why) {
                    case CallFailure.TimedOut _ -> Observation.REQUEST_OUT_EXPIRED;
                    case CallFailure.Disconnected _ -> Observation.REQUEST_OUT_FAILED;
                    default -> Observation.REQUEST_OUT_DECLINED;
                };
        sink.observe(what, call.protocol(), 0);
        calls.fail(call, why);
    }

    boolean cancel(OutboundCall call) {
        if (!call.isOpen()) {
            return false;
        }
        end(call, Observation.REQUEST_OUT_CANCELED, new CallFailure.Canceled());
        return true;
    }

    /** The request was given up by the link on its way. */
    void lost(OutboundCall call) {
        if (call.isOpen()) {
            end(call, Observation.REQUEST_OUT_EXPIRED, new CallFailure.TimedOut());
        }
    }

    /** Whether nobody keeps the answer to this request. */
    boolean borrowsAnswer(int requestId) {
        var call = calls.byId(requestId);
        return call == null || call.borrowsAnswer();
    }

    void onAnswer(int requestId, Bytes payload) {
        var call = calls.byId(requestId);
        // An answer to a request that has not left whole is one that nobody asked for.
        if (call == null || lanes.holds(call)) {
            sink.observe(Observation.RESPONSE_IN_EXPIRED, null, payload.size());
            return;
        }
        sink.observe(Observation.RESPONSE_IN_RECEIVED, call.protocol(), payload.size());
        calls.answer(call, payload);
    }

    void onRefusal(int requestId, RefusalCode code) {
        var call = calls.byId(requestId);
        if (call == null || (lanes.holds(call) && lanes.begun(call) == null)) {
            sink.observe(Observation.RESPONSE_IN_EXPIRED, null, 0);
            return;
        }
        sink.observe(Observation.REFUSAL_IN_RECEIVED, call.protocol(), 0);
        end(call, Observation.REQUEST_OUT_REFUSED, new CallFailure.RefusedByPeer(code));
    }

    void onTime(MonoTime now) {
        for (var call = calls.firstExpired(now); call != null; call = calls.firstExpired(now)) {
            var arriving = streams.isAnswerArriving(call.requestId());
            if (!(arriving && calls.postpone(call)) && !calls.grantTurn(now, call)) {
                end(call, Observation.REQUEST_OUT_EXPIRED, new CallFailure.TimedOut());
            }
        }
    }

    /** Fails every call; what the lanes hold has been dropped before. */
    void onClosed(CallFailure.Disconnected how) {
        for (var call = calls.any(); call != null; call = calls.any()) {
            sink.observe(Observation.REQUEST_OUT_FAILED, call.protocol(), 0);
            calls.fail(call, how);
        }
    }

    /** Why a call cannot be opened; null if it can. */
    private @Nullable CallFailure refusalOf(MonoTime now, OutboundCall call) {
        var size = call.payload().size();
        if (!pieces.accepts(size)) {
            return new CallFailure.TooLarge(size, pieces.maxMessageBytes());
        }
        if (!now.isBefore(call.deadline())) {
            return new CallFailure.TimedOut();
        }
        return calls.isFullFor(call)
                ? new CallFailure.RefusedHere("max_concurrent_outbound_rpcs: " + limit)
                : null;
    }

    private void end(OutboundCall call, Observation what, CallFailure why) {
        withdraw(call);
        sink.observe(what, call.protocol(), 0);
        calls.fail(call, why);
    }

    /** Sends no more of a request whose call is over, as far as the peer can bear that. */
    private void withdraw(OutboundCall call) {
        var transfer = lanes.begun(call);
        if (transfer != null) {
            if (!resetsAgreed) {
                return;
            }
            replies.streamReset(transfer.streamId());
        }
        var size = call.payload().size();
        if (lanes.remove(call)) {
            sink.onReleased(call.messageClass(), size);
        }
    }
}
