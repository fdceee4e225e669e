package dev.aptosnet.node.network;

import dev.aptosnet.node.budget.NodeBudget;
import dev.aptosnet.ports.client.PeersAndMetadata;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.settings.ConnectivitySettings.Pacing;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The networks of one node: started together or not at all, within one byte budget and one rate of
 * dials, and closed together.
 */
public final class Networks implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Networks.class.getName());

    private final List<NetworkInstance> all = new ArrayList<>();

    private final PeerStore store;

    private Networks(PeerStore store) {
        this.store = store;
    }

    /**
     * Starts networks; returns once all of them listen.
     *
     * @param settings each network once; the first one's limit of the node's bytes counts for all
     * @throws dev.aptosnet.ports.client.ConnectFailure if an address cannot be listened at
     */
    public static Networks start(List<NetworkSettings> settings, NodeServices services) {
        var store = new PeerStore(settings.stream().map(NetworkSettings::networkId).toList());
        var networks = new Networks(store);
        var pacings = new TreeMap<NetworkId, Pacing>();
        settings.forEach(one -> pacings.put(one.networkId(), one.connectivity().pacing()));
        var node =
                new NodeWide(
                        services,
                        new NodeBudget(settings.getFirst().limits().nodeBytes()),
                        store,
                        new NodeDials(pacings));
        try {
            for (var one : settings) {
                networks.all.add(NetworkInstance.start(one, node));
            }
            networks.all.getFirst().show(node);
        } catch (RuntimeException | Error e) {
            networks.close();
            throw e;
        }
        return networks;
    }

    /** In the order of their settings. */
    public List<NetworkInstance> all() {
        return List.copyOf(all);
    }

    /** What is known of the peers of all of them. */
    public PeersAndMetadata peersAndMetadata() {
        return store.snapshot();
    }

    /** Closes all at once, so that it takes as long as the slowest of them. */
    @Override
    public void close() {
        var closing = new ArrayList<Thread>();
        for (var network : all) {
            closing.add(
                    Thread.ofVirtual()
                            .name("aptosnet-close")
                            .start(
                                    () -> {
                                        try {
                                            network.close();
                                        } catch (Throwable e) {
                                            LOG.log(
                                                    System.Logger.Level.ERROR,
                                                    "a network failed to close",
                                                    e);
                                        }
                                    }));
        }
        var interrupted = false;
        for (var thread : closing) {
            while (true) {
                try {
                    thread.join();
                    break;
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
