package dev.aptosnet.domain.send;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

/**
 * One message on its way out, and the node of the queue it waits in, so that nothing else is
 * allocated for it. An object of this very class is a direct send; calls and answers extend it.
 *
 * <p>It is made by the thread that sends and belongs to one holder at a time. Until it is given to
 * the connection its {@link #next} link is free for a queue of the holder's own; from then on
 * nobody but the connection touches it. A message is given to one connection, once.
 *
 * <p>40 bytes of heap beside the payload, with compressed references.
 */
public class OutboundMessage {
    private static final int TICK_BITS = 10;

    private final ProtocolId protocol;
    private final MessageClass messageClass;
    private Bytes payload;
    private @Nullable OutboundMessage next;

    /** Set while a queue of the connection holds the message, so that it can be taken out. */
    @Nullable OutboundMessage previous;

    private Place place = Place.OUTSIDE;

    /** When the connection got it, in 1,024 ns; an int, so that the object grows by nothing. */
    private int takenAt;

    /** Where a message is. */
    enum Place {
        /** Not given to a connection yet, or finished with. */
        OUTSIDE,
        /** In its class's queue, or behind a large message of its protocol. */
        WAITING,
        /** Large, and as many large ones as may be are under way. */
        PARKED,
        /** It has a stream, and its last piece has not been written. */
        IN_PIECES
    }

    /**
     * A direct send.
     *
     * @param protocol one that both ends announced
     * @param messageClass decides the order; messages of one protocol keep theirs within a class
     * @param payload the encoded message, at most {@code max_message_size} bytes
     */
    public OutboundMessage(ProtocolId protocol, MessageClass messageClass, Bytes payload) {
        this.protocol = protocol;
        this.messageClass = messageClass;
        this.payload = payload;
    }

    /** Under which protocol. */
    public final ProtocolId protocol() {
        return protocol;
    }

    /** How urgent. */
    public final MessageClass messageClass() {
        return messageClass;
    }

    /** What is sent; empty once it has been sent or dropped. */
    public final Bytes payload() {
        return payload;
    }

    /** The holder's link. */
    public final @Nullable OutboundMessage next() {
        return next;
    }

    /** Sets the holder's link. */
    public final void linkTo(@Nullable OutboundMessage following) {
        next = following;
    }

    /**
     * Whether the message must not overtake, nor be overtaken by, others of its protocol and class.
     * Direct sends; calls and answers say no, since requests are served at once in any case and
     * answers find their calls by number.
     */
    public boolean keepsOrder() {
        return true;
    }

    /** For answers, whose payload is known after the node. */
    protected final void fill(Bytes content) {
        payload = content;
    }

    /** Lets go of the payload; the message is finished with. */
    final void discard() {
        payload = Bytes.EMPTY;
        place = Place.OUTSIDE;
    }

    /** Notes when the connection got the message. */
    final void takenAt(MonoTime now) {
        takenAt = (int) (now.nanos() >> TICK_BITS);
    }

    /** How long the connection has had the message, in nanoseconds; right up to 36 minutes. */
    public final long waitedNanos(MonoTime now) {
        return ((long) ((int) (now.nanos() >> TICK_BITS) - takenAt)) << TICK_BITS;
    }

    final Place place() {
        return place;
    }

    final void moveTo(Place where) {
        place = where;
    }
}
