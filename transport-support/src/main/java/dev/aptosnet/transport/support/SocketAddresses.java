package dev.aptosnet.transport.support;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Dns;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Ip4;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Ip6;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Between our addresses and the JDK's. */
public final class SocketAddresses {
    private SocketAddresses() {}

    /** Host and port, or null for a name. */
    public static @Nullable InetSocketAddress literal(NetworkAddress address) {
        var ip = ip(address);
        return ip == null || address.port().isEmpty()
                ? null
                : new InetSocketAddress(ip, address.port().get());
    }

    /** The host alone, or null for a name. */
    public static @Nullable InetAddress ip(NetworkAddress address) {
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
    public static List<InetSocketAddress> resolve(Dns name, int port) {
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

    /**
     * Our form of a socket's address; null if it is not known any more.
     *
     * @param layer what speaks at a port, such as {@code Tcp::new}
     */
    public static @Nullable NetworkAddress of(
            @Nullable SocketAddress address, IntFunction<Protocol> layer) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? NetworkAddress.ofIp(inet.getAddress().getAddress(), layer.apply(inet.getPort()))
                : null;
    }
}
