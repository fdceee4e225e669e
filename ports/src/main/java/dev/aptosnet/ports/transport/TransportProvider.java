package dev.aptosnet.ports.transport;

import dev.aptosnet.ports.model.NetworkAddress;

/** Makes one kind of transport. Found by {@link java.util.ServiceLoader}. */
public interface TransportProvider {
    /** The name in configuration and metrics, such as {@code tcp}. */
    String name();

    /** Whether this kind can dial or listen at an address of this form. */
    boolean supports(NetworkAddress address);

    /**
     * A transport that owns its threads and is ready for commands.
     *
     * @throws IllegalArgumentException if a setting cannot be honoured; names the configuration key
     */
    Transport create(TransportSettings settings);
}
