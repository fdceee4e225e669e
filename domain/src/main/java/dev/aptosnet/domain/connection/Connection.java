package dev.aptosnet.domain.connection;

import dev.aptosnet.domain.lane.OutboundMessage;
import dev.aptosnet.domain.rpc.InboundCall;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.domain.wire.RefusalCode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.FrameSink;

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
@SuppressWarnings("DoNotCallSuggester")
public final class Connection {
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
        throw new UnsupportedOperationException();
    }

    /**
     * Queues a direct send. Bounds of the queues are the caller's to keep; a message that is too
     * large, under a protocol that is not common, or for a closed connection is released at once.
     *
     * @param message of class {@link OutboundMessage} itself
     */
    public void send(OutboundMessage message) {
        throw new UnsupportedOperationException();
    }

    /** Opens a call; it may fail before this returns. */
    public void call(MonoTime now, OutboundCall call) {
        throw new UnsupportedOperationException();
    }

    /**
     * Gives a call up: it fails as {@code Canceled}. A request of which nothing was written is not
     * sent; one in pieces is finished, unless the peer can be told.
     *
     * @return whether it was open
     */
    public boolean cancel(OutboundCall call) {
        throw new UnsupportedOperationException();
    }

    /**
     * Answers a request, once.
     *
     * @return whether the answer was queued: false if the request was answered or refused before,
     *     its time is over, the answer is too large, or the connection is closed
     */
    public boolean respond(InboundCall call, Bytes answer) {
        throw new UnsupportedOperationException();
    }

    /**
     * Says that there will be no answer, which the peer learns if it announced {@code REFUSALS}.
     *
     * @return whether the request was open
     */
    public boolean refuse(InboundCall call, RefusalCode why) {
        throw new UnsupportedOperationException();
    }

    /** A frame has arrived; the arguments are those of {@code LinkHandler.onFrame}. */
    public void onFrame(MonoTime now, byte[] head, int offset, int length, Bytes rest) {
        throw new UnsupportedOperationException();
    }

    /** Ends what is too late by now. Calling it early does nothing. */
    public void onTime(MonoTime now) {
        throw new UnsupportedOperationException();
    }

    /** Writes frames, most urgent first, while the link wants them and something is queued. */
    public void poll(MonoTime now, FrameSink out) {
        throw new UnsupportedOperationException();
    }

    /** Whether {@link #poll} would write something to a link that wants it. */
    public boolean hasOutput() {
        throw new UnsupportedOperationException();
    }

    /**
     * When {@link #onTime} has something to do; {@link MonoTime#NEVER} if nothing is waited for.
     */
    public MonoTime nextDeadline() {
        throw new UnsupportedOperationException();
    }

    /**
     * The link is gone. Every open call fails, everything queued is released, and every later
     * method call changes nothing. Calling it again does nothing.
     *
     * @param how how it ended, in one line
     */
    public void onClosed(String how) {
        throw new UnsupportedOperationException();
    }

    /** Calls of ours without an end. */
    public int openCalls() {
        throw new UnsupportedOperationException();
    }

    /** The peer's requests that were not answered, refused or too late. */
    public int openRequests() {
        throw new UnsupportedOperationException();
    }

    /** The peer's large messages under way. */
    public int openStreams() {
        throw new UnsupportedOperationException();
    }

    /** Bytes that the peer's large messages under way hold. */
    public long streamBytes() {
        throw new UnsupportedOperationException();
    }

    /** The number of large messages of ours of which some pieces were written. */
    public int openTransfers() {
        throw new UnsupportedOperationException();
    }
}
