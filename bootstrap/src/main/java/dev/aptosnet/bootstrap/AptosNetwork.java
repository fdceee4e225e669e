package dev.aptosnet.bootstrap;

import dev.aptosnet.bootstrap.runtime.NetworkInstance;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.client.NetworkClient;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.RoundTrip;
import dev.aptosnet.ports.discovery.SourceReport;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.model.PublicKey;

import java.time.Duration;
import java.util.List;
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

    /** Sends and calls with plain bytes, under every protocol of the node. */
    public final NetworkClient<Bytes> client() {
        return network.client(Codec.BYTES, network.protocols());
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

    /** Where the node learns of this network's peers, and how each source is doing. */
    public final List<SourceReport> sources() {
        return network.sources();
    }
}
