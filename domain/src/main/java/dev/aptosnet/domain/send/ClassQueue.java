package dev.aptosnet.domain.send;

import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** What waits in one class. */
final class ClassQueue {
    /** Most connections never send anything large: what that needs is made with the first. */
    private static final Deque<OutboundStream> NO_TRANSFERS = new ArrayDeque<>(0);

    /** In the order they were given, but for those below. */
    final MessageQueue waiting = new MessageQueue();

    /** Large ones whose turn has come while as many as allowed are under way. */
    private @Nullable MessageQueue parked;

    /** Large ones of which pieces leave in this class's turn, one piece each in rotation. */
    private Deque<OutboundStream> transfers = NO_TRANSFERS;

    /** Protocols of which a large direct send is parked or under way. */
    private List<Hold> holds = List.of();

    final int weight;

    /** Where whole messages of this class are written. */
    private final Lane whole;

    /** Messages of this class in any of the above. */
    int messages;

    /** Bytes served, divided by the weight: who has the least is next. */
    long served;

    /** Bytes of whole messages since the last piece, and the size of that piece. */
    private long sincePiece;

    private long lastPiece;

    /** The later messages of a protocol that wait for a large one. */
    private record Hold(ProtocolId protocol, MessageQueue behind) {}

    ClassQueue(int weight, Lane whole) {
        this.weight = weight;
        this.whole = whole;
    }

    /** Whether nothing of this class is here, and nothing of others is served as this class. */
    boolean isEmpty() {
        return messages == 0 && transfers.isEmpty();
    }

    /** Whether something could be written at once, given that {@code waiting} has been tidied. */
    boolean isReady() {
        return !waiting.isEmpty() || !transfers.isEmpty();
    }

    /** Whether the link wants any of what is ready. */
    boolean isWanted(FrameSink out) {
        if (!waiting.isEmpty() && out.isWritable(whole)) {
            return true;
        }
        if (transfers.isEmpty()) {
            return false; // and no iterator is made
        }
        for (var transfer : transfers) {
            if (out.isWritable(transfer.lane())) {
                return true;
            }
        }
        return false;
    }

    void park(OutboundMessage message) {
        if (parked == null) {
            parked = new MessageQueue();
        }
        parked.add(message);
    }

    /** The parked one that is next; null if none is. */
    @Nullable OutboundMessage firstParked() {
        return parked == null ? null : parked.peek();
    }

    /** Takes out a message that is parked. */
    void unpark(OutboundMessage message) {
        if (parked != null) {
            parked.remove(message);
        }
    }

    boolean holdsAny() {
        return !holds.isEmpty();
    }

    void hold(ProtocolId protocol) {
        if (holds.isEmpty()) {
            holds = new ArrayList<>(1);
        }
        holds.add(new Hold(protocol, new MessageQueue()));
    }

    /** What messages of the protocol have to wait behind; null if nothing. */
    @Nullable MessageQueue heldBehind(ProtocolId protocol) {
        for (var i = 0; i < holds.size(); i++) {
            if (holds.get(i).protocol.equals(protocol)) {
                return holds.get(i).behind;
            }
        }
        return null;
    }

    /** Lets the messages that waited behind a large one go first: they are the oldest. */
    void release(ProtocolId protocol) {
        for (var i = 0; i < holds.size(); i++) {
            if (holds.get(i).protocol.equals(protocol)) {
                waiting.prepend(holds.remove(i).behind);
                return;
            }
        }
    }

    void begin(OutboundStream transfer) {
        if (transfers.isEmpty()) {
            transfers = new ArrayDeque<>(2);
        }
        transfers.add(transfer);
    }

    void end(OutboundStream transfer) {
        transfers.remove(transfer);
    }

    Iterable<OutboundStream> transfers() {
        return transfers;
    }

    /**
     * The transfer whose piece is due, to the end of the rotation; null if it is a whole message's
     * turn. While both wait they take turns by bytes, whole messages first; what the link does not
     * want is passed over.
     */
    @Nullable OutboundStream nextTransfer(FrameSink out) {
        if (transfers.isEmpty()
                || (!waiting.isEmpty() && sincePiece < lastPiece && out.isWritable(whole))) {
            return null;
        }
        for (var left = transfers.size(); left > 0; left--) {
            var transfer = transfers.removeFirst();
            transfers.addLast(transfer);
            if (out.isWritable(transfer.lane())) {
                lastPiece = transfer.pieceLength();
                sincePiece = 0;
                return transfer;
            }
        }
        return null;
    }

    void countWhole(int bytes) {
        sincePiece += bytes;
    }

    /** Empties the lane. */
    void drain(Consumer<OutboundMessage> to) {
        for (var transfer : transfers) {
            to.accept(transfer.message());
        }
        transfers = NO_TRANSFERS;
        if (parked != null) {
            drain(parked, to);
        }
        for (var hold : holds) {
            drain(hold.behind, to);
        }
        holds = List.of();
        drain(waiting, to);
        messages = 0;
    }

    private static void drain(MessageQueue queue, Consumer<OutboundMessage> to) {
        for (var message = queue.poll(); message != null; message = queue.poll()) {
            to.accept(message);
        }
    }
}
