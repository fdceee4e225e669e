package dev.aptosnet.bootstrap.config;

import dev.aptosnet.domain.connectivity.ConnectivitySettings;
import dev.aptosnet.ports.client.HealthSettings;
import dev.aptosnet.ports.client.InboundRate;
import dev.aptosnet.ports.client.MessageLimits;
import dev.aptosnet.ports.client.PeerHealthSettings;
import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.TransportSettings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a node is told: the part of aptos-core's configuration that concerns one network, and ours
 * beside it (behaviour.md section 19.2).
 *
 * @param validator whether the node is a validator; {@code base.role}
 * @param chainId {@code base.chain_id}; aptos-core takes it from the genesis file
 * @param mutualAuthentication empty for the network's default
 * @param suites in order of preference; empty for the chain's default
 * @param listen empty for a node that only dials
 * @param notes what the operator should know of the file, one line each
 */
public record NodeConfig(
        boolean validator,
        int chainId,
        NetworkId networkId,
        Optional<Boolean> mutualAuthentication,
        IdentitySource identity,
        List<CipherSuite> suites,
        List<NetworkAddress> listen,
        List<KnownPeer> peers,
        int maxInboundConnections,
        AccessPolicy accessPolicy,
        List<PeerId> priorityInboundPeers,
        InboundRate inboundRate,
        MessageLimits limits,
        HealthSettings health,
        PeerHealthSettings peerHealth,
        TransportSettings.Limits transportLimits,
        ConnectivitySettings connectivity,
        List<String> notes) {
    /** What a node is that is told nothing: no address to listen at, and nobody to dial. */
    public static final NodeConfig DEFAULT =
            new NodeConfig(
                    false,
                    4,
                    NetworkId.PUBLIC,
                    Optional.empty(),
                    new IdentitySource.Fresh(),
                    List.of(),
                    List.of(),
                    List.of(),
                    50,
                    AccessPolicy.NONE,
                    List.of(),
                    InboundRate.UNLIMITED,
                    MessageLimits.DEFAULT,
                    HealthSettings.DEFAULT,
                    PeerHealthSettings.DEFAULT,
                    TransportSettings.Limits.DEFAULT,
                    ConnectivitySettings.DEFAULTS,
                    List.of());

    /** Copies the lists. */
    public NodeConfig {
        suites = List.copyOf(suites);
        listen = List.copyOf(listen);
        peers = List.copyOf(peers);
        priorityInboundPeers = List.copyOf(priorityInboundPeers);
        notes = List.copyOf(notes);
    }

    /**
     * Reads a file.
     *
     * @throws ConfigException with file, line and remedy
     */
    public static NodeConfig read(Path file) {
        return new NodeFile(Section.read(file), directoryOf(file)).read();
    }

    private static Path directoryOf(Path file) {
        var parent = file.getParent();
        return parent == null ? Path.of("") : parent;
    }

    /** All of this, to be changed in places. */
    public Draft draft() {
        return new Draft(this);
    }

    /** A configuration in the making. Not thread-safe. */
    public static final class Draft {
        private boolean validator;
        private int chainId;
        private NetworkId networkId;
        private Optional<Boolean> mutualAuthentication;
        private IdentitySource identity;
        private List<CipherSuite> suites;
        private List<NetworkAddress> listen;
        private final List<KnownPeer> peers;
        private int maxInboundConnections;
        private AccessPolicy accessPolicy;
        private List<PeerId> priorityInboundPeers;
        private InboundRate inboundRate;
        private MessageLimits limits;
        private HealthSettings health;
        private PeerHealthSettings peerHealth;
        private TransportSettings.Limits transportLimits;
        private ConnectivitySettings connectivity;
        private final List<String> notes;

        private Draft(NodeConfig from) {
            validator = from.validator;
            chainId = from.chainId;
            networkId = from.networkId;
            mutualAuthentication = from.mutualAuthentication;
            identity = from.identity;
            suites = from.suites;
            listen = from.listen;
            peers = new ArrayList<>(from.peers);
            maxInboundConnections = from.maxInboundConnections;
            accessPolicy = from.accessPolicy;
            priorityInboundPeers = from.priorityInboundPeers;
            inboundRate = from.inboundRate;
            limits = from.limits;
            health = from.health;
            peerHealth = from.peerHealth;
            transportLimits = from.transportLimits;
            connectivity = from.connectivity;
            notes = new ArrayList<>(from.notes);
        }

        /** Whether the node is a validator. */
        public Draft validator(boolean validator) {
            this.validator = validator;
            return this;
        }

        /** Which chain, 0 to 255. */
        public Draft chainId(int chainId) {
            this.chainId = chainId;
            return this;
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

        /** How the node keeps itself connected. */
        public Draft connectivity(ConnectivitySettings connectivity) {
            this.connectivity = connectivity;
            return this;
        }

        /** One line more for the operator. */
        public Draft note(String note) {
            notes.add(note);
            return this;
        }

        /** The configuration. */
        public NodeConfig done() {
            return new NodeConfig(
                    validator,
                    chainId,
                    networkId,
                    mutualAuthentication,
                    identity,
                    suites,
                    listen,
                    peers,
                    maxInboundConnections,
                    accessPolicy,
                    priorityInboundPeers,
                    inboundRate,
                    limits,
                    health,
                    peerHealth,
                    transportLimits,
                    connectivity,
                    notes);
        }
    }
}
