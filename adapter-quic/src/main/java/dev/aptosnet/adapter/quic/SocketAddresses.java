package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Dns;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Ip4;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Ip6;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Quic;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Between our addresses and the JDK's. */
final class SocketAddresses {
    private SocketAddresses() {}

    /** Host and port, or null for a name. */
    static @Nullable InetSocketAddress literal(NetworkAddress address) {
        var ip = ip(address);
        return ip == null || address.port().isEmpty()
                ? null
                : new InetSocketAddress(ip, address.port().get());
    }

    /** The host alone, or null for a name. */
    static @Nullable InetAddress ip(NetworkAddress address) {
        var ip =
                switch (address.network()) {
                    case Ip4(var bytes) -> bytes.toByteArray();
                    case Ip6(var bytes) -> bytes.toByteArray();
                    default -> null;
                };
        try {
            return ip == null ? null : InetAddress.getByAddress(ip);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are always an address", e);
        }
    }

    /**
     * Asks the system's resolver, which blocks.
     *
     * @return the addresses of the wanted family in the resolver's order; empty if there are none
     */
    static List<InetSocketAddress> resolve(Dns name, int port) {
        InetAddress[] all;
        try {
            all = InetAddress.getAllByName(name.name());
        } catch (UnknownHostException | SecurityException _) {
            return List.of();
        }
        var wanted = new ArrayList<InetSocketAddress>();
        for (var address : all) {
            var fits =
                    switch (name.family()) {
                        case ANY -> true;
                        case IP4 -> address instanceof Inet4Address;
                        case IP6 -> address instanceof Inet6Address;
                    };
            if (fits) {
                wanted.add(new InetSocketAddress(address, port));
            }
        }
        return wanted;
    }

    private static NetworkAddress ofQuic(byte[] ip, int port) {
        var bytes = Bytes.of(ip);
        return NetworkAddress.of(ip.length == 4 ? new Ip4(bytes) : new Ip6(bytes), new Quic(port));
    }

    /** Our form of a connected socket's address; null if it is not known any more. */
    static @Nullable NetworkAddress of(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? ofQuic(inet.getAddress().getAddress(), inet.getPort())
                : null;
    }
}
