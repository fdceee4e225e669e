package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.transport.Transport;
import dev.aptosnet.ports.transport.TransportProvider;
import dev.aptosnet.ports.transport.TransportSettings;

import java.time.Duration;

/**
 * Makes transports that are less patient than those of {@link QuicTransportProvider}.
 *
 * @param idle how long a connection may be silent
 * @param sessions how many handshakes a server completes
 */
record QuicWith(Duration idle, int sessions) implements TransportProvider {
    @Override
    public String name() {
        return QuicTransportProvider.NAME;
    }

    @Override
    public boolean supports(NetworkAddress address) {
        return address.isQuic();
    }

    @Override
    public Transport create(TransportSettings settings) {
        return new QuicTransport(settings, idle, sessions);
    }
}
