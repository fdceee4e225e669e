package dev.aptosnet.benchmarks.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.testkit.relay.LineSettings;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** Where the system lets us make a TUN device; elsewhere these are skipped. */
@Timeout(60)
class PacketLinkTest {
    private static final LineSettings LINE =
            LineSettings.PERFECT.delayed(Duration.ofMillis(10), Duration.ZERO);

    private static PacketLink link(LineSettings line) {
        try {
            return new PacketLink(line, "cubic", 7);
        } catch (IOException e) {
            return Assumptions.abort(String.valueOf(e.getMessage()));
        }
    }

    @Test
    void theSystemsOwnTcpCarriesEverythingOverALinkThatLoses() throws Exception {
        var data = new byte[1 << 20];
        new Random(7).nextBytes(data);
        try (var link = link(LINE.losing(0.02));
                var server = new ServerSocket(0, 5, InetAddress.getByName(PacketLink.FAR))) {
            var received = new CompletableFuture<byte[]>();
            Thread.startVirtualThread(
                    () -> {
                        try (var socket = server.accept()) {
                            received.complete(socket.getInputStream().readAllBytes());
                        } catch (IOException e) {
                            received.completeExceptionally(e);
                        }
                    });
            try (var socket =
                    new Socket(InetAddress.getByName(PacketLink.FAR_SEEN), server.getLocalPort())) {
                socket.getOutputStream().write(data);
            }

            assertThat(received.get()).isEqualTo(data);
            assertThat(link.forth().lost()).isPositive();
        }
    }

    @Test
    void blockedDatagramsDoNotArrive() throws Exception {
        try (var link = link(LINE);
                var far = new DatagramSocket(new InetSocketAddress(PacketLink.FAR, 0));
                var near = new DatagramSocket()) {
            far.setSoTimeout(10_000);
            var to = new InetSocketAddress(PacketLink.FAR_SEEN, far.getLocalPort());
            near.send(new DatagramPacket(new byte[100], 100, to));
            var arrived = new DatagramPacket(new byte[200], 200);
            far.receive(arrived);
            assertThat(arrived.getLength()).isEqualTo(100);
            assertThat(arrived.getAddress().getHostAddress()).isEqualTo(PacketLink.NEAR_SEEN);

            link.blockUdp(true);
            near.send(new DatagramPacket(new byte[100], 100, to));
            far.setSoTimeout(300);
            assertThat(received(far)).isFalse();
        }
    }

    private static boolean received(DatagramSocket socket) throws IOException {
        try {
            socket.receive(new DatagramPacket(new byte[200], 200));
            return true;
        } catch (SocketTimeoutException _) {
            return false;
        }
    }
}
