package dev.aptosnet.bootstrap;

import com.google.inject.AbstractModule;
import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.ProvisionException;
import com.google.inject.multibindings.Multibinder;

import dev.aptosnet.bootstrap.config.NodeConfig;
import dev.aptosnet.node.AptosNode;

import java.util.List;

/**
 * From a configuration to a node. Installs one module a concern; {@code Modules.override} and the
 * optional binders replace any binding. Providers make; only {@link NodeLifecycle} opens sockets.
 *
 * <pre>{@code
 * var injector = Guice.createInjector(new MyApplication(), new AptosNetModule(config));
 * try (var lifecycle = injector.getInstance(NodeLifecycle.class)) {
 *     AptosNode node = lifecycle.start();
 * }
 * }</pre>
 */
public final class AptosNetModule extends AbstractModule {
    private final NodeConfig config;
    private final List<NodeFeature> features;

    /**
     * @param config the node's settings
     * @param features what it does, beside those that the application binds as a set
     */
    public AptosNetModule(NodeConfig config, NodeFeature... features) {
        this.config = config;
        this.features = List.of(features);
    }

    /**
     * Starts a node that belongs to no injector of the application; closing it is the caller's.
     *
     * @throws RuntimeException what the node's own start throws, without Guice's wrapping
     */
    public static AptosNode start(NodeConfig config, NodeFeature... features) {
        try {
            return Guice.createInjector(new AptosNetModule(config, features))
                    .getInstance(NodeLifecycle.class)
                    .start();
        } catch (ProvisionException | CreationException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    protected void configure() {
        install(new ConfigModule(config));
        install(new TransportModule());
        install(new DiscoveryModule());
        install(new MetricsModule());
        var all = Multibinder.newSetBinder(binder(), NodeFeature.class);
        features.forEach(feature -> all.addBinding().toInstance(feature));
        bind(NodeLifecycle.class);
    }
}
