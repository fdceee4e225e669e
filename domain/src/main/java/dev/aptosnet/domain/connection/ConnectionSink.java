package dev.aptosnet.domain.connection;

import dev.aptosnet.domain.rpc.InboundCall;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

/**
 * What a connection gives out, during the calls that cause it and on its owner. Implementations may
 * call the connection again from {@link #onDirectSend} and {@link #onRequest}; none may throw or
 * block.
 */
public interface ConnectionSink {
    /**
     * A direct send has arrived whole.
     *
     * @param protocol one of those served
     * @param messageClass as the peer says, if it announced {@code PRIORITY_CLASSES}; else the
     *     protocol's
     * @param payload in the arrays it was received into, which may be larger than it
     */
    void onDirectSend(ProtocolId protocol, MessageClass messageClass, Bytes payload);

    /**
     * A request has arrived whole and holds one of the peer's slots until it is given back or its
     * deadline passes.
     */
    void onRequest(InboundCall call, Bytes payload);

    /**
     * Whether {@link #onDirectSend} of a protocol is done with the payload when it returns, so that
     * one which lies in lent memory need not be copied.
     */
    default boolean borrowsDirectSends(ProtocolId protocol) {
        return false;
    }

    /** The same of {@link #onRequest}. */
    default boolean borrowsRequests(ProtocolId protocol) {
        return false;
    }

    /**
     * A message that was given to the connection is in its queues no more: its last byte was
     * written, or it was dropped. Called exactly once for every message given to {@code send},
     * {@code call} and {@code respond}, also if that call refuses it.
     *
     * @param messageClass the message's
     * @param bytes size of its payload
     */
    void onReleased(MessageClass messageClass, int bytes);

    /**
     * A piece of an unfinished large message has come and wants memory; asked for each piece.
     * Unless overridden there is enough for the connection's own limits.
     *
     * @return whether it may be kept: if not, its stream is dropped, as {@code STREAM_NO_ROOM}
     */
    default boolean onStreamBytes(int bytes) {
        return true;
    }

    /** So much of what {@link #onStreamBytes} allowed is not held any more. */
    default void onStreamBytesFreed(long bytes) {}

    /**
     * Whether some of what {@link #onStreamBytes} allowed has to be freed, since other connections
     * need it; asked by {@link Connection#giveUpStreams} before each stream that it drops.
     */
    default boolean owesStreamBytes() {
        return false;
    }

    /**
     * The system has taken the last byte of a message. Told of one message of a class in 8 ms at
     * most. May come later than the call that wrote it.
     *
     * @param since when the message was given to the connection
     */
    default void onTaken(MessageClass messageClass, MonoTime since) {}

    /**
     * Something to count.
     *
     * @param protocol which protocol it concerns, if it is known
     * @param bytes of payload, where {@link Observation} says so; else 0
     */
    void observe(Observation what, @Nullable ProtocolId protocol, long bytes);

    /**
     * A peer's mistake, for a counter and one DEBUG line; the connection stays. Comes in place of
     * {@link #observe}.
     *
     * @param what {@link Observation#FRAME_UNDECODABLE} or {@link Observation#STREAM_REFUSED}
     * @param error which rule it broke, a {@code WireError} or {@code StreamError}
     */
    void observeMistake(Observation what, Enum<?> error);
}
