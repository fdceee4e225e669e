package dev.aptosnet.domain.stream;

import dev.aptosnet.domain.wire.FrameKind;
import dev.aptosnet.domain.wire.FrameView;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MonoTime;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * The unfinished large messages of one connection. Memory is taken by what has arrived, never by
 * what a header announces: held is the sum of the pieces, and the arrays that those lie in are at
 * most twice as much. Single owner, which has to call {@link #expire} when {@link #nextDeadline}
 * comes.
 *
 * <p>With one open stream allowed it behaves as wire.md section 9 says of a receiver: a new header
 * replaces an unfinished stream. With more, each stream has its id, and a header with an id that is
 * open is refused (I-03).
 */
public final class InboundStreams {
    private final StreamLimits limits;
    private final StreamMemory memory;

    /** In the order of their headers; at most a handful, so that searching beats hashing. */
    private final List<Open> open = new ArrayList<>(1);

    /** No stream is to be dropped before; not moved by every piece, since it is asked often. */
    private MonoTime due = MonoTime.NEVER;

    private long heldBytes;
    private @Nullable LargeMessage completed;

    /** For one connection, with as much memory as its limits say. */
    public InboundStreams(StreamLimits limits) {
        this(limits, StreamMemory.UNLIMITED);
    }

    /** For one connection among others that share the memory. */
    public InboundStreams(StreamLimits limits, StreamMemory memory) {
        this.limits = limits;
        this.memory = memory;
    }

    /** Whether no stream is open. */
    public boolean isEmpty() {
        return open.isEmpty();
    }

    /**
     * Takes a STREAM_HEADER.
     *
     * @return ACCEPTED or STREAM_REPLACED if the stream is open now, else why it is not
     */
    public StreamResult onHeader(FrameView header, MonoTime now) {
        var refusal = refusal(header);
        if (refusal != null) {
            return refusal;
        }
        var result = StreamResult.ACCEPTED;
        if (limits.maxOpenStreams() == 1 && !open.isEmpty()) {
            drop(0);
            result = StreamResult.STREAM_REPLACED;
        }
        var stream = new Open(header, now);
        open.add(stream);
        due = MonoTime.earlier(due, deadline(stream));
        var room = take(stream, header.payload(), now);
        return room == StreamResult.ACCEPTED ? result : room;
    }

    /**
     * Takes a STREAM_FRAGMENT.
     *
     * @return ACCEPTED, COMPLETE, or why it was refused
     */
    public StreamResult onFragment(FrameView fragment, MonoTime now) {
        var index = indexOf(fragment.streamId());
        if (index < 0) {
            return open.isEmpty() ? StreamResult.STREAM_NONE : StreamResult.STREAM_WRONG_REQUEST_ID;
        }
        var stream = open.get(index);
        if (!stream.isDue(fragment.fragmentId())) {
            return StreamResult.STREAM_BAD_FRAGMENT_ID;
        }
        if (stream.isTooSmall(fragment)) {
            drop(index);
            return StreamResult.STREAM_PIECE_TOO_SMALL;
        }
        var room = take(stream, fragment.payload(), now);
        if (room != StreamResult.ACCEPTED) {
            return room;
        }
        stream.lastFragment = fragment.fragmentId();
        if (!stream.isLast()) {
            return StreamResult.ACCEPTED;
        }
        drop(index);
        completed = stream.whole();
        return StreamResult.COMPLETE;
    }

    /**
     * Takes a STREAM_RESET.
     *
     * @return RESET, or STREAM_NONE if no such stream is open
     */
    public StreamResult onReset(int streamId) {
        var index = indexOf(streamId);
        if (index < 0) {
            return StreamResult.STREAM_NONE;
        }
        drop(index);
        return StreamResult.RESET;
    }

    /**
     * The message that the last COMPLETE was about; once.
     *
     * @throws IllegalStateException if there is none
     */
    public LargeMessage takeCompleted() {
        var message = completed;
        if (message == null) {
            throw new IllegalStateException("no completed stream");
        }
        completed = null;
        return message;
    }

    /**
     * Drops the streams that got no piece for the idle time.
     *
     * @return how many
     */
    public int expire(MonoTime now) {
        if (now.isBefore(due)) {
            return 0;
        }
        var before = open.size();
        var next = MonoTime.NEVER;
        for (var i = before - 1; i >= 0; i--) {
            var deadline = deadline(open.get(i));
            if (now.isBefore(deadline)) {
                next = MonoTime.earlier(next, deadline);
            } else {
                drop(i);
            }
        }
        due = next;
        return before - open.size();
    }

    /**
     * Drops streams until no memory is owed, those first that have waited longest for a piece, and
     * of these the largest.
     *
     * @return how many
     */
    public int giveUpOwed() {
        var before = open.size();
        while (!open.isEmpty() && memory.isOwing()) {
            drop(stalest());
        }
        return before - open.size();
    }

    private int stalest() {
        var stalest = 0;
        for (var i = 1; i < open.size(); i++) {
            var order = open.get(i).lastPiece.compareTo(open.get(stalest).lastPiece);
            if (order < 0 || (order == 0 && open.get(i).bytes > open.get(stalest).bytes)) {
                stalest = i;
            }
        }
        return stalest;
    }

    /** Drops all streams. */
    public void clear() {
        while (!open.isEmpty()) {
            drop(open.size() - 1);
        }
    }

    /**
     * When to call {@link #expire} at the latest, which may find nothing to do yet; {@link
     * MonoTime#NEVER} while no stream is open.
     */
    public MonoTime nextDeadline() {
        return due;
    }

    /** How many streams are unfinished. */
    public int openStreams() {
        return open.size();
    }

    /** Sum of the pieces of all unfinished streams, in bytes. */
    public long heldBytes() {
        return heldBytes;
    }

    private @Nullable StreamResult refusal(FrameView header) {
        if (header.wrapped() == FrameKind.ERROR) {
            return StreamResult.STREAM_ERROR_MESSAGE;
        }
        if (header.numFragments() == 0 && limits.maxFragments() != Pieces.ANY_NUMBER) {
            return StreamResult.STREAM_ZERO_FRAGMENTS;
        }
        if (header.numFragments() > limits.maxFragments()) {
            return StreamResult.STREAM_TOO_MANY_FRAGMENTS;
        }
        if (limits.maxOpenStreams() > 1) {
            if (indexOf(header.streamId()) >= 0) {
                return StreamResult.STREAM_REPEATED_ID;
            }
            if (open.size() >= limits.maxOpenStreams()) {
                return StreamResult.STREAM_TOO_MANY_OPEN;
            }
        }
        return null;
    }

    private StreamResult take(Open stream, Bytes piece, MonoTime now) {
        var mostOfOne = (long) limits.maxMessageBytes() + limits.maxFrameBytes();
        if (stream.bytes + piece.size() > mostOfOne) {
            drop(open.indexOf(stream));
            return StreamResult.STREAM_TOO_LARGE;
        }
        if (heldBytes + piece.size() > limits.maxHeldBytes() || !memory.take(piece.size())) {
            drop(open.indexOf(stream));
            return StreamResult.STREAM_NO_ROOM;
        }
        stream.bytes += piece.size();
        heldBytes += piece.size();
        stream.lastPiece = now;
        if (!piece.isEmpty()) {
            stream.pieces.add(piece.compact());
        }
        return StreamResult.ACCEPTED;
    }

    private void drop(int index) {
        var bytes = open.remove(index).bytes;
        heldBytes -= bytes;
        due = open.isEmpty() ? MonoTime.NEVER : due;
        memory.giveBack(bytes);
    }

    private int indexOf(int streamId) {
        for (var i = 0; i < open.size(); i++) {
            if (open.get(i).id == streamId) {
                return i;
            }
        }
        return -1;
    }

    private MonoTime deadline(Open stream) {
        return stream.lastPiece.plus(limits.idleTimeout());
    }

    /** Whether a large answer to the request with this number is under way. */
    public boolean isAnswerArriving(int requestId) {
        for (var each : open) {
            if (each.kind == FrameKind.RPC_RESPONSE && each.requestId == requestId) {
                return true;
            }
        }
        return false;
    }

    /** One unfinished stream: what its header said, and the pieces so far. */
    private static final class Open {
        private final int id;
        private final int numFragments;
        private final FrameKind kind;
        private final int protocol;
        private final int requestId;
        private final int priority;
        private final long remainingMillis;
        private final MonoTime begun;
        private final List<Bytes> pieces = new ArrayList<>();
        private MonoTime lastPiece;
        private long bytes;
        private int lastFragment;

        private Open(FrameView header, MonoTime now) {
            id = header.streamId();
            numFragments = header.numFragments();
            kind = header.wrapped();
            protocol = header.protocol();
            requestId = header.requestId();
            priority = header.priority();
            remainingMillis = header.remainingMillis();
            begun = now;
            lastPiece = now;
        }

        /** Whether the header did not say how many fragments there are. */
        private boolean isLong() {
            return numFragments == 0;
        }

        private boolean isDue(int fragmentId) {
            return isLong()
                    ? fragmentId == 0 || fragmentId == lastFragment % Pieces.MAX_FRAGMENTS + 1
                    : fragmentId == lastFragment + 1;
        }

        private boolean isTooSmall(FrameView fragment) {
            return isLong()
                    && fragment.fragmentId() != 0
                    && fragment.payload().size() < Pieces.MIN_LONG_PIECE;
        }

        private boolean isLast() {
            return lastFragment == numFragments;
        }

        private LargeMessage whole() {
            return new LargeMessage(
                    kind,
                    protocol,
                    requestId,
                    priority,
                    remainingMillis,
                    begun,
                    Bytes.concat(pieces));
        }
    }
}
