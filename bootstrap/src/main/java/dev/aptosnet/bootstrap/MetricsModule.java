package dev.aptosnet.bootstrap;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.OptionalBinder;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;

/** Where the node's meters are registered: Micrometer's global registry unless bound otherwise. */
public final class MetricsModule extends AbstractModule {
    /** Binds the defaults. */
    public MetricsModule() {}

    @Override
    protected void configure() {
        OptionalBinder.newOptionalBinder(binder(), MeterRegistry.class)
                .setDefault()
                .toInstance(Metrics.globalRegistry);
    }
}
