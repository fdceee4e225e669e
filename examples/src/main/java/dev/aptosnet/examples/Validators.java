package dev.aptosnet.examples;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.Identity;
import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerRole;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A closed network: four validators that trust each other's keys and nobody else's. A stranger who
 * knows an address gets no answer, only a closed connection.
 */
public final class Validators {
    private Validators() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        run(System.out);
    }

    static void run(PrintStream out) throws Exception {
        var identities = new ArrayList<Identity>();
        for (var i = 0; i < 4; i++) {
            identities.add(Identity.generate());
        }
        var nodes = new ArrayList<AptosNode>();
        try {
            for (var identity : identities) {
                nodes.add(validator(identity, identities, nodes));
            }
            for (var node : nodes) {
                for (var other : identities) {
                    if (!other.peerId().equals(node.peerId())) {
                        node.awaitPeer(other.peerId(), Duration.ofSeconds(10));
                    }
                }
            }
            out.println("every validator sees " + nodes.getFirst().peers().size() + " others");
            stranger(nodes.getFirst(), out);
        } finally {
            nodes.forEach(AptosNode::close);
        }
    }

    private static AptosNode validator(
            Identity identity, List<Identity> trusted, List<AptosNode> running) {
        var builder =
                AptosNode.builder()
                        .networkId(NetworkId.VALIDATOR)
                        .validator(true)
                        .identity(identity)
                        .listen("/ip4/127.0.0.1/tcp/0");
        for (var other : trusted) {
            builder.trust(other.peerId(), other.publicKey(), PeerRole.VALIDATOR);
        }
        for (var node : running) {
            builder.seed(node.peerId(), node.listenAddress());
        }
        return builder.start();
    }

    private static void stranger(AptosNode target, PrintStream out) throws InterruptedException {
        try (var stranger =
                AptosNode.builder()
                        .networkId(NetworkId.VALIDATOR)
                        .trust(target.peerId(), target.publicKey(), PeerRole.VALIDATOR)
                        .start()) {
            stranger.connect(target.peerId(), target.listenAddress(), Duration.ofSeconds(5));
            out.println("the stranger got in");
        } catch (ConnectFailure e) {
            out.println("the stranger is refused: " + e.failure().reason());
        }
    }
}
