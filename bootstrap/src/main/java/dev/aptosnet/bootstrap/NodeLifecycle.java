package dev.aptosnet.bootstrap;

import dev.aptosnet.bootstrap.config.NetworkConfig;
import dev.aptosnet.bootstrap.config.NodeConfig;
import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.NodeBuilder;
import dev.aptosnet.ports.discovery.PeerSourceSettings;
import dev.aptosnet.ports.discovery.ValidatorSetFeed;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.TransportProvider;

import io.micrometer.core.instrument.MeterRegistry;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/**
 * Starts and stops the node of an injector. The node is made from what is bound when {@link #start}
 * is called, and not before; no provider opens a socket.
 */
@Singleton
public final class NodeLifecycle implements AutoCloseable {
    private final NodeConfig config;
    private final ValidatorSetFeed feed;
    private final Set<NodeFeature> features;
    private final Set<TransportProvider> transports;
    private final Set<PeerSourceSettings> sources;
    private final MeterRegistry meters;
    private final Clock clock;
    private @Nullable AptosNode node;

    @Inject
    NodeLifecycle(
            NodeConfig config,
            ValidatorSetFeed feed,
            Set<NodeFeature> features,
            Set<TransportProvider> transports,
            Set<PeerSourceSettings> sources,
            MeterRegistry meters,
            Clock clock) {
        this.config = config;
        this.feed = feed;
        this.features = features;
        this.transports = transports;
        this.sources = sources;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Starts the node and returns once it listens.
     *
     * @throws IllegalStateException if it was started before
     * @throws RuntimeException what the node's start throws
     */
    public synchronized AptosNode start() {
        if (node != null) {
            throw new IllegalStateException("the node was started before");
        }
        var builder =
                AptosNode.builder()
                        .chainId(config.chainId())
                        .networkId(config.first().networkId())
                        .validator(config.validator())
                        .monitoring(config.monitoring())
                        .meters(meters)
                        .clock(clock);
        transports.forEach(builder::transport);
        tell(builder, config.first());
        sources.forEach(builder::discover);
        for (var other : config.networks().subList(1, config.networks().size())) {
            builder.network(other.networkId(), network -> tell(network, other));
        }
        var started = builder.start();
        node = started;
        return started;
    }

    /** Closes the node if it was started. */
    @Override
    public synchronized void close() {
        if (node != null) {
            node.close();
        }
    }

    private void tell(NodeBuilder builder, NetworkConfig network) {
        var identity = network.identity().load();
        builder.identity(identity)
                .maxInboundConnections(network.maxInboundConnections())
                .accessPolicy(network.accessPolicy())
                .priorityInboundPeers(network.priorityInboundPeers())
                .inboundRateLimit(network.inboundRate())
                .limits(network.limits())
                .batchDelays(network.batchDelays())
                .weights(network.weights())
                .health(network.health())
                .circuitBreaker(network.peerHealth().breaker())
                .calls(network.peerHealth().calls())
                .score(network.peerHealth().score())
                .transportLimits(network.transportLimits())
                .quic(network.quic().mode(), network.quic().percent())
                .connectivity(network.connectivity());
        network.mutualAuthentication().ifPresent(builder::mutualAuthentication);
        if (!network.suites().isEmpty()) {
            builder.suites(network.suites().toArray(CipherSuite[]::new));
        }
        network.listen().forEach(builder::listen);
        for (var peer : network.peers()) {
            if (!peer.addresses().isEmpty()) {
                builder.seed(peer.peer(), peer.addresses().toArray(NetworkAddress[]::new));
            }
            for (var key : peer.keys()) {
                builder.trust(peer.peer(), key, peer.role());
            }
        }
        network.discovery().sources(network.networkId(), identity, feed).forEach(builder::discover);
        features.forEach(feature -> feature.register(builder));
    }
}
