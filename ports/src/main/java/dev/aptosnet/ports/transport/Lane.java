package dev.aptosnet.ports.transport;

import dev.aptosnet.ports.model.MessageClass;

/**
 * Where in a link a frame goes. Frames of one lane arrive in order. A transport without independent
 * lanes sends all frames in the order they were written; one with them (QUIC) gives each class a
 * stream of its own, and each large message too, so that loss on one holds back no other.
 *
 * @param messageClass the class of the message
 * @param transfer 0, or the number of a large message sent in pieces, chosen by the sender and
 *     unique among those under way on the link
 * @param last whether nothing more will be written to this transfer's lane
 */
public record Lane(MessageClass messageClass, long transfer, boolean last) {
    /** The lanes of whole messages, by class. */
    private static final Lane[] WHOLE = {
        new Lane(MessageClass.CRITICAL, 0, false),
        new Lane(MessageClass.HIGH, 0, false),
        new Lane(MessageClass.NORMAL, 0, false),
        new Lane(MessageClass.LOW, 0, false),
    };

    /** The lane of whole messages of a class; the same object every time. */
    public static Lane of(MessageClass messageClass) {
        return WHOLE[messageClass.index()];
    }
}
