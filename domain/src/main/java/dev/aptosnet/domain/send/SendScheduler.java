package dev.aptosnet.domain.send;

import dev.aptosnet.domain.stream.Pieces;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Chooses which of a connection's queued messages, or which piece of a large one, leaves next
 * (I-01, I-02). Single owner; allocates nothing for a message that fits one frame.
 *
 * <ul>
 *   <li>The critical class goes first while it has allowance left. Bytes it sends while others wait
 *       use the allowance up; bytes of others earn it back by the weights. So it is never held up
 *       by bulk, and never takes more than its weight for long.
 *   <li>The other classes share by weight: the one that was served least in proportion is next.
 *       This is weighted deficit round robin with rounds of one byte, so that a small message of a
 *       light class waits for one piece of a heavy one at most, not for a whole quantum. A class
 *       that was idle does not collect a claim meanwhile.
 *   <li>Within a class, messages leave in the order they were given, except that a large one leaves
 *       in pieces beside the others. Direct sends of the same protocol wait until it is through.
 *   <li>At most {@code maxTransfers} large messages are under way; one towards peers that cannot
 *       keep streams apart. Others wait, and small messages pass them. If a more urgent one has to
 *       wait, then one that is under way is served in its class's turn until it is through; and if
 *       it fits one frame it goes in one frame instead of waiting behind less urgent ones.
 * </ul>
 */
public final class SendScheduler {
    /** Counted for each frame besides its payload, so that empty messages are not free. */
    private static final int FRAME_COST = 32;

    private final Pieces pieces;
    private final int frameBytes;
    private final int wholeBytes;
    private final int maxTransfers;
    private final long allowance;
    private final ClassQueue[] lanes = new ClassQueue[MessageClass.COUNT];
    private final ClassQueue critical;

    /** Null where no class waits. */
    private final @Nullable BatchTimer gathering;

    /**
     * A bit for each class, by index, that may have something; those without are not even looked
     * at, since an idle class of one connection among many is in no cache.
     */
    private int occupied;

    private int queued;
    private int transfers;
    private long transferBytes;
    private int nextStreamId;

    /** How far ahead of its share the critical class may still go, in bytes. */
    private long credit;

    /** Whether the link wanted others when it was chosen last. */
    private boolean contested;

    /** What the class that was chosen last had been served. */
    private long served;

    /**
     * For one connection.
     *
     * @param pieces how payloads are cut towards the peer
     * @param maxTransfers large messages under way at once: 1 towards a peer that takes one stream
     *     at a time; otherwise each class may have one more than the next less urgent one, as long
     *     as a receiver has room for them
     * @param weights by {@link MessageClass#index}
     * @param criticalAllowance how many bytes of the critical class may go before others that wait
     * @param delayNanos how long messages may wait for company, by {@link MessageClass#index}
     */
    public SendScheduler(
            Pieces pieces,
            int maxTransfers,
            int[] weights,
            int criticalAllowance,
            long[] delayNanos) {
        this.pieces = pieces;
        this.frameBytes = pieces.maxFrameBytes() - Pieces.HEAD_ROOM;
        this.wholeBytes = Math.min(frameBytes, pieces.minPieceBytes());
        this.maxTransfers = maxTransfers;
        this.allowance = criticalAllowance;
        this.credit = criticalAllowance;
        for (var i = 0; i < lanes.length; i++) {
            lanes[i] = new ClassQueue(weights[i], Lane.of(MessageClass.ofIndex(i)));
        }
        this.critical = lanes[0];
        this.gathering =
                Arrays.stream(delayNanos).allMatch(delay -> delay == 0)
                        ? null
                        : new BatchTimer(delayNanos);
    }

    /** Queues a message whose size the {@link Pieces} accept. */
    public void add(MonoTime now, OutboundMessage message) {
        message.takenAt(now);
        if (gathering != null) {
            gathering.add(now, message.messageClass(), message.payload().size());
        }
        var lane = lane(message.messageClass());
        if (lane.messages == 0) {
            lane.served = Math.max(lane.served, served);
        }
        lane.messages++;
        occupy(message.messageClass());
        queued++;
        message.moveTo(OutboundMessage.Place.WAITING);
        lane.waiting.add(message);
    }

