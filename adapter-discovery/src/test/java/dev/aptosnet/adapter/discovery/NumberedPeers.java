package dev.aptosnet.adapter.discovery;

import dev.aptosnet.ports.discovery.DiscoveredPeer;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;

import java.util.List;
import java.util.TreeSet;

/** Peers that are made from a number, and the sets that hold one of them. */
final class NumberedPeers {
    private NumberedPeers() {}

    static DiscoveredPeer peer(int number) {
        var key = "%064x".formatted(number);
        var address = "/ip4/10.0.0.1/tcp/6180/noise-ik/0x" + key + "/handshake/0";
        return new DiscoveredPeer(
                PeerId.parse(Integer.toHexString(number)),
                List.of(NetworkAddress.parse(address)),
                new TreeSet<>(List.of(PublicKey.parse(key))),
                PeerRole.VALIDATOR);
    }

    static PeerView view(SourceKind source, int number) {
        return PeerView.of(source, List.of(peer(number)));
    }

    /** The set as a file of peers says it. */
    static String yaml(int number) {
        var peer = peer(number);
        return """
        %s:
          addresses: ["%s"]
          keys: ["%s"]
          role: Validator
        """
                .formatted(
                        peer.peer().toConfigText(),
                        peer.addresses().getFirst(),
                        peer.keys().first());
    }
}
