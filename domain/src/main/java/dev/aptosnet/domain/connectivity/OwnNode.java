package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;

/**
 * Who we are on one network.
 *
 * @param validator whether the node is a validator, whatever this network is
 * @param authMode who may connect to us
 * @param access who may be dialed at all; {@code access_control_policy}
 */
public record OwnNode(
        PeerId self,
        NetworkId network,
        boolean validator,
        AuthMode authMode,
        AccessPolicy access) {}
