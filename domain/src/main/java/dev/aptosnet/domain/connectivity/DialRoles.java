package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerRole;

import java.util.EnumSet;
import java.util.Set;

/** Whom a node dials, and who dials it, by network and role (behaviour.md section 1.6). */
public final class DialRoles {
    private DialRoles() {}

    /**
     * Roles that a node dials.
     *
     * @param validator whether the node is a validator
     */
    public static Set<PeerRole> dialed(NetworkId network, boolean validator) {
        return switch (network) {
            case VALIDATOR -> EnumSet.of(PeerRole.VALIDATOR);
            case PUBLIC ->
                    EnumSet.of(
                            PeerRole.VALIDATOR,
                            PeerRole.PREFERRED_UPSTREAM,
                            PeerRole.UPSTREAM,
                            PeerRole.VALIDATOR_FULL_NODE);
            case VFN -> validator ? EnumSet.noneOf(PeerRole.class) : EnumSet.of(PeerRole.VALIDATOR);
        };
    }

    /**
     * Roles that are expected to dial the node.
     *
     * @param validator whether the node is a validator
     */
    public static Set<PeerRole> expected(NetworkId network, boolean validator) {
        return switch (network) {
            case VALIDATOR -> EnumSet.of(PeerRole.VALIDATOR);
            case PUBLIC ->
                    EnumSet.of(
                            PeerRole.VALIDATOR_FULL_NODE,
                            PeerRole.DOWNSTREAM,
                            PeerRole.KNOWN,
                            PeerRole.UNKNOWN);
            case VFN ->
                    validator
                            ? EnumSet.of(PeerRole.VALIDATOR_FULL_NODE)
                            : EnumSet.noneOf(PeerRole.class);
        };
    }

    /** The role of a peer that an application names without saying what it is. */
    public static PeerRole ofSeed(NetworkId network, boolean validator) {
        return switch (network) {
            case VALIDATOR -> PeerRole.VALIDATOR;
            case PUBLIC -> PeerRole.VALIDATOR_FULL_NODE;
            case VFN -> validator ? PeerRole.VALIDATOR_FULL_NODE : PeerRole.VALIDATOR;
        };
    }
}