    private void occupy(MessageClass messageClass) {
        occupied |= 1 << messageClass.index();
    }

    /** Whether what is queued waits for company. */
    public boolean isGathering(MonoTime now) {
        return gathering != null && gathering.holds(now);
    }

    /** When that ends at the latest. */
    public MonoTime gatheredAt() {
        return gathering == null ? MonoTime.NEVER : gathering.dueAt();
    }

    /** Lets what is queued leave, and says why; to be called before it is written. */
    public FlushReason letGo(MonoTime now) {
        return gathering == null ? FlushReason.AT_ONCE : gathering.letGo(now);
    }

    private void count(int less) {
        queued -= less;
        if (queued == 0 && gathering != null) {
            gathering.clear();
        }
    }

    /** Whether nothing is queued or under way. */
    public boolean isEmpty() {
        return queued == 0;
    }

    /** Messages that are queued or under way. */
    public int size() {
        return queued;
    }

    /** Large messages that have a stream, begun or about to. */
    public int transfers() {
        return transfers;
    }

    /** Whether the last byte of a message has not been written yet. */
    public boolean holds(OutboundMessage message) {
        return message.place() != OutboundMessage.Place.OUTSIDE;
    }

    /** The transfer of a message of which pieces have been written, but not the last. */
    public @Nullable OutboundStream begun(OutboundMessage message) {
        if (message.place() != OutboundMessage.Place.IN_PIECES) {
            return null;
        }
        var transfer = transferOf(message);
        return transfer.isBegun() ? transfer : null;
    }

    /** The transfer that is written to this lane and has not been written whole; null if none. */
    public @Nullable OutboundStream onLane(long transfer) {
        for (var lane : lanes) {
            for (var candidate : lane.transfers()) {
                if (candidate.lane().transfer() == transfer) {
                    return candidate;
                }
            }
        }
        return null;
    }

    /**
     * Takes a message back; nothing more of it is written.
     *
     * @param message one that does not keep order, or is under way in pieces
     * @return whether it was here
     */
    public boolean remove(OutboundMessage message) {
        var lane = lane(message.messageClass());
        switch (message.place()) {
            case OUTSIDE -> {
                return false;
            }
            case WAITING -> lane.waiting.remove(message);
            case PARKED -> lane.unpark(message);
            case IN_PIECES -> end(transferOf(message));
        }
        lane.messages--;
        count(1);
        message.discard();
        return true;
    }

    /**
     * Writes one frame: the next whole message, or a piece, of those that the link wants now.
     *
     * @return false if nothing is queued, or the link wants none of it
     */
    public boolean writeNext(FrameWriter writer, FrameSink out) {
        if (queued == 0) {
            return false;
        }
        var lane = choose(out);
        if (lane == null) {
            return false;
        }
        served = lane == critical ? served : lane.served;
        var transfer = lane.nextTransfer(out);
        if (transfer != null) {
            writePiece(lane, transfer, writer, out);
            return true;
        }
        var message = lane.waiting.poll();
        if (message != null) {
            var bytes = message.payload().size();
            lane.countWhole(bytes + FRAME_COST);
            charge(lane, bytes + FRAME_COST);
            writer.writeWhole(message, out);
            leave(message, writer, out);
        }
        return true;
    }

    /** Empties all queues and ends all transfers; every message is handed over once. */
    public void drain(Consumer<OutboundMessage> to) {
        count(queued);
        transfers = 0;
        transferBytes = 0;
        for (var lane : lanes) {
            lane.drain(
                    message -> {
                        to.accept(message);
                        message.discard();
                    });
        }
    }

