package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.QuicMode;

import org.junit.jupiter.api.Test;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** A node on which QUIC is off, in either way, does as if there were no such thing. */
class QuicOffTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private static NodeBuilder node() {
        return AptosNode.builder().protocols(ProtocolId.NETBENCH_RPC);
    }

    @Test
    void atZeroPercentOrInModeOffNoDatagramLeavesAndNobodyListensForOne() throws Exception {
        OwnSockets.assumeTheyCanBeCounted();
        // Links of tests before this one may be saying farewell.
        var before = OwnSockets.udp();
        try (var silent = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                var server = node().listen("/ip4/127.0.0.1/tcp/0").quic(QuicMode.RACE, 0).start()) {
            assertThat(server.listenAddresses()).noneMatch(NetworkAddress::isQuic);
            silent.setSoTimeout(1500);
            var overTcp = server.listenAddress();
            var overQuic =
                    NetworkAddress.parse("/ip4/127.0.0.1/quic/" + silent.getLocalPort())
                            .withKey(server.publicKey());
            try (var off = node().seed(server.peerId(), overQuic, overTcp).start();
                    var zero =
                            node().quic(QuicMode.ONLY, 0)
                                    .seed(server.peerId(), overQuic, overTcp)
                                    .start()) {
                off.awaitPeer(server.peerId(), SOON);
                zero.awaitPeer(server.peerId(), SOON);
                assertThat(off.peers().getFirst().transport()).isEqualTo("tcp");
                assertThat(zero.peers().getFirst().transport()).isEqualTo("tcp");
                assertThatThrownBy(() -> silent.receive(packet()))
                        .isInstanceOf(SocketTimeoutException.class);
                assertThat(OwnSockets.udp())
                        .as("UDP sockets beside the test's own")
                        .isLessThanOrEqualTo(before + 1);
            }
        }
    }

    private static DatagramPacket packet() {
        return new DatagramPacket(new byte[2000], 2000);
    }

    @Test
    void aPeerThatCanOnlyBeReachedOverQuicIsRefusedByTheKey() {
        var identity = Identity.generate();
        var address = NetworkAddress.parse("/ip4/127.0.0.1/quic/1").withKey(identity.publicKey());
        try (var node = node().start()) {
            assertThatThrownBy(() -> node.connect(identity.peerId(), address, SOON))
                    .isInstanceOf(ConnectFailure.class)
                    .hasMessageContaining("BAD_ADDRESS")
                    .hasMessageContaining("QUIC is off (transports.quic.mode");
        }
    }

    @Test
    void toListenOverQuicWhileItIsOffIsRefused() {
        for (var mode : new QuicMode[] {QuicMode.OFF, QuicMode.RACE}) {
            var builder = node().quic(mode, 0);
            assertThatThrownBy(() -> builder.listen("/ip4/127.0.0.1/quic/0").start())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("listen_address: /ip4/127.0.0.1/quic/0")
                    .hasMessageContaining("transports.quic");
        }
    }

    @Test
    void withoutTheJarAModeIsRefusedByItsKey() {
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        // Where transports are looked for; the platform has none.
        thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
        try {
            assertThatThrownBy(() -> node().quic(QuicMode.PREFER, 0).start())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("transports.quic.mode: prefer (expected: off, or the")
                    .hasMessageContaining("aptosnet-adapter-quic");
            node().quic(QuicMode.OFF, 0).start().close();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
