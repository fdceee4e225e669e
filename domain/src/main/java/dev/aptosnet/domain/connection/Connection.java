package dev.aptosnet.domain.connection;

import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.rpc.InboundCall;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.domain.send.FlushReason;
import dev.aptosnet.domain.send.OutboundMessage;
import dev.aptosnet.domain.send.OutboundStream;
import dev.aptosnet.domain.send.SendScheduler;
import dev.aptosnet.domain.stream.InboundStreams;
import dev.aptosnet.domain.stream.Pieces;
import dev.aptosnet.domain.stream.StreamMemory;
import dev.aptosnet.domain.stream.StreamResult;
import dev.aptosnet.domain.wire.FrameView;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.domain.wire.RefusalCode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.FrameSink;

import org.jspecify.annotations.Nullable;

import java.util.Collection;

/**
 * One connection: what the two sides say to each other once the handshake is done. Frames, messages
 * to send and the time go in; frames go out when the link wants them, everything else to a {@link
 * ConnectionSink} during the call that causes it.
 *
 * <p>Single owner, not thread-safe. It reads no clock and starts nothing: whoever owns it calls
 * {@link #onTime} at {@link #nextDeadline} and {@link #poll} while {@link #hasOutput}. Nothing that
 * a peer sends makes any method throw, and nothing that it sends ends the connection: frames that
 * would are the transport's matter (wire.md section 8).
 */
public final class Connection {
    /** Large messages under way at once towards a peer that keeps streams apart (I-03). */
    public static final int MAX_TRANSFERS = 8;

    /** The first message of each class is timed that leaves within 2^23 ns, some 8 ms. */
    private static final int TIMED_BITS = 23;

    private final ConnectionSink sink;
    private final ProtocolSet common;
    private final Protocols protocols;
    private final FrameView view;
    private final Pieces pieces;
    private final SendScheduler lanes;
    private final Frames frames;
    private final Replies replies;
    private final Callers callers;
    private final Requests requests;
    private final InboundStreams streams;
    private final boolean resetsAgreed;

    /** When the last message of each class was timed, by {@link MessageClass#index}. */
    private final int[] timedAt = new int[MessageClass.COUNT];

    /** Set once the link is gone. */
    private CallFailure.@Nullable Disconnected closed;

    /**
     * A connection whose handshake has succeeded.
     *
     * @param agreed what the two handshake messages came to; capabilities that only one side has
     *     are not used
     * @param served the protocols that somebody here takes requests or direct sends of
     */
    public Connection(
            ConnectionSettings settings,
            Negotiation.Agreed agreed,
            Collection<ProtocolId> served,
            ConnectionSink sink) {
        this.sink = sink;
        var capabilities = agreed.capabilities();
        this.common = agreed.common();
        this.protocols = new Protocols(served, capabilities.contains(Capability.PRIORITY_CLASSES));
        var many = capabilities.contains(Capability.MANY_FRAGMENTS);
        var interleaved = capabilities.contains(Capability.INTERLEAVED_STREAMS);
        this.view = new FrameView(common, capabilities);
        this.pieces = settings.pieces(many);
        this.streams = new InboundStreams(settings.streamLimits(interleaved, many), memory(sink));
        this.lanes =
                new SendScheduler(
                        pieces,
                        interleaved ? MAX_TRANSFERS : 1,
                        settings.weights(),
                        settings.criticalAllowanceBytes(),
                        settings.batchDelayNanos());
        this.frames = new Frames(capabilities, this::onLeft);
        this.replies = new Replies(capabilities.contains(Capability.REFUSALS), sink);
        this.resetsAgreed = capabilities.contains(Capability.STREAM_RESET);
        this.callers =
                new Callers(
                        settings.maxOutboundCalls(),
                        pieces,
                        lanes,
                        replies,
                        resetsAgreed,
                        streams,
                        sink);
        this.requests = new Requests(settings, protocols, pieces, lanes, replies, sink);
    }

