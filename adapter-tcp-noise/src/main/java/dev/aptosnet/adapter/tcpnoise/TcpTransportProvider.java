package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Memory;
import dev.aptosnet.ports.transport.Transport;
import dev.aptosnet.ports.transport.TransportProvider;
import dev.aptosnet.ports.transport.TransportSettings;

/** Makes TCP transports. */
public final class TcpTransportProvider implements TransportProvider {
    /** The name of the transport. */
    static final String NAME = "tcp";

    private final SocketKind sockets;

    /** Called by {@link java.util.ServiceLoader}. */
    public TcpTransportProvider() {
        this(SocketKind.best());
    }

    TcpTransportProvider(SocketKind sockets) {
        this.sockets = sockets;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean supports(NetworkAddress address) {
        return !(address.network() instanceof Memory)
                && !address.isQuic()
                && address.port().isPresent();
    }

    @Override
    public Transport create(TransportSettings settings) {
        return new TcpTransport(settings, sockets);
    }
}
