package dev.aptosnet.adapter.memory;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Memory;
import dev.aptosnet.ports.transport.Transport;
import dev.aptosnet.ports.transport.TransportProvider;
import dev.aptosnet.ports.transport.TransportSettings;

/** Makes transports within this process. */
public final class MemoryTransportProvider implements TransportProvider {
    /** The name of the transport. */
    static final String NAME = "memory";

    /** Called by {@link java.util.ServiceLoader}. */
    public MemoryTransportProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean supports(NetworkAddress address) {
        return address.network() instanceof Memory;
    }

    @Override
    public Transport create(TransportSettings settings) {
        return new MemoryTransport(settings);
    }
}
