package dev.aptosnet.domain.connection;

import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import java.util.Collection;

/** What a protocol number in a frame means here. */
final class Protocols {
    /** By number; null where nobody serves. */
    private final @Nullable ProtocolId[] served = new ProtocolId[ProtocolId.MAX_NUMBER + 1];

    private final boolean classesAgreed;

    Protocols(Collection<ProtocolId> served, boolean classesAgreed) {
        for (var protocol : served) {
            this.served[protocol.number()] = protocol;
        }
        this.classesAgreed = classesAgreed;
    }

    @Nullable ProtocolId served(int number) {
        return served[number];
    }

    /** For counters: also one that nobody serves, if it has a name. */
    @Nullable ProtocolId named(int number) {
        if (served[number] != null) {
            return served[number];
        }
        return ProtocolId.isAptosNet(number) ? ProtocolId.of(number) : null;
    }

    /** The class of a message that came with this priority byte. */
    MessageClass classOf(ProtocolId protocol, int priority) {
        return classesAgreed
                ? MessageClass.ofWirePriority(priority, protocol.messageClass())
                : protocol.messageClass();
    }
}
