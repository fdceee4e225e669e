package dev.aptosnet.ports.monitoring;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;

/** How a node describes one of its peers to another; nothing of it is proven. */
public record ConnectedPeer(NetworkAddress address, PeerId peer, PeerRole role) {}
