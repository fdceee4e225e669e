package dev.aptosnet.bootstrap;

import com.google.inject.AbstractModule;
import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.ProvisionException;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;

import dev.aptosnet.bootstrap.config.NodeConfig;
import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.discovery.ValidatorSetFeed;

import java.util.List;

/**
 * From a configuration to a running node. Whoever adds a feature binds another {@link NodeFeature};
 * the node is started when it is first asked for.
 */
public final class NodeModule extends AbstractModule {
    private final NodeConfig config;
    private final List<NodeFeature> features;

    /**
     * @param config what the node is told
     * @param features what it does
     */
    public NodeModule(NodeConfig config, NodeFeature... features) {
        this.config = config;
        this.features = List.of(features);
    }

    /**
     * Starts a node.
     *
     * @throws RuntimeException what the node's own start throws, without Guice's wrapping
     */
    public static AptosNode start(NodeConfig config, NodeFeature... features) {
        try {
            return Guice.createInjector(new NodeModule(config, features))
                    .getInstance(AptosNode.class);
        } catch (ProvisionException | CreationException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    protected void configure() {
        binder().requireExplicitBindings();
        bind(NodeConfig.class).toInstance(config);
        bind(ValidatorSetFeed.class).toInstance(new ValidatorSetFeed());
        var all = Multibinder.newSetBinder(binder(), NodeFeature.class);
        features.forEach(feature -> all.addBinding().toInstance(feature));
        bind(AptosNode.class).toProvider(NodeProvider.class).in(Singleton.class);
    }
}
