package dev.aptosnet.ports.discovery;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;

import java.util.ArrayList;
import java.util.List;

/**
 * The resource {@code 0x1::stake::ValidatorSet}, as far as it concerns a network.
 *
 * @param active this epoch's validators
 * @param pendingInactive those that leave when it ends
 */
public record ValidatorSet(List<Validator> active, List<Validator> pendingInactive) {
    /** Copies the lists. */
    public ValidatorSet {
        active = List.copyOf(active);
        pendingInactive = List.copyOf(pendingInactive);
    }

    /** All whose links are kept: the active ones, then those that leave. */
    public List<Validator> members() {
        var members = new ArrayList<>(active);
        members.addAll(pendingInactive);
        return members;
    }

    /**
     * One validator as the chain has it.
     *
     * @param networkAddresses a BCS list of its addresses for validators
     * @param fullnodeAddresses a BCS list of its full nodes' addresses
     */
    public record Validator(PeerId peer, Bytes networkAddresses, Bytes fullnodeAddresses) {}
}
