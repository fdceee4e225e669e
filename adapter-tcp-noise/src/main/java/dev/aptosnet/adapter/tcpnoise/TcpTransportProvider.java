package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Memory;
import dev.aptosnet.ports.transport.Transport;
import dev.aptosnet.ports.transport.TransportProvider;
import dev.aptosnet.ports.transport.TransportSettings;

import org.jspecify.annotations.Nullable;

/** Makes TCP transports. */
public final class TcpTransportProvider implements TransportProvider {
    /** The name of the transport. */
    static final String NAME = "tcp";

    /** Null for the best, which is looked for when it is needed: native code is loaded for that. */
    private final @Nullable SocketKind sockets;

    /** Called by {@link java.util.ServiceLoader}. */
    public TcpTransportProvider() {
        this(null);
    }

    TcpTransportProvider(@Nullable SocketKind sockets) {
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
        return new TcpTransport(settings, sockets == null ? SocketKind.best() : sockets);
    }
}
