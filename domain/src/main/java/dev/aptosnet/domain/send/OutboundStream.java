package dev.aptosnet.domain.send;

import dev.aptosnet.domain.stream.Pieces;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.transport.Lane;

/** A large message on its way out in pieces (wire.md section 9). */
public final class OutboundStream {
    private final OutboundMessage message;
    private final int streamId;
    private final int pieceBytes;
    private final int numFragments;
    private final Lane lane;
    private int next;

    /** In whose turn the pieces leave: the message's class, or a more urgent one that waits. */
    private MessageClass servedAs;

    OutboundStream(OutboundMessage message, int streamId, int pieceBytes, int numFragments) {
        this.message = message;
        this.streamId = streamId;
        this.pieceBytes = pieceBytes;
        this.numFragments = numFragments;
        this.servedAs = message.messageClass();
        this.lane = new Lane(servedAs, laneOf(streamId), false);
    }

    /** The number of the lane that the pieces of a stream are written to. */
    public static long laneOf(int streamId) {
        // Stream ids wrap at 2^32 and begin at 0, which among lanes means no transfer.
        return Integer.toUnsignedLong(streamId) + 1;
    }

    /** The stream id of the transfer that is written to this lane. */
    public static int streamIdOn(long lane) {
        return (int) (lane - 1);
    }

    /** What is being sent. */
    public OutboundMessage message() {
        return message;
    }

    /** Unsigned. */
    public int streamId() {
        return streamId;
    }

    /** How many pieces follow the first, as a header says it: 1 to 255, or 0 for more. */
    public int announcedFragments() {
        return numFragments <= Pieces.MAX_FRAGMENTS ? numFragments : 0;
    }

    /** The number of the piece that is due, as a fragment bears it ({@link Pieces}). */
    public int fragmentId() {
        if (numFragments <= Pieces.MAX_FRAGMENTS) {
            return next;
        }
        return isLast() ? 0 : (next - 1) % Pieces.MAX_FRAGMENTS + 1;
    }

    /** Number of the piece that is due: 0 for the one in the header. */
    public int nextPiece() {
        return next;
    }

    /** The piece that is due, not copied. */
    public Bytes piece() {
        var from = next * pieceBytes;
        return message.payload().slice(from, from + pieceLength());
    }

    /** Where the piece that is due is written. */
    public Lane lane() {
        return isLast() ? new Lane(lane.messageClass(), lane.transfer(), true) : lane;
    }

    int pieceLength() {
        return Math.min(pieceBytes, message.payload().size() - next * pieceBytes);
    }

    boolean isBegun() {
        return next > 0;
    }

    boolean isLast() {
        return next == numFragments;
    }

    void advance() {
        next++;
    }

    MessageClass servedAs() {
        return servedAs;
    }

    void serveAs(MessageClass messageClass) {
        servedAs = messageClass;
    }
}
