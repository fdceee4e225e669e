package dev.aptosnet.domain.rpc;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

/**
 * A request of ours, from the moment it is made until it ends. Given to {@code Connection.call}, it
 * hears exactly one of {@link #onAnswer} and {@link #onFailed}, once, on the connection's owner and
 * possibly before {@code call} returns. Either may call the connection again, but must not throw.
 */
public abstract non-sealed class OutboundCall extends TimedMessage {
    private int requestId;
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

    /** The answer came, in the arrays it was received into. */
    protected abstract void onAnswer(Bytes answer);

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

    final void close() {
        open = false;
    }
}
