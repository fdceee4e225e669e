package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;

/**
 * Who we are on one network.
 *
 * @param validator whether the node is a validator, whatever this network is
 * @param authMode who may connect to us
 */
public record OwnNode(PeerId self, NetworkId network, boolean validator, AuthMode authMode) {}
