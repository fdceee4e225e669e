package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.TransportProvider;
import dev.aptosnet.testkit.SilentPeer;
import dev.aptosnet.testkit.TransportContract;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Optional;

/** TCP does what every transport does. */
class TcpContractTest extends TransportContract {
    @Override
    protected TransportProvider provider() {
        return new TcpTransportProvider();
    }

    @Override
    protected NetworkAddress listenAddress() {
        return NetworkAddress.parse("/ip4/127.0.0.1/tcp/0");
    }

    @Override
    protected NetworkAddress deadAddress(PublicKey key) {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return RawPeer.loopback(socket.getLocalPort()).withKey(key);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected Optional<SilentPeer> silentListener(PublicKey key) {
        return Optional.of(RawPeer.silentListener(key));
    }

    @Override
    protected Optional<SilentPeer> silentDialler(NetworkAddress listener) {
        return Optional.of(RawPeer.silentDialler(listener));
    }
}
