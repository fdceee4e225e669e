package dev.aptosnet.domain.connection;

import dev.aptosnet.domain.rpc.InboundCall;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.domain.send.FrameWriter;
import dev.aptosnet.domain.send.OutboundMessage;
import dev.aptosnet.domain.send.OutboundStream;
import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;

import java.util.Set;
import java.util.function.BiConsumer;

/** Puts heads before payloads, as the peer understands them. */
final class Frames implements FrameWriter {
    /** Where replies of the connection itself go. */
    static final Lane REPLIES = Lane.of(MessageClass.CRITICAL);

    private static final long MAX_MILLIS = 0xffff_ffffL;

    private final boolean classes;
    private final boolean deadlines;
    private final BiConsumer<OutboundMessage, FrameSink> onLeft;
    private final byte[] scratch = new byte[FrameHead.SCRATCH_BYTES];
    private MonoTime now = new MonoTime(0);

    Frames(Set<Capability> agreed, BiConsumer<OutboundMessage, FrameSink> onLeft) {
        this.classes = agreed.contains(Capability.PRIORITY_CLASSES);
        this.deadlines = agreed.contains(Capability.DEADLINES);
        this.onLeft = onLeft;
    }

    /** What the time is for the frames that follow. */
    void setTime(MonoTime time) {
        now = time;
    }

    MonoTime time() {
        return now;
    }

    void writeReply(Replies replies, FrameSink out) {
        var reset = replies.nextKind() == Observation.STREAM_RESET_OUT;
        var stream = replies.nextNumber();
        var length = replies.writeNext(scratch);
        out.write(REPLIES, scratch, length, Bytes.EMPTY);
        if (reset) {
            out.giveUp(OutboundStream.laneOf(stream));
        }
    }

    @Override
    public void writeWhole(OutboundMessage message, FrameSink out) {
        var size = message.payload().size();
        var length =
                switch (message) {
                    case OutboundCall call -> request(call, size);
                    case InboundCall answer ->
                            FrameHead.rpcResponse(
                                    scratch, answer.requestId(), answer.wirePriority(), size);
                    default ->
                            FrameHead.directSend(
                                    scratch, message.protocol().number(), priority(message), size);
                };
        out.write(Lane.of(message.messageClass()), scratch, length, message.payload());
    }

    private int request(OutboundCall call, int size) {
        var protocol = call.protocol().number();
        return deadlines
                ? FrameHead.rpcRequestWithDeadline(
                        scratch, protocol, call.requestId(), priority(call), millis(call), size)
                : FrameHead.rpcRequest(scratch, protocol, call.requestId(), priority(call), size);
    }

    @Override
    public void writePiece(OutboundStream transfer, FrameSink out) {
        var piece = transfer.piece();
        var length =
                transfer.nextPiece() == 0
                        ? header(transfer, piece.size())
                        : FrameHead.streamFragment(
                                scratch, transfer.streamId(), transfer.fragmentId(), piece.size());
        out.write(transfer.lane(), scratch, length, piece);
    }

    private int header(OutboundStream transfer, int size) {
        var message = transfer.message();
        var stream = transfer.streamId();
        var fragments = transfer.announcedFragments();
        var protocol = message.protocol().number();
        return switch (message) {
            case OutboundCall call ->
                    deadlines
                            ? FrameHead.streamHeaderRpcRequestWithDeadline(
                                    scratch,
                                    stream,
                                    fragments,
                                    protocol,
                                    call.requestId(),
                                    priority(call),
                                    millis(call),
                                    size)
                            : FrameHead.streamHeaderRpcRequest(
                                    scratch,
                                    stream,
                                    fragments,
                                    protocol,
                                    call.requestId(),
                                    priority(call),
                                    size);
            case InboundCall answer ->
                    FrameHead.streamHeaderRpcResponse(
                            scratch,
                            stream,
                            fragments,
                            answer.requestId(),
                            answer.wirePriority(),
                            size);
            default ->
                    FrameHead.streamHeaderDirectSend(
                            scratch, stream, fragments, protocol, priority(message), size);
        };
    }

    @Override
    public void onLeft(OutboundMessage message, FrameSink out) {
        onLeft.accept(message, out);
    }

    private int priority(OutboundMessage message) {
        return classes ? message.messageClass().wirePriority() : 0;
    }

    /** How long the caller still waits, rounded up; unsigned. */
    private int millis(OutboundCall call) {
        var nanos = Math.max(0, call.deadline().nanosSince(now));
        return (int) Math.clamp(Math.ceilDiv(nanos, 1_000_000L), 1, MAX_MILLIS);
    }
}
