package dev.aptosnet.domain.wire;

import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.NetworkId;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/** What two handshake messages come to (wire.md section 6). Both ends come to the same. */
public sealed interface Negotiation {
    /**
     * The connection may be used.
     *
     * @param version the highest that both speak
     * @param common the protocols that both announced, without capabilities; never empty
     * @param capabilities what both announced beyond the reference protocol
     */
    record Agreed(MessagingVersion version, ProtocolSet common, Set<Capability> capabilities)
            implements Negotiation {
        /** Copies the set. */
        public Agreed {
            capabilities = Collections.unmodifiableSet(new TreeSet<>(capabilities));
        }
    }

    /** The connection is closed; the peer is told nothing. */
    sealed interface Refused extends Negotiation {}

    /** The peer is on another chain. */
    record InvalidChainId(int own, int other) implements Refused {}

    /** The peer is on another network. */
    record InvalidNetworkId(NetworkId own, NetworkId other) implements Refused {}

    /** No version has a protocol in common. */
    record NoCommonProtocols() implements Refused {}
}
