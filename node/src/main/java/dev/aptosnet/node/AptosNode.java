package dev.aptosnet.node;

import dev.aptosnet.node.network.Networks;
import dev.aptosnet.ports.client.PeersAndMetadata;
import dev.aptosnet.ports.model.NetworkId;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A running node, made by {@link #builder}. A node with one network is that network; one with
 * several is the first of them, and has a handle for each. All methods may be called from any
 * thread.
 */
public final class AptosNode extends AptosNetwork implements AutoCloseable {
    private final Networks running;
    private final SortedMap<NetworkId, AptosNetwork> networks;

    /**
     * @param identities of the networks, in the same order
     */
    AptosNode(List<Identity> identities, Networks running) {
        super(identities.getFirst(), running.all().getFirst());
        this.running = running;
        var byId = new TreeMap<NetworkId, AptosNetwork>();
        byId.put(networkId(), this);
        var others = new ArrayList<>(running.all()).subList(1, running.all().size());
        for (var i = 0; i < others.size(); i++) {
            var network = others.get(i);
            byId.put(network.networkId(), new AptosNetwork(identities.get(i + 1), network));
        }
        this.networks = Collections.unmodifiableSortedMap(byId);
    }

    /** Says what the node shall be. */
    public static NodeBuilder builder() {
        return new NodeBuilder();
    }

    /** All networks of the node, this one among them. */
    public SortedMap<NetworkId, AptosNetwork> networks() {
        return networks;
    }

    /**
     * One network of the node.
     *
     * @throws IllegalArgumentException if the node is not on it
     */
    public AptosNetwork network(NetworkId id) {
        var network = networks.get(id);
        if (network == null) {
            throw new IllegalArgumentException(
                    "network_id: "
                            + id.configName()
                            + " (expected: one of "
                            + networks.keySet()
                            + ")");
        }
        return network;
    }

    /**
     * Who is connected on every network, and the last news of each: how far away, where it stands
     * and how far its ledger reaches. An immutable view, renewed every few seconds and with every
     * peer that comes and goes.
     */
    public PeersAndMetadata peersAndMetadata() {
        return running.peersAndMetadata();
    }

    /**
     * Stops: no new connections, live ones closed after what was queued has been given a moment to
     * leave, open calls answered with an error. Bounded by the close limit. Idempotent.
     */
    @Override
    public void close() {
        running.close();
    }
}
