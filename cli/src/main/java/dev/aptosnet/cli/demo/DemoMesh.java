package dev.aptosnet.cli.demo;

import dev.aptosnet.node.Identity;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The nodes of a demo and the links between them. The demo's thread only. */
final class DemoMesh {
    private final DemoSettings settings;
    private final List<DemoNode> nodes = new ArrayList<>();
    private final ExecutorService makers =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("demo-chunks").factory());

    DemoMesh(DemoSettings settings) {
        this.settings = settings;
    }

    /** Starts all nodes. Each dials those before it, so that every pair has one dialer. */
    void start() {
        for (var i = 0; i < settings.nodes(); i++) {
            var listen = List.of(settings.transport().anyPort());
            var place = new DemoNode.Place(i, Identity.generate(), listen, new DemoTally());
            nodes.add(new DemoNode(place, settings, addresses(), makers));
        }
        introduce();
    }

    /**
     * Starts a node in the place of one that has stopped: the same identity and port. It knows all
     * others, as a node does that has run before.
     */
    void startAgain(DemoNode stopped) {
        var index = nodes.indexOf(stopped);
        var others = addresses();
        others.remove(index);
        nodes.set(index, new DemoNode(stopped.place(), settings, others, makers));
        introduce();
    }

    private List<List<NetworkAddress>> addresses() {
        return new ArrayList<>(nodes.stream().map(DemoNode::addresses).toList());
    }

    private void introduce() {
        var ids = nodes.stream().map(DemoNode::peerId).toList();
        nodes.forEach(node -> node.meet(ids));
    }

    /** All nodes, in the order of their indices. */
    List<DemoNode> nodes() {
        return List.copyOf(nodes);
    }

    DemoNode node(int index) {
        return nodes.get(index);
    }

    /** The pairs of nodes that list each other. */
    int links() {
        Set<List<PeerId>> seen = new HashSet<>();
        var links = 0;
        for (var node : nodes) {
            for (var peer : node.peers()) {
                seen.add(List.of(node.peerId(), peer.peer()));
                if (seen.contains(List.of(peer.peer(), node.peerId()))) {
                    links++;
                }
            }
        }
        return links;
    }

    boolean isComplete() {
        return links() == settings.fullMesh();
    }

    void stop() throws InterruptedException {
        nodes.forEach(DemoNode::expectEnd);
        var closing = nodes.stream().map(node -> Thread.startVirtualThread(node::close)).toList();
        for (var thread : closing) {
            thread.join();
        }
        makers.shutdownNow();
    }
}
