package dev.aptosnet.domain.peer;

import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.PeerId;

import java.util.Collection;
import java.util.Collections;
import java.util.TreeSet;

/**
 * Which new connections are let in (behaviour.md section 3.4.2).
 *
 * @param maxInboundUnknown inbound connections of peers that the trusted set does not name, or
 *     names without a role, at most; {@code max_inbound_connections}
 * @param access whom to connect at all; {@code access_control_policy}
 * @param priorityInbound peers that take the place of another when that limit is reached; {@code
 *     priority_inbound_peers}
 */
public record Admission(
        int maxInboundUnknown, AccessPolicy access, Collection<PeerId> priorityInbound) {
    /** Copies the peers. */
    public Admission {
        if (maxInboundUnknown < 0) {
            throw new IllegalArgumentException(
                    "max_inbound_connections: " + maxInboundUnknown + " (expected: >= 0)");
        }
        priorityInbound = Collections.unmodifiableSortedSet(new TreeSet<>(priorityInbound));
    }

    /** The limit alone. */
    public static Admission upTo(int maxInboundUnknown) {
        return new Admission(maxInboundUnknown, AccessPolicy.NONE, Collections.emptyList());
    }

    boolean isPriority(PeerId peer) {
        return priorityInbound.contains(peer);
    }
}
