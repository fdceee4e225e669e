package dev.aptosnet.bootstrap;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;

import dev.aptosnet.ports.discovery.PeerSourceSettings;
import dev.aptosnet.ports.discovery.ValidatorSetFeed;

/**
 * Where peers come from beside the configuration's own methods. {@code onchain} in a file listens
 * to the {@link ValidatorSetFeed} that is bound here: an application that follows the chain binds
 * its own, or injects this one and publishes to it.
 */
public final class DiscoveryModule extends AbstractModule {
    /** Binds the defaults. */
    public DiscoveryModule() {}

    @Override
    protected void configure() {
        Multibinder.newSetBinder(binder(), PeerSourceSettings.class);
        OptionalBinder.newOptionalBinder(binder(), ValidatorSetFeed.class)
                .setDefault()
                .toInstance(new ValidatorSetFeed());
    }
}
