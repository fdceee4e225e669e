package dev.aptosnet.bootstrap;

import dev.aptosnet.bootstrap.config.NetworkConfig;
import dev.aptosnet.bootstrap.config.NodeConfig;
import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.NodeBuilder;
import dev.aptosnet.ports.discovery.ValidatorSetFeed;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;

import jakarta.inject.Inject;
import jakarta.inject.Provider;

import java.util.Set;

/** Turns a configuration into the builder's calls, and starts the node. */
final class NodeProvider implements Provider<AptosNode> {
    private final NodeConfig config;
    private final ValidatorSetFeed feed;
    private final Set<NodeFeature> features;

    @Inject
    NodeProvider(NodeConfig config, ValidatorSetFeed feed, Set<NodeFeature> features) {
        this.config = config;
        this.feed = feed;
        this.features = features;
    }

    @Override
    public AptosNode get() {
        var builder =
                AptosNode.builder()
                        .chainId(config.chainId())
                        .networkId(config.first().networkId())
                        .validator(config.validator())
                        .monitoring(config.monitoring());
        tell(builder, config.first());
        for (var other : config.networks().subList(1, config.networks().size())) {
            builder.network(other.networkId(), network -> tell(network, other));
        }
        return builder.start();
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