    /**
     * Queues a direct send. Bounds of the queues are the caller's to keep; a message that is too
     * large, under a protocol that is not common, or for a closed connection is released at once.
     *
     * @param message of class {@link OutboundMessage} itself
     */
    public void send(MonoTime now, OutboundMessage message) {
        var size = message.payload().size();
        if (closed != null || !common.contains(message.protocol()) || !pieces.accepts(size)) {
            sink.onReleased(message.messageClass(), size);
            observe(Observation.DIRECT_SEND_FAILED, message.protocol(), size);
            return;
        }
        lanes.add(now, message);
    }

    /** Opens a call; it may fail before this returns. */
    public void call(MonoTime now, OutboundCall call) {
        if (closed != null) {
            callers.refuse(call, closed);
        } else if (!common.contains(call.protocol())) {
            callers.refuse(call, new CallFailure.UnsupportedProtocol());
        } else {
            callers.open(now, call);
        }
    }

    /**
     * Gives a call up: it fails as {@code Canceled}. A request of which nothing was written is not
     * sent; one in pieces is finished, unless the peer can be told.
     *
     * @return whether it was open
     */
    public boolean cancel(OutboundCall call) {
        return callers.cancel(call);
    }

    /**
     * Answers a request, once.
     *
     * @return whether the answer was queued: false if the request was answered or refused before,
     *     its time is over, the answer is too large, or the connection is closed
     */
    public boolean respond(MonoTime now, InboundCall call, Bytes answer) {
        return requests.respond(now, call, answer);
    }

    /**
     * Says that there will be no answer, which the peer learns if it announced {@code REFUSALS}.
     *
     * @return whether the request was open
     */
    public boolean refuse(InboundCall call, RefusalCode why) {
        return requests.refuse(call, why);
    }

    /** A frame has arrived; the arguments are those of {@code LinkHandler.onFrame}. */
    public void onFrame(MonoTime now, byte[] head, int offset, int length, Bytes rest) {
        if (read(head, offset, length, rest)) {
            take(now);
        }
    }

    /** Whether there is a frame for the view to tell of. */
    private boolean read(byte[] head, int offset, int length, Bytes rest) {
        if (closed != null) {
            return false;
        }
        var error = view.read(head, offset, length, rest);
        if (error != null) {
            sink.observeMistake(Observation.FRAME_UNDECODABLE, error);
            var b0 = length > 0 ? head[offset] : 0;
            var b1 = length > 1 ? head[offset + 1] : 0;
            replies.parsingError(b0, b1);
        }
        return error == null;
    }

    /** The same; the array is lent for the time of this call, as {@code onLentFrame} says. */
    public void onLentFrame(MonoTime now, byte[] array, int offset, int length) {
        if (read(array, offset, length, Bytes.EMPTY)) {
            if (!isBorrowed()) {
                view.keep();
            }
            take(now);
        }
    }

    private boolean isBorrowed() {
        return switch (view.kind()) {
            case DIRECT_SEND -> {
                var protocol = protocols.served(view.protocol());
                yield protocol != null && sink.borrowsDirectSends(protocol);
            }
            case RPC_REQUEST -> {
                var protocol = protocols.served(view.protocol());
                yield protocol != null && sink.borrowsRequests(protocol);
            }
            case RPC_RESPONSE -> callers.borrowsAnswer(view.requestId());
            case STREAM_HEADER, STREAM_FRAGMENT -> false;
            case ERROR, STREAM_RESET, REFUSAL -> true; // they have no payload
        };
    }

    private void take(MonoTime now) {
        switch (view.kind()) {
            case DIRECT_SEND -> onDirectSend(view.protocol(), view.priority(), view.payload());
            case RPC_REQUEST ->
                    requests.onRequest(
                            now,
                            now,
                            view.protocol(),
                            view.requestId(),
                            view.priority(),
                            view.remainingMillis(),
                            view.payload());
            case RPC_RESPONSE -> callers.onAnswer(view.requestId(), view.payload());
            case ERROR -> onError();
            case STREAM_HEADER -> onStream(now, streams.onHeader(view, now));
            case STREAM_FRAGMENT -> onStream(now, streams.onFragment(view, now));
            case STREAM_RESET -> onStream(now, streams.onReset(view.streamId()));
            case REFUSAL -> callers.onRefusal(view.requestId(), view.refusal());
        }
        view.clear();
    }

