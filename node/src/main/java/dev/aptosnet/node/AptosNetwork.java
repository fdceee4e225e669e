package dev.aptosnet.node;

import dev.aptosnet.domain.rollout.QuicRollout;
import dev.aptosnet.node.codec.Codecs;
import dev.aptosnet.node.network.NetworkInstance;
import dev.aptosnet.ports.client.ApplicationHealth;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.client.HealthSignal;
import dev.aptosnet.ports.client.NetworkClient;
import dev.aptosnet.ports.client.PeerHealth;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.RoundTrip;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceReport;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.settings.QuicMode;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One network of a running node: it listens, keeps its seeds connected, serves and sends. The node
 * itself is the first of its networks. All methods may be called from any thread.
 */
public sealed class AptosNetwork permits AptosNode {
    private final Identity identity;
    private final NetworkInstance network;

    AptosNetwork(Identity identity, NetworkInstance network) {
        this.identity = identity;
        this.network = network;
    }

    /** How peers name this node on this network. */
    public final PeerId peerId() {
        return identity.peerId();
    }

    /** The key that peers expect. */
    public final PublicKey publicKey() {
        return identity.publicKey();
    }

    /** Which network it is. */
    public final NetworkId networkId() {
        return network.networkId();
    }

    /**
     * What peers dial: the first bound address with our key and handshake version.
     *
     * @throws IllegalStateException if the node does not listen
     */
    public final NetworkAddress listenAddress() {
        var addresses = listenAddresses();
        if (addresses.isEmpty()) {
            throw new IllegalStateException("the node does not listen (builder: listen)");
        }
        return addresses.getFirst();
    }

    /** All that peers can dial. */
    public final List<NetworkAddress> listenAddresses() {
        return network.listenAddresses();
    }

    /**
     * Sends and calls with bytes in each protocol's own encoding, under every protocol of the node:
     * compressed where unmodified nodes compress. {@link Codec#BYTES} leaves payloads as they are.
     */
    public final NetworkClient<Bytes> client() {
        return client(Codecs.bytes());
    }

    /** Sends and calls with an application's own messages, under every protocol of the node. */
    public final <M> NetworkClient<M> client(Codec<M> codec) {
        return network.client(codec, network.protocols());
    }

    /** Sends and calls with an application's own messages. */
    public final <M> NetworkClient<M> client(Codec<M> codec, ProtocolId... protocols) {
        return network.client(codec, List.of(protocols));
    }

    /** Who is connected. */
    public final List<PeerInfo> peers() {
        return network.peers();
    }

    /** How far away a connected peer is; empty before its first answer to a ping. */
    public final Optional<RoundTrip> roundTrip(PeerId peer) {
        return network.roundTrip(peer);
    }

    /** How a connected peer is (docs/peer-health.md); empty if there is no connection. */
    public final Optional<PeerHealth> health(PeerId peer) {
        return network.health(peer);
    }

    /** How all connected peers are, by peer id. */
    public final List<PeerHealth> healths() {
        return network.healths();
    }

    /**
     * Where an application on this network says how it is.
     *
     * @param application its name, for {@link #applications} and a metric; taken until the node
     *     stops
     * @param heartbeat how often it promises to say something; above zero
     * @throws IllegalArgumentException if the name is taken, or 64 applications have one
     */
    public final HealthSignal healthSignal(String application, Duration heartbeat) {
        return network.healthSignal(application, heartbeat);
    }

    /** How the applications with a health signal are, by name. */
    public final Map<String, ApplicationHealth> applications() {
        return network.applications();
    }

    /**
     * Waits until a peer is connected.
     *
     * @return {@code peer}
     * @throws ConnectFailure if that does not happen in time; says how the last dial failed
     */
    public final PeerId awaitPeer(PeerId peer, Duration timeout) throws InterruptedException {
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
    public final PeerInfo connect(PeerId peer, NetworkAddress address, Duration timeout)
            throws InterruptedException {
        return network.connect(peer, address, timeout);
    }

    /** Keeps a peer connected from now on; the id is the one derived from the address's key. */
    public final void addSeed(NetworkAddress address) {
        addSeed(NodeBuilder.derivedId(address), List.of(address));
    }

    /** Keeps a peer connected from now on. */
    public final void addSeed(PeerId peer, List<NetworkAddress> addresses) {
        network.addSeed(peer, addresses);
    }

    /**
     * Tries QUIC on another share of the links, from the next dial on. Live connections stay as
     * they are, whatever they run over. Whether the node listens over QUIC is settled when it
     * starts; one that did not goes on without.
     *
     * @param mode what is done for a pair of peers in the share
     * @param rolloutPercent how many of a hundred pairs are in it, 0 to 100
     * @throws IllegalArgumentException if the two contradict each other, or the transport is not
     *     there
     */
    public final void quic(QuicMode mode, int rolloutPercent) {
        network.quic(new QuicRollout(mode, rolloutPercent));
    }

    /** Where the node learns of this network's peers, and how each source is doing. */
    public final List<SourceReport> sources() {
        return network.sources();
    }

    /**
     * Says what a source of peers will say at the next change of epoch, so that the node is ready
     * for it: both sets are trusted from now on, and a minute before the expected moment ({@code
     * epoch_preconnect_ms}) the node of a validator network dials those who join. They are offered
     * to applications, and those who leave are let go, when the source's view changes. Replaces an
     * earlier announcement, which may so be put off.
     *
     * @param next complete, as the source will give it
     * @param in how long from now the change is expected; five minutes later ({@code
     *     epoch_overdue_ms}) the announcement is forgotten
     */
    public void announceNextEpoch(PeerView next, Duration in) {
        network.announceNextEpoch(next, in);
    }

    /** Takes the announcement back; those who came ahead are let go. */
    public void revokeNextEpoch() {
        network.revokeNextEpoch();
    }
}
