package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.transport.Transport;
import dev.aptosnet.ports.transport.TransportProvider;
import dev.aptosnet.ports.transport.TransportSettings;

/** Makes QUIC transports. */
public final class QuicTransportProvider implements TransportProvider {
    /** The name of the transport. */
    static final String NAME = "quic";

    /** Called by {@link java.util.ServiceLoader}. */
    public QuicTransportProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean supports(NetworkAddress address) {
        return address.isQuic();
    }

    @Override
    public Transport create(TransportSettings settings) {
        return new QuicTransport(settings);
    }
}