    /** Ends what is too late by now. Calling it early does nothing. */
    public void onTime(MonoTime now) {
        callers.onTime(now);
        requests.onTime(now);
        for (var dropped = streams.expire(now); dropped > 0; dropped--) {
            observe(Observation.STREAM_TIMED_OUT, null, 0);
        }
    }

    /**
     * Drops the peer's large messages under way for which other connections need the memory, as
     * {@link ConnectionSink#owesStreamBytes} says.
     */
    public void giveUpStreams() {
        for (var dropped = streams.giveUpOwed(); dropped > 0; dropped--) {
            sink.observeMistake(Observation.STREAM_REFUSED, StreamResult.STREAM_OVER_SHARE);
        }
    }

    /**
     * The link has given up a large message of ours, as {@code LinkHandler.onTransferLost} says. A
     * call fails as {@code TimedOut}; if all of it had been written, only the peer is told.
     */
    public void onTransferLost(long lane) {
        if (closed != null) {
            return;
        }
        var transfer = lanes.onLane(lane);
        if (transfer != null) {
            var message = transfer.message();
            onDropped(message);
            lanes.remove(message);
            if (message instanceof OutboundCall call) {
                callers.lost(call);
            }
        }
        if (resetsAgreed) {
            replies.streamReset(OutboundStream.streamIdOn(lane));
        }
    }

    /**
     * Writes frames, most urgent first, while the link wants them and something is queued that does
     * not wait for company any more.
     */
    public void poll(MonoTime now, FrameSink out) {
        frames.setTime(now);
        if (!hasOutput() || (replies.isEmpty() && lanes.isGathering(now))) {
            return;
        }
        var why = lanes.letGo(now);
        var written = write(out);
        if (written > 0) {
            observe(observed(why), null, written);
        }
    }

    private static Observation observed(FlushReason why) {
        return switch (why) {
            case AT_ONCE -> Observation.FLUSHED_AT_ONCE;
            case DUE -> Observation.FLUSHED_WHEN_DUE;
            case FULL -> Observation.FLUSHED_WHEN_FULL;
        };
    }

    /** How many frames were written. */
    private int write(FrameSink out) {
        for (var written = 0; ; written++) {
            if (!replies.isEmpty() && out.isWritable(Frames.REPLIES)) {
                observe(replies.nextKind(), null, 0);
                frames.writeReply(replies, out);
            } else if (!lanes.writeNext(frames, out)) {
                return written;
            }
        }
    }

    /**
     * Whether something is queued that {@link #poll} would write to a link that wants it, now or at
     * {@link #nextDeadline}.
     */
    public boolean hasOutput() {
        return !lanes.isEmpty() || !replies.isEmpty();
    }

    /** Whether nothing waits to leave, no call is open in either direction and none arrives. */
    public boolean isIdle() {
        return !hasOutput() && callers.size() == 0 && requests.size() == 0 && streams.isEmpty();
    }

    /**
     * When {@link #onTime} or {@link #poll} has something to do; {@link MonoTime#NEVER} if nothing
     * is waited for.
     */
    public MonoTime nextDeadline() {
        return MonoTime.earlier(
                MonoTime.earlier(callers.nextDeadline(), lanes.gatheredAt()),
                MonoTime.earlier(requests.nextDeadline(), streams.nextDeadline()));
    }

    /**
     * The link is gone. Every open call fails, everything queued is released, and every later
     * method call changes nothing. Calling it again does nothing.
     *
     * @param how how it ended, in one line
     */
    public void onClosed(String how) {
        if (closed != null) {
            return;
        }
        closed = new CallFailure.Disconnected(how);
        replies.clear();
        lanes.drain(this::onDropped);
        streams.clear();
        requests.onClosed();
        callers.onClosed(closed);
    }

    /** Calls of ours without an end. */
    public int openCalls() {
        return callers.size();
    }

    /** The peer's requests that were not answered, refused or too late. */
    public int openRequests() {
        return requests.size();
    }

    /** The peer's large messages under way. */
    public int openStreams() {
        return streams.openStreams();
    }

