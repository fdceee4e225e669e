package dev.aptosnet.bootstrap;

import dev.aptosnet.bootstrap.runtime.NetworkInstance;
import dev.aptosnet.ports.client.ApplicationHealth;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.client.HealthSignal;
import dev.aptosnet.ports.client.NetworkClient;
import dev.aptosnet.ports.client.PeerHealth;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.RoundTrip;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.model.PublicKey;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A running node: it listens, keeps its seeds connected, serves and sends. Made by {@link
 * #builder}. All methods may be called from any thread.
 */
public final class AptosNode implements AutoCloseable {
    private final Identity identity;
    private final NetworkInstance network;

    AptosNode(Identity identity, NetworkInstance network) {
        this.identity = identity;
        this.network = network;
    }

    /** Says what the node shall be. */
    public static NodeBuilder builder() {
        return new NodeBuilder();
    }

    /** How peers name this node. */
    public PeerId peerId() {
        return identity.peerId();
    }

    /** The key that peers expect. */
    public PublicKey publicKey() {
        return identity.publicKey();
    }

    /** Which network the node is on. */
    public NetworkId networkId() {
        return network.networkId();
    }

    /**
     * What peers dial: the first bound address with our key and handshake version.
     *
     * @throws IllegalStateException if the node does not listen
     */
    public NetworkAddress listenAddress() {
        var addresses = listenAddresses();
        if (addresses.isEmpty()) {
            throw new IllegalStateException("the node does not listen (builder: listen)");
        }
        return addresses.getFirst();
    }

    /** All that peers can dial. */
    public List<NetworkAddress> listenAddresses() {
        return network.listenAddresses();
    }

    /** Sends and calls with plain bytes, under every protocol of the node. */
    public NetworkClient<Bytes> client() {
        return network.client(Codec.BYTES, network.protocols());
    }

    /** Sends and calls with an application's own messages. */
    public <M> NetworkClient<M> client(Codec<M> codec, ProtocolId... protocols) {
        return network.client(codec, List.of(protocols));
    }

    /** Who is connected. */
    public List<PeerInfo> peers() {
        return network.peers();
    }

    /** How far away a connected peer is; empty before its first answer to a ping. */
    public Optional<RoundTrip> roundTrip(PeerId peer) {
        return network.roundTrip(peer);
    }

    /** How a connected peer is (docs/peer-health.md); empty if there is no connection. */
    public Optional<PeerHealth> health(PeerId peer) {
        return network.health(peer);
    }

    /** How all connected peers are, by peer id. */
    public List<PeerHealth> healths() {
        return network.healths();
    }

    /**
     * Where an application of this node says how it is.
     *
     * @param application its name, for {@link #applications} and a metric; taken until the node
     *     stops
     * @param heartbeat how often it promises to say something; above zero
     * @throws IllegalArgumentException if the name is taken, or 64 applications have one
     */
    public HealthSignal healthSignal(String application, Duration heartbeat) {
        return network.healthSignal(application, heartbeat);
    }

    /** How the applications with a health signal are, by name. */
    public Map<String, ApplicationHealth> applications() {
        return network.applications();
    }

    /**
     * Waits until a peer is connected.
     *
     * @return {@code peer}
     * @throws ConnectFailure if that does not happen in time; says how the last dial failed
     */
    public PeerId awaitPeer(PeerId peer, Duration timeout) throws InterruptedException {
        network.awaitPeer(peer, timeout);
        return peer;
    }

    /**
     * Dials a peer once and waits for the outcome.
     *
     * @param peer who must be there
     * @param address complete, with key and handshake version
     * @throws ConnectFailure if it does not succeed
     */
    public PeerInfo connect(PeerId peer, NetworkAddress address, Duration timeout)
            throws InterruptedException {
        return network.connect(peer, address, timeout);
    }

    /** Keeps a peer connected from now on; the id is the one derived from the address's key. */
    public void addSeed(NetworkAddress address) {
        addSeed(NodeBuilder.derivedId(address), List.of(address));
    }

    /** Keeps a peer connected from now on. */
    public void addSeed(PeerId peer, List<NetworkAddress> addresses) {
        network.addSeed(peer, addresses);
    }

    /**
     * Stops: no new connections, live ones closed after what was queued has been given a moment to
     * leave, open calls answered with an error. Bounded by the close limit. Idempotent.
     */
    @Override
    public void close() {
        network.close();
    }
}
