package dev.aptosnet.domain.rpc;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

import java.time.Duration;

/**
 * A request of ours, from the moment it is made until it ends. Given to {@code Connection.call}, it
 * hears exactly one of {@link #onAnswer} and {@link #onFailed}, once, on the connection's owner and
 * possibly before {@code call} returns. Either may call the connection again, but must not throw.
 */
public abstract non-sealed class OutboundCall extends TimedMessage {
    /** Turns after a deadline; an owner that stands still so often will not do better. */
    private static final int MAX_TURNS = 16;

    private int requestId;
    private int turns;
    private boolean open;

    /**
     * A request.
     *
     * @param protocol one that both ends announced
     * @param messageClass decides the order, of the answer as well
     * @param request the encoded request, at most {@code max_message_size} bytes
     * @param deadline how long the caller waits
     */
    protected OutboundCall(
            ProtocolId protocol, MessageClass messageClass, Bytes request, MonoTime deadline) {
        super(protocol, messageClass, request, deadline);
    }

    /**
     * Whether it is made beside those that {@code max_concurrent_outbound_rpcs} counts; for the
     * node's own few, such as pings.
     */
    protected boolean isExempt() {
        return false;
    }

    /**
     * Until when an answer is waited for that has begun to arrive by {@link #deadline}; not before
     * that.
     */
    protected MonoTime latestDeadline() {
        return deadline();
    }

    /**
     * How long the owner reads on after it has noticed that the deadline has passed, before the
     * call fails. An owner that had no processor for a while finds the deadline passed and the
     * answer unread in its socket. If it stood still in that turn again there is another, up to 16.
     * Zero for none.
     */
    protected Duration turn() {
        return Duration.ZERO;
    }

    /** The answer came, in the arrays it was received into. */
    protected abstract void onAnswer(Bytes answer);

    /**
     * Whether {@link #onAnswer} is done with the answer when it returns, so that one which lies in
     * lent memory need not be copied.
     */
    public boolean borrowsAnswer() {
        return false;
    }

    /** No answer will come. */
    protected abstract void onFailed(CallFailure failure);

    /** The number that the answer will carry, unsigned; 0 before the call was given away. */
    public final int requestId() {
        return requestId;
    }

    /** Whether the call is given away and has not ended. */
    public final boolean isOpen() {
        return open;
    }

    final void open(int id) {
        requestId = id;
        open = true;
    }

    final boolean takesTurn(MonoTime now) {
        var stoodStill = turns == 0 || now.since(deadline()).compareTo(turn()) > 0;
        if (!turn().isPositive() || !stoodStill || turns == MAX_TURNS) {
            return false;
        }
        turns++;
        return true;
    }

    final void close() {
        open = false;
    }
}
