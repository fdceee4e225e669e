package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.transport.Transport;
import dev.aptosnet.ports.transport.TransportProvider;
import dev.aptosnet.ports.transport.TransportSettings;

import tech.kwik.core.QuicConnection;

/** Makes QUIC transports. */
public final class QuicTransportProvider implements TransportProvider {
    /** The name of the transport. */
    static final String NAME = "quic";

    static {
        // Kwik 0.10 asserts what need not be so, such as that a round trip takes a millisecond.
        // With
        // assertions on, as in most test runs, its listener then forgets the connection and tells
        // nobody.
        QuicConnection.class.getClassLoader().setPackageAssertionStatus("tech.kwik.core", false);
    }

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