    private void writePiece(
            ClassQueue lane, OutboundStream transfer, FrameWriter writer, FrameSink out) {
        var bytes = transfer.pieceLength() + FRAME_COST;
        charge(lane, bytes);
        var own = lane(transfer.message().messageClass());
        if (own != lane) {
            // The bytes are its own class's, though they left in the turn of another.
            own.served += scaled(bytes, own);
        }
        writer.writePiece(transfer, out);
        var last = transfer.isLast();
        transfer.advance();
        if (last) {
            end(transfer);
            leave(transfer.message(), writer, out);
        }
    }

    private void leave(OutboundMessage message, FrameWriter writer, FrameSink out) {
        lane(message.messageClass()).messages--;
        count(1);
        message.moveTo(OutboundMessage.Place.OUTSIDE);
        writer.onLeft(message, out);
        message.discard();
    }

    /** The class that is next among those that the link wants; null if there is none. */
    private @Nullable ClassQueue choose(FrameSink out) {
        ClassQueue best = null;
        var criticalReady = false;
        var others = 0;
        for (var left = occupied; left != 0; left &= left - 1) {
            var i = Integer.numberOfTrailingZeros(left);
            var lane = lanes[i];
            if (lane.isEmpty()) {
                occupied &= ~(1 << i);
                continue;
            }
            tidy(lane);
            if (lane == critical) {
                criticalReady = lane.isReady();
            } else {
                others |= 1 << i;
            }
        }
        var othersReady = false;
        for (var left = others; left != 0; left &= left - 1) {
            var lane = lanes[Integer.numberOfTrailingZeros(left)];
            othersReady |= lane.isReady();
            if (lane.isReady()
                    && (best == null || lane.served < best.served)
                    && lane.isWanted(out)) {
                best = lane;
            }
        }
        if (!othersReady && !criticalReady) {
            throw new IllegalStateException(queued + " messages queued, none ready");
        }
        contested = best != null;
        if (best == null) {
            credit = othersReady ? credit : allowance;
            return criticalReady && critical.isWanted(out) ? critical : null;
        }
        for (var left = others; left != 0; left &= left - 1) {
            var lane = lanes[Integer.numberOfTrailingZeros(left)];
            if (lane.isReady() && lane.served < best.served) {
                // The link does not want it now: no claim is collected meanwhile.
                lane.served = best.served;
            }
        }
        return credit > 0 && criticalReady && critical.isWanted(out) ? critical : best;
    }

    /**
     * Moves what cannot be written now from the head of the queue to where it waits, so that the
     * head is a message to be written whole.
     */
    private void tidy(ClassQueue lane) {
        for (var head = lane.waiting.peek(); head != null; head = lane.waiting.peek()) {
            var size = head.payload().size();
            if (lane.holdsAny() && head.keepsOrder()) {
                var behind = lane.heldBehind(head.protocol());
                if (behind != null) {
                    lane.waiting.remove(head);
                    behind.add(head);
                    continue;
                }
            }
            if (size <= wholeBytes) {
                return;
            }
            if (!mayBegin(head.messageClass(), size)) {
                if (fitsOneFrame(size) && isMostUrgent(head.messageClass())) {
                    return;
                }
                setAside(lane, head);
                lane.park(head);
                head.moveTo(OutboundMessage.Place.PARKED);
                hasten(head.messageClass());
            } else {
                setAside(lane, head);
                begin(lane, head);
            }
        }
    }

    private static void setAside(ClassQueue lane, OutboundMessage head) {
        lane.waiting.remove(head);
        if (head.keepsOrder()) {
            lane.hold(head.protocol());
        }
    }

    private void begin(ClassQueue lane, OutboundMessage message) {
        var size = message.payload().size();
        message.moveTo(OutboundMessage.Place.IN_PIECES);
        transfers++;
        transferBytes += size;
        lane.begin(
                new OutboundStream(
                        message,
                        nextStreamId++,
                        pieces.pieceBytes(size),
                        pieces.numFragments(size)));
    }

