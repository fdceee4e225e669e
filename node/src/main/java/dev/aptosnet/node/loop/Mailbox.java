package dev.aptosnet.node.loop;

import dev.aptosnet.domain.send.OutboundMessage;
import dev.aptosnet.node.budget.SendAccount;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * From any thread to a connection's owner: a stack without locks, linked through the messages
 * themselves, which the owner takes whole and turns round. Bounded by {@link SendAccount}, which
 * every message passes first.
 */
public final class Mailbox {
    private static final VarHandle HEAD;

    /** Stands for a mailbox whose owner is gone. */
    private static final OutboundMessage CLOSED =
            new OutboundMessage(ProtocolId.of(0), MessageClass.LOW, Bytes.EMPTY);

    static {
        try {
            HEAD =
                    MethodHandles.lookup()
                            .findVarHandle(Mailbox.class, "head", OutboundMessage.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable OutboundMessage head;

    /** What became of a message. */
    public enum Put {
        /** It is there, and the owner must be woken. */
        FIRST,
        /** It is there, behind others for which the owner was woken. */
        BEHIND,
        /** The owner is gone. */
        CLOSED
    }

    /** Leaves a message. Any thread. */
    public Put put(OutboundMessage message) {
        while (true) {
            var before = head;
            if (before == CLOSED) {
                return Put.CLOSED;
            }
            message.linkTo(before);
            if (HEAD.compareAndSet(this, before, message)) {
                return before == null ? Put.FIRST : Put.BEHIND;
            }
        }
    }

    /** All that was left, in the order it was, linked; null if nothing. Owner only. */
    public @Nullable OutboundMessage take() {
        if (head == null) {
            return null;
        }
        return inOrder((OutboundMessage) HEAD.getAndSet(this, null));
    }

    /** Takes what is left and refuses everything from now on. Owner only. */
    public @Nullable OutboundMessage close() {
        var rest = (OutboundMessage) HEAD.getAndSet(this, CLOSED);
        return rest == CLOSED ? null : inOrder(rest);
    }

    private static @Nullable OutboundMessage inOrder(@Nullable OutboundMessage newest) {
        OutboundMessage first = null;
        var rest = newest;
        while (rest != null) {
            var older = rest.next();
            rest.linkTo(first);
            first = rest;
            rest = older;
        }
        return first;
    }
}