    /** Bytes that the peer's large messages under way hold. */
    public long streamBytes() {
        return streams.heldBytes();
    }

    /** The number of large messages of ours of which some pieces were written. */
    public int openTransfers() {
        return lanes.transfers();
    }

    private static StreamMemory memory(ConnectionSink sink) {
        return new StreamMemory() {
            @Override
            public boolean take(int bytes) {
                return sink.onStreamBytes(bytes);
            }

            @Override
            public void giveBack(long bytes) {
                sink.onStreamBytesFreed(bytes);
            }

            @Override
            public boolean isOwing() {
                return sink.owesStreamBytes();
            }
        };
    }

    private void onLeft(OutboundMessage message, FrameSink out) {
        var size = message.payload().size();
        var tick = (int) (frames.time().nanos() >> TIMED_BITS);
        if (timedAt[message.messageClass().index()] != tick) {
            timedAt[message.messageClass().index()] = tick;
            time(message, out);
        }
        sink.onReleased(message.messageClass(), size);
        var what =
                switch (message) {
                    case OutboundCall _ -> Observation.REQUEST_OUT_SENT;
                    case InboundCall _ -> Observation.RESPONSE_OUT_SENT;
                    default -> Observation.DIRECT_SEND_SENT;
                };
        observe(what, message.protocol(), size);
    }

    private void time(OutboundMessage message, FrameSink out) {
        var messageClass = message.messageClass();
        var since = frames.time().plusNanos(-message.waitedNanos(frames.time()));
        out.whenTaken(() -> sink.onTaken(messageClass, since));
    }

    private void onDropped(OutboundMessage message) {
        var size = message.payload().size();
        sink.onReleased(message.messageClass(), size);
        switch (message) {
            case OutboundCall _ -> {} // counted when its call fails
            case InboundCall _ ->
                    observe(Observation.RESPONSE_OUT_FAILED, message.protocol(), size);
            default -> observe(Observation.DIRECT_SEND_FAILED, message.protocol(), size);
        }
    }

    private void onDirectSend(int number, int priority, Bytes payload) {
        var protocol = protocols.served(number);
        if (protocol == null) {
            observe(Observation.DIRECT_SEND_UNKNOWN, protocols.named(number), payload.size());
            replies.directSendNotSupported(number);
            return;
        }
        observe(Observation.DIRECT_SEND_RECEIVED, protocol, payload.size());
        sink.onDirectSend(protocol, protocols.classOf(protocol, priority), payload);
    }

    /** Only counted: an error is never answered, and carries no number that names a call. */
    private void onError() {
        switch (view.errorKind()) {
            case PARSING_ERROR -> observe(Observation.ERROR_IN_PARSING, null, 0);
            case RPC_NOT_SUPPORTED ->
                    observe(
                            Observation.ERROR_IN_REQUEST_NOT_SUPPORTED,
                            protocols.named(view.protocol()),
                            0);
            case DIRECT_SEND_NOT_SUPPORTED ->
                    observe(
                            Observation.ERROR_IN_DIRECT_SEND_NOT_SUPPORTED,
                            protocols.named(view.protocol()),
                            0);
        }
    }

    private void onStream(MonoTime now, StreamResult result) {
        if (result.isError()) {
            sink.observeMistake(Observation.STREAM_REFUSED, result);
        } else if (result == StreamResult.RESET) {
            observe(Observation.STREAM_RESET_IN, null, 0);
        } else if (result == StreamResult.COMPLETE) {
            var whole = streams.takeCompleted();
            switch (whole.kind()) {
                case DIRECT_SEND ->
                        onDirectSend(whole.protocol(), whole.priority(), whole.payload());
                case RPC_REQUEST ->
                        requests.onRequest(
                                now,
                                whole.begun(),
                                whole.protocol(),
                                whole.requestId(),
                                whole.priority(),
                                whole.remainingMillis(),
                                whole.payload());
                case RPC_RESPONSE -> callers.onAnswer(whole.requestId(), whole.payload());
                default -> {} // the receiver refuses every other kind
            }
        }
    }

    private void observe(Observation what, @Nullable ProtocolId protocol, long bytes) {
        sink.observe(what, protocol, bytes);
    }
}
