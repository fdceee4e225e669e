package dev.aptosnet.bootstrap;

import com.google.inject.AbstractModule;

import dev.aptosnet.bootstrap.config.NodeConfig;

/** The settings of a node, from a file, flags or code: one place for all of them. */
public final class ConfigModule extends AbstractModule {
    private final NodeConfig config;

    /** Binds {@link NodeConfig}. */
    public ConfigModule(NodeConfig config) {
        this.config = config;
    }

    @Override
    protected void configure() {
        bind(NodeConfig.class).toInstance(config);
    }
}
