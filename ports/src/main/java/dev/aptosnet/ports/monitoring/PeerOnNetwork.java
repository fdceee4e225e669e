package dev.aptosnet.ports.monitoring;

import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;

import java.util.Comparator;

/** A peer's name in a node with several networks. Ordered by network, then by id. */
public record PeerOnNetwork(NetworkId network, PeerId peer) implements Comparable<PeerOnNetwork> {
    private static final Comparator<PeerOnNetwork> ORDER =
            Comparator.comparing(PeerOnNetwork::network).thenComparing(PeerOnNetwork::peer);

    @Override
    public int compareTo(PeerOnNetwork other) {
        return ORDER.compare(this, other);
    }
}
