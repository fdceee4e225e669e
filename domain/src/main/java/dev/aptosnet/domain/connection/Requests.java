package dev.aptosnet.domain.connection;

import dev.aptosnet.domain.rpc.InboundCall;
import dev.aptosnet.domain.rpc.InboundCalls;
import dev.aptosnet.domain.send.SendScheduler;
import dev.aptosnet.domain.stream.Pieces;
import dev.aptosnet.domain.wire.RefusalCode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MonoTime;

/**
 * The peer's requests to us (behaviour.md section 6). Each holds a slot until it has ended and its
 * handler has returned: a peer that chooses short deadlines cannot have more handlers at work.
 */
final class Requests {
    private final ConnectionSettings settings;
    private final Protocols protocols;
    private final Pieces pieces;
    private final SendScheduler lanes;
    private final Replies replies;
    private final ConnectionSink sink;
    private final InboundCalls calls;

    Requests(
            ConnectionSettings settings,
            Protocols protocols,
            Pieces pieces,
            SendScheduler lanes,
            Replies replies,
            ConnectionSink sink) {
        this.settings = settings;
        this.protocols = protocols;
        this.pieces = pieces;
        this.lanes = lanes;
        this.replies = replies;
        this.sink = sink;
        this.calls = new InboundCalls(settings.maxInboundCalls());
    }

    int size() {
        return calls.size();
    }

    MonoTime nextDeadline() {
        return calls.nextDeadline();
    }

    /**
     * A request has arrived whole.
     *
     * @param begun when its first piece came
     * @param remainingMillis how long its caller would wait then; -1 if it did not say
     */
    void onRequest(
            MonoTime now,
            MonoTime begun,
            int number,
            int requestId,
            int priority,
            long remainingMillis,
            Bytes payload) {
        var protocol = protocols.served(number);
        if (protocol == null) {
            sink.observe(Observation.REQUEST_IN_UNKNOWN, protocols.named(number), payload.size());
            replies.rpcNotSupported(requestId, number);
            return;
        }
        var deadline = now.plus(settings.inboundCallLimit(protocol));
        if (remainingMillis >= 0) {
            deadline = MonoTime.earlier(deadline, begun.plusNanos(remainingMillis * 1_000_000));
        }
        if (!now.isBefore(deadline)) {
            sink.observe(Observation.RESPONSE_OUT_EXPIRED, protocol, 0);
            replies.refusal(requestId, RefusalCode.EXPIRED);
            return;
        }
        var messageClass = protocols.classOf(protocol, priority);
        var call = calls.open(protocol, messageClass, requestId, priority, deadline);
        if (call == null) {
            sink.observe(Observation.REQUEST_IN_DECLINED, protocol, payload.size());
            replies.refusal(requestId, RefusalCode.TOO_MANY_PENDING);
            return;
        }
        sink.observe(Observation.REQUEST_IN_RECEIVED, protocol, payload.size());
        sink.onRequest(call, payload);
    }

    boolean respond(MonoTime now, InboundCall call, Bytes answer) {
        if (pieces.accepts(answer.size())) {
            if (calls.close(call)) {
                lanes.add(now, calls.answered(call, answer));
                return true;
            }
        } else {
            refuse(call, RefusalCode.HANDLER_FAILED);
        }
        sink.onReleased(call.messageClass(), answer.size());
        return false;
    }

    boolean refuse(InboundCall call, RefusalCode why) {
        if (!calls.close(call)) {
            return false;
        }
        sink.observe(Observation.RESPONSE_OUT_FAILED, call.protocol(), 0);
        replies.refusal(call.requestId(), why);
        return true;
    }

    void onTime(MonoTime now) {
        for (var call = calls.firstExpired(now); call != null; call = calls.firstExpired(now)) {
            calls.cutOff(call);
            sink.observe(Observation.RESPONSE_OUT_EXPIRED, call.protocol(), 0);
            replies.refusal(call.requestId(), RefusalCode.EXPIRED);
        }
    }

    void onClosed() {
        for (var call = calls.any(); call != null; call = calls.any()) {
            calls.cutOff(call);
        }
    }
}
