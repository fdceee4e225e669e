package dev.aptosnet.domain.connection;

import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import java.util.Collection;

/** What a protocol number in a frame means here. */
final class Protocols {
    /** By number, to the highest that is served; null where nobody serves. */
    private final @Nullable ProtocolId[] served;

    private final boolean classesAgreed;

    Protocols(Collection<ProtocolId> served, boolean classesAgreed) {
        var highest = served.stream().mapToInt(ProtocolId::number).max().orElse(-1);
        this.served = new ProtocolId[highest + 1];
        for (var protocol : served) {
            this.served[protocol.number()] = protocol;
        }
        this.classesAgreed = classesAgreed;
    }

    @Nullable ProtocolId served(int number) {
        return number < served.length ? served[number] : null;
    }

    /** For counters: also one that nobody serves, if it has a name. */
    @Nullable ProtocolId named(int number) {
        var known = served(number);
        return known == null && ProtocolId.isAptosNet(number) ? ProtocolId.of(number) : known;
    }

    /** The class of a message that came with this priority byte. */
    MessageClass classOf(ProtocolId protocol, int priority) {
        return classesAgreed
                ? MessageClass.ofWirePriority(priority, protocol.messageClass())
                : protocol.messageClass();
    }
}
