package dev.aptosnet.node.connection;

import dev.aptosnet.domain.queue.FairShare;
import dev.aptosnet.node.budget.NodeBudget;
import dev.aptosnet.node.budget.SendAccount;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Bytes received from one peer and not yet handled, against {@code budget.per_peer_bytes} and the
 * node's {@code budget.total_bytes}. No protocol may hold more than is free of the peer's, so that
 * a handler that stands still leaves room for the others. Charged by the connection's owner;
 * released by any thread that has what was charged.
 */
final class InboundAccount implements NodeBudget.Holder {
    private final AtomicLong used = new AtomicLong();
    private final long limit;
    private final NodeBudget node;
    private final ProtocolHandlers protocols;

    /** By place; from the first charge on, since most connections of a node wait for nothing. */
    private @Nullable AtomicLongArray byProtocol;

    /**
     * @param protocols whose served ones are charged
     */
    InboundAccount(long limit, NodeBudget node, ProtocolHandlers protocols) {
        this.limit = limit;
        this.node = node;
        this.protocols = protocols;
    }

    /**
     * Takes the bytes, or nothing. A single message may exceed the peer's limit, not the node's.
     */
    boolean charge(ProtocolId protocol, long payloadBytes) {
        var bytes = payloadBytes + SendAccount.OVERHEAD_BYTES;
        var counts = byProtocol;
        if (counts == null) {
            counts = new AtomicLongArray(protocols.served().size());
            byProtocol = counts;
        }
        var place = protocols.place(protocol);
        var own = counts.get(place);
        // What others give back meanwhile can only make room.
        if (!FairShare.admit(own, used.get(), bytes, limit)) {
            return false;
        }
        used.addAndGet(bytes);
        if (!node.takeFor(this, bytes)) {
            used.addAndGet(-bytes);
            return false;
        }
        counts.addAndGet(place, bytes);
        return true;
    }

    void release(ProtocolId protocol, long payloadBytes) {
        var bytes = payloadBytes + SendAccount.OVERHEAD_BYTES;
        var counts = byProtocol;
        if (counts != null) {
            counts.addAndGet(protocols.place(protocol), -bytes);
        }
        used.addAndGet(-bytes);
        node.giveBack(bytes);
    }

    @Override
    public long heldBytes() {
        return used.get();
    }
}
