package dev.aptosnet.bootstrap;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;

import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.TransportProvider;

/**
 * The transports that an application binds beside those that the class or module path offers, and
 * the node's clocks. An application overrides {@link Clock} through its {@link OptionalBinder}.
 */
public final class TransportModule extends AbstractModule {
    /** Binds the defaults. */
    public TransportModule() {}

    @Override
    protected void configure() {
        Multibinder.newSetBinder(binder(), TransportProvider.class);
        OptionalBinder.newOptionalBinder(binder(), Clock.class)
                .setDefault()
                .toInstance(Clock.system());
    }
}
