package dev.aptosnet.domain.rpc;

import dev.aptosnet.domain.send.OutboundMessage;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

/** A message with a deadline, and the node of the heap that waits for it. */
public abstract sealed class TimedMessage extends OutboundMessage
        permits OutboundCall, InboundCall {
    /** Not in a heap. */
    static final int NOWHERE = -1;

    private MonoTime deadline;

    /** Place in the heap of {@link Deadlines}. */
    int heapIndex = NOWHERE;

    TimedMessage(ProtocolId protocol, MessageClass messageClass, Bytes payload, MonoTime deadline) {
        super(protocol, messageClass, payload);
        this.deadline = deadline;
    }

    /** Not while it is in a heap. */
    final void postponeTo(MonoTime later) {
        deadline = later;
    }

    /** When it is too late. */
    public final MonoTime deadline() {
        return deadline;
    }

    @Override
    public final boolean keepsOrder() {
        return false;
    }
}
