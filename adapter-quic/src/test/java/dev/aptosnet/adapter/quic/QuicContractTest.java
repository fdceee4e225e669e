package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.TransportProvider;
import dev.aptosnet.testkit.SilentPeer;
import dev.aptosnet.testkit.TransportContract;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/** QUIC does what every transport does. */
class QuicContractTest extends TransportContract {
    @Override
    protected TransportProvider provider() {
        return new QuicTransportProvider();
    }

    @Override
    protected NetworkAddress listenAddress() {
        return NetworkAddress.parse("/ip4/127.0.0.1/quic/0");
    }

    @Override
    protected NetworkAddress deadAddress(PublicKey key) {
        try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return NetworkAddress.parse("/ip4/127.0.0.1/quic/" + socket.getLocalPort())
                    .withKey(key);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** TLS takes its time where there is little of it. */
    @Override
    protected Duration connectTime() {
        return Duration.ofSeconds(5);
    }

    /** A link takes up 4 MiB, a stream of it 1; and each byte costs much more than on TCP. */
    @Override
    protected long moreThanIsTakenUp() {
        return 16L << 20;
    }

    @Override
    protected Optional<SilentPeer> silentListener(PublicKey key) {
        return Optional.of(StrangeQuic.silentListener(key));
    }

    @Override
    protected Optional<SilentPeer> silentDialer(NetworkAddress listener) {
        return Optional.of(StrangeQuic.silentDialer(listener));
    }
}