    private void end(OutboundStream transfer) {
        var message = transfer.message();
        lane(transfer.servedAs()).end(transfer);
        transfers--;
        transferBytes -= message.payload().size();
        if (message.keepsOrder()) {
            lane(message.messageClass()).release(message.protocol());
        }
        beginParked();
    }

    /** Gives free places to parked messages, to the classes in the order of {@link #choose}. */
    private void beginParked() {
        while (true) {
            ClassQueue best = null;
            for (var i = 0; i < lanes.length; i++) {
                var lane = lanes[i];
                var first = lane.firstParked();
                if (first != null && mayBegin(MessageClass.ofIndex(i), first.payload().size())) {
                    if (lane == critical && credit > 0) {
                        best = lane;
                        break;
                    }
                    if (best == null || best == critical || lane.served < best.served) {
                        best = lane;
                    }
                }
            }
            var message = best == null ? null : best.firstParked();
            if (best == null || message == null) {
                break;
            }
            best.unpark(message);
            begin(best, message);
        }
        for (var i = 0; i < lanes.length; i++) {
            if (lanes[i].firstParked() != null) {
                hasten(MessageClass.ofIndex(i));
            }
        }
    }

    /** Makes sure that what a parked message of this class waits for is not less urgent. */
    private void hasten(MessageClass waits) {
        for (var i = 0; i <= waits.index(); i++) {
            if (lanes[i].transfers().iterator().hasNext()) {
                return;
            }
        }
        for (var i = waits.index() + 1; i < lanes.length; i++) {
            var iterator = lanes[i].transfers().iterator();
            if (iterator.hasNext()) {
                var transfer = iterator.next();
                lanes[i].end(transfer);
                transfer.serveAs(waits);
                lane(waits).begin(transfer);
                occupy(waits);
                return;
            }
        }
    }

    /**
     * Whether a large message may begin. A receiver holds at most 2 M bytes of unfinished streams
     * and drops what exceeds them, so what is under way together stays below; the less urgent leave
     * some of it to the more urgent.
     */
    private boolean mayBegin(MessageClass messageClass, int size) {
        if (transfers == 0 || maxTransfers == 1) {
            return transfers == 0;
        }
        var index = messageClass.index();
        var mostBytes = (long) pieces.maxMessageBytes() * (2 * MessageClass.COUNT - index) / 4;
        return transfers < maxTransfers + MessageClass.COUNT - 1 - index
                && transferBytes + size <= mostBytes;
    }

    private boolean fitsOneFrame(int size) {
        return size <= frameBytes;
    }

    /** Whether all large messages under way are of less urgent classes. */
    private boolean isMostUrgent(MessageClass messageClass) {
        for (var lane : lanes) {
            for (var transfer : lane.transfers()) {
                if (transfer.message().messageClass().index() <= messageClass.index()) {
                    return false;
                }
            }
        }
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // a message is an object with a life, not a value
    private OutboundStream transferOf(OutboundMessage message) {
        for (var lane : lanes) {
            for (var transfer : lane.transfers()) {
                if (transfer.message() == message) {
                    return transfer;
                }
            }
        }
        throw new IllegalStateException("in pieces without a transfer");
    }

    /** Counts bytes that leave in this class's turn. */
    private void charge(ClassQueue lane, int bytes) {
        if (lane != critical) {
            lane.served += scaled(bytes, lane);
        }
        var others = 0;
        for (var i = 1; i < lanes.length; i++) {
            if (lanes[i].messages > 0) {
                others += lanes[i].weight;
            }
        }
        if (others == 0) {
            credit = allowance;
        } else if (lane == critical) {
            credit -= contested ? bytes : 0;
        } else {
            credit = Math.min(allowance, credit + (long) bytes * critical.weight / others);
        }
    }

    /** Bytes by weight, times 1024 so that nothing is lost in the division. */
    private static long scaled(int bytes, ClassQueue lane) {
        return ((long) bytes << 10) / lane.weight;
    }

    private ClassQueue lane(MessageClass messageClass) {
        return lanes[messageClass.index()];
    }
}
