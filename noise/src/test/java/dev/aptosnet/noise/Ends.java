package dev.aptosnet.noise;

import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.TrustedPeers;
import dev.aptosnet.ports.transport.TrustedPeers.TrustedPeer;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Builders of dialing and listening ends with valid defaults, all from one seed. */
final class Ends {
    static final List<CipherSuite> BOTH = List.of(CipherSuite.CHACHAPOLY, CipherSuite.AESGCM);

    private final Random random;

    Ends(long seed) {
        this.random = new Random(seed);
    }

    /** A node: its keys, its id, whom it trusts. */
    record Node(KeyPair keys, PeerId id) {
        TrustedPeer trustedAs(PeerRole role) {
            return new TrustedPeer(Set.of(keys.publicKey()), role);
        }
    }

    KeyPair keys() {
        return KeyPair.generate(random);
    }

    /** A node with the id derived from its key. */
    Node node() {
        var keys = keys();
        return new Node(keys, PeerId.derivedFrom(keys.publicKey()));
    }

    /** A node with an account of its own. */
    Node nodeWithAccount() {
        return new Node(keys(), PeerId.of(bytes(32)));
    }

    byte[] bytes(int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    DialerHandshake dialer(CipherSuite suite, Node from, Node to, long timestamp) {
        return new DialerHandshake(
                suite, from.keys(), from.id(), to.keys().publicKey(), timestamp, keys());
    }

    ListenerHandshake listener(Node at, AuthMode mode, TrustedPeers trusted) {
        return listener(at, mode, trusted, new ReplayGuard());
    }

    ListenerHandshake listener(Node at, AuthMode mode, TrustedPeers trusted, ReplayGuard guard) {
        return new ListenerHandshake(
                new ListenerPolicy(at.id(), at.keys(), BOTH, mode, trusted, PeerRole.UNKNOWN),
                guard,
                this::keys);
    }

    static TrustedPeers trusting(Node node, PeerRole role) {
        return TrustedPeers.of(Map.of(node.id(), node.trustedAs(role)));
    }

    /** The reason why {@code message} is refused. */
    static SetupFailure.Reason refusal(ListenerHandshake listener, byte[] message) {
        try {
            var _ = listener.accept(message);
        } catch (HandshakeException e) {
            return e.failure().reason();
        }
        throw new AssertionError("accepted: " + Bytes.of(message).toHex());
    }
}
