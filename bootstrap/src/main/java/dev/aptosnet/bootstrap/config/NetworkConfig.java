package dev.aptosnet.bootstrap.config;

import dev.aptosnet.domain.rollout.QuicRollout;
import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.settings.BatchDelays;
import dev.aptosnet.ports.settings.ClassWeights;
import dev.aptosnet.ports.settings.ConnectivitySettings;
import dev.aptosnet.ports.settings.HealthSettings;
import dev.aptosnet.ports.settings.InboundRate;
import dev.aptosnet.ports.settings.MessageLimits;
import dev.aptosnet.ports.settings.PeerHealthSettings;
import dev.aptosnet.ports.transport.TransportSettings;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a node is told of one of its networks: aptos-core's keys, and ours beside them (behaviour.md
 * section 19.2).
 *
 * @param mutualAuthentication empty for the network's default
 * @param suites in order of preference; empty for the chain's default
 * @param listen empty for a network on which the node only dials
 */
@SuppressWarnings("exports") // Values of the domain, which modules of ours alone use.
public record NetworkConfig(
        NetworkId networkId,
        Optional<Boolean> mutualAuthentication,
        IdentitySource identity,
        List<CipherSuite> suites,
        List<NetworkAddress> listen,
        List<KnownPeer> peers,
        DiscoveryConfig discovery,
        int maxInboundConnections,
        AccessPolicy accessPolicy,
        List<PeerId> priorityInboundPeers,
        InboundRate inboundRate,
        MessageLimits limits,
        BatchDelays batchDelays,
        ClassWeights weights,
        HealthSettings health,
        PeerHealthSettings peerHealth,
        TransportSettings.Limits transportLimits,
        QuicRollout quic,
        ConnectivitySettings connectivity) {
    /** The public network without an address to listen at, and nobody to dial. */
    public static final NetworkConfig DEFAULT =
            new NetworkConfig(
                    NetworkId.PUBLIC,
                    Optional.empty(),
                    new IdentitySource.Fresh(),
                    List.of(),
                    List.of(),
                    List.of(),
                    DiscoveryConfig.NONE,
                    50,
                    AccessPolicy.NONE,
                    List.of(),
                    InboundRate.UNLIMITED,
                    MessageLimits.DEFAULT,
                    BatchDelays.NONE,
                    ClassWeights.DEFAULT,
                    HealthSettings.DEFAULT,
                    PeerHealthSettings.DEFAULT,
                    TransportSettings.Limits.DEFAULT,
                    QuicRollout.OFF,
                    ConnectivitySettings.DEFAULTS);

    /** Copies the lists. */
    public NetworkConfig {
        suites = List.copyOf(suites);
        listen = List.copyOf(listen);
        peers = List.copyOf(peers);
        priorityInboundPeers = List.copyOf(priorityInboundPeers);
    }

    /** All of this, to be changed in places. */
    public Draft draft() {
        return new Draft(this);
    }

    /** A configuration in the making. Not thread-safe. */
    public static final class Draft {
        private NetworkId networkId;
        private Optional<Boolean> mutualAuthentication;
        private IdentitySource identity;
        private List<CipherSuite> suites;
        private List<NetworkAddress> listen;
        private final List<KnownPeer> peers;
        private DiscoveryConfig discovery;
        private int maxInboundConnections;
        private AccessPolicy accessPolicy;
        private List<PeerId> priorityInboundPeers;
        private InboundRate inboundRate;
        private MessageLimits limits;
        private BatchDelays batchDelays;
        private ClassWeights weights;
        private HealthSettings health;
        private PeerHealthSettings peerHealth;
        private TransportSettings.Limits transportLimits;
        private QuicRollout quic;
        private ConnectivitySettings connectivity;

        private Draft(NetworkConfig from) {
            networkId = from.networkId;
            mutualAuthentication = from.mutualAuthentication;
            identity = from.identity;
            suites = from.suites;
            listen = from.listen;
            peers = new ArrayList<>(from.peers);
            discovery = from.discovery;
            maxInboundConnections = from.maxInboundConnections;
            accessPolicy = from.accessPolicy;
            priorityInboundPeers = from.priorityInboundPeers;
            inboundRate = from.inboundRate;
            limits = from.limits;
            batchDelays = from.batchDelays;
            weights = from.weights;
            health = from.health;
            peerHealth = from.peerHealth;
            transportLimits = from.transportLimits;
            quic = from.quic;
            connectivity = from.connectivity;
        }

        /** Which network. */
        public Draft networkId(NetworkId networkId) {
            this.networkId = networkId;
            return this;
        }

        /** Whether only trusted peers may connect. */
        public Draft mutualAuthentication(boolean mutual) {
            this.mutualAuthentication = Optional.of(mutual);
            return this;
        }

        /** Where the key comes from. */
        public Draft identity(IdentitySource identity) {
            this.identity = identity;
            return this;
        }

        /** The cipher suites in order of preference. */
        public Draft suites(List<CipherSuite> suites) {
            this.suites = suites;
            return this;
        }

        /** Where to accept connections. */
        public Draft listen(List<NetworkAddress> listen) {
            this.listen = listen;
            return this;
        }

        /** One peer more. */
        public Draft peer(KnownPeer peer) {
            peers.add(peer);
            return this;
        }

        /** Where peers are learned of. */
        public Draft discovery(DiscoveryConfig discovery) {
            this.discovery = discovery;
            return this;
        }

        /** How many inbound peers of unknown role are let in. */
        public Draft maxInboundConnections(int maxInboundConnections) {
            this.maxInboundConnections = maxInboundConnections;
            return this;
        }

        /** Which peers the node connects with at all. */
        public Draft accessPolicy(AccessPolicy accessPolicy) {
            this.accessPolicy = accessPolicy;
            return this;
        }

        /** Peers of unknown role that are let in before others. */
        public Draft priorityInboundPeers(List<PeerId> peers) {
            this.priorityInboundPeers = peers;
            return this;
        }

        /** How fast each connection may send to us. */
        public Draft inboundRate(InboundRate inboundRate) {
            this.inboundRate = inboundRate;
            return this;
        }

        /** How long messages may wait for company. */
        public Draft batchDelays(BatchDelays batchDelays) {
            this.batchDelays = batchDelays;
            return this;
        }

        /** How classes share a connection. */
        public Draft weights(ClassWeights weights) {
            this.weights = weights;
            return this;
        }

        /** Limits of messages and calls. */
        public Draft limits(MessageLimits limits) {
            this.limits = limits;
            return this;
        }

        /** How silent peers are found out. */
        public Draft health(HealthSettings health) {
            this.health = health;
            return this;
        }

        /** See {@code NodeBuilder.circuitBreaker}, {@code calls} and {@code score}. */
        public Draft peerHealth(PeerHealthSettings peerHealth) {
            this.peerHealth = peerHealth;
            return this;
        }

        /** Limits of the transport. */
        public Draft transportLimits(TransportSettings.Limits transportLimits) {
            this.transportLimits = transportLimits;
            return this;
        }

        /** Which links are tried over QUIC. */
        public Draft quic(QuicRollout quic) {
            this.quic = quic;
            return this;
        }

        /** How the node keeps itself connected. */
        public Draft connectivity(ConnectivitySettings connectivity) {
            this.connectivity = connectivity;
            return this;
        }

        /** The configuration. */
        public NetworkConfig done() {
            return new NetworkConfig(
                    networkId,
                    mutualAuthentication,
                    identity,
                    suites,
                    listen,
                    peers,
                    discovery,
                    maxInboundConnections,
                    accessPolicy,
                    priorityInboundPeers,
                    inboundRate,
                    limits,
                    batchDelays,
                    weights,
                    health,
                    peerHealth,
                    transportLimits,
                    quic,
                    connectivity);
        }
    }
}
