package dev.aptosnet.bootstrap.wiring;

import dev.aptosnet.bootstrap.AptosNode;
import dev.aptosnet.bootstrap.Identity;
import dev.aptosnet.bootstrap.config.NodeConfig;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;

import jakarta.inject.Inject;
import jakarta.inject.Provider;

import java.util.Set;

/** Turns a configuration into the builder's calls, and starts the node. */
final class NodeProvider implements Provider<AptosNode> {
    private final NodeConfig config;
    private final Identity identity;
    private final Set<NodeFeature> features;

    @Inject
    NodeProvider(NodeConfig config, Identity identity, Set<NodeFeature> features) {
        this.config = config;
        this.identity = identity;
        this.features = features;
    }

    @Override
    public AptosNode get() {
        var builder =
                AptosNode.builder()
                        .chainId(config.chainId())
                        .networkId(config.networkId())
                        .identity(identity)
                        .validator(config.validator())
                        .maxInboundConnections(config.maxInboundConnections())
                        .accessPolicy(config.accessPolicy())
                        .priorityInboundPeers(config.priorityInboundPeers())
                        .inboundRateLimit(config.inboundRate())
                        .limits(config.limits())
                        .health(config.health())
                        .circuitBreaker(config.peerHealth().breaker())
                        .calls(config.peerHealth().calls())
                        .score(config.peerHealth().score())
                        .transportLimits(config.transportLimits())
                        .connectivity(config.connectivity());
        config.mutualAuthentication().ifPresent(builder::mutualAuthentication);
        if (!config.suites().isEmpty()) {
            builder.suites(config.suites().toArray(CipherSuite[]::new));
        }
        config.listen().forEach(builder::listen);
        for (var peer : config.peers()) {
            if (!peer.addresses().isEmpty()) {
                builder.seed(peer.peer(), peer.addresses().toArray(NetworkAddress[]::new));
            }
            for (var key : peer.keys()) {
                builder.trust(peer.peer(), key, peer.role());
            }
        }
        features.forEach(feature -> feature.register(builder));
        return builder.start();
    }
}
