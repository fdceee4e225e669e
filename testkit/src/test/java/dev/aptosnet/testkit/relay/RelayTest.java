package dev.aptosnet.testkit.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

@Timeout(60)
class RelayTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();
    private static final InetSocketAddress ANY = new InetSocketAddress(HERE, 0);
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int QUIET_MILLIS = 300;

    private final DatagramSocket near;
    private final DatagramSocket far;

    RelayTest() throws IOException {
        near = socket();
        far = socket();
    }

    private static DatagramSocket socket() throws IOException {
        var made = new DatagramSocket(ANY);
        made.setSoTimeout(PATIENCE_MILLIS);
        made.setReceiveBufferSize(1 << 20);
        return made;
    }

    @AfterEach
    void close() {
        near.close();
        far.close();
    }

    private static Relay relay(LineSettings both) {
        return new Relay(both, both, 7);
    }

    private static void send(DatagramSocket from, int number, SocketAddress to) throws IOException {
        from.send(new DatagramPacket(ByteBuffer.allocate(4).putInt(number).array(), 4, to));
    }

    private static DatagramPacket receive(DatagramSocket at) throws IOException {
        var packet = new DatagramPacket(new byte[100], 100);
        at.receive(packet);
        return packet;
    }

    private static int number(DatagramPacket packet) {
        return ByteBuffer.wrap(packet.getData()).getInt();
    }

    private static List<Integer> all(DatagramSocket at) throws IOException {
        var numbers = new ArrayList<Integer>();
        at.setSoTimeout(QUIET_MILLIS);
        try {
            while (true) {
                numbers.add(number(receive(at)));
            }
        } catch (SocketTimeoutException _) {
            return numbers;
        }
    }

    private static InetSocketAddress address(DatagramSocket socket) {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    @Test
    void datagramsGoBothWaysAndTakeTheirTime() throws IOException {
        var slow = LineSettings.PERFECT.delayed(Duration.ofMillis(40), Duration.ZERO);
        try (var relay = relay(slow)) {
            var at = relay.udp(ANY, address(far));
            var start = System.nanoTime();
            send(near, 1, at);
            var arrived = receive(far);
            assertThat(number(arrived)).isEqualTo(1);
            send(far, 2, arrived.getSocketAddress());
            assertThat(number(receive(near))).isEqualTo(2);

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(80));
        }
    }

    @Test
    void answersFindTheirSender() throws IOException {
        try (var relay = relay(LineSettings.PERFECT);
                var other = socket()) {
            var at = relay.udp(ANY, address(far));
            send(near, 1, at);
            var first = receive(far).getSocketAddress();
            send(other, 2, at);
            var second = receive(far).getSocketAddress();
            assertThat(second).isNotEqualTo(first);

            send(far, 10, first);
            send(far, 20, second);
            assertThat(number(receive(near))).isEqualTo(10);
            assertThat(number(receive(other))).isEqualTo(20);
        }
    }

    @Test
    void lostDatagramsAreCountedAndTheRestArrivesInOrder() throws IOException {
        try (var relay = relay(LineSettings.PERFECT.losing(0.2))) {
            var at = relay.udp(ANY, address(far));
            for (var i = 0; i < 500; i++) {
                send(near, i, at);
            }
            var arrived = all(far);

            assertThat(arrived).isSorted().doesNotHaveDuplicates();
            var counts = relay.forth();
            assertThat(counts.lost()).isBetween(50L, 160L);
            assertThat(counts.packets() + counts.lost()).isEqualTo(500);
            assertThat(arrived).hasSize((int) counts.packets());
        }
    }

    @Test
    void doubledAndLateDatagramsAreSeenAsSuch() throws IOException {
        var bad =
                LineSettings.PERFECT
                        .delayed(Duration.ofMillis(20), Duration.ZERO)
                        .disordered(0.2, 0.2);
        try (var relay = relay(bad)) {
            var at = relay.udp(ANY, address(far));
            for (var i = 0; i < 200; i++) {
                send(near, i, at);
            }
            var arrived = all(far);

            var counts = relay.forth();
            assertThat(counts.packets()).isEqualTo(200);
            assertThat(counts.doubled()).isPositive();
            assertThat(counts.late()).isPositive();
            assertThat(arrived).hasSize((int) (200 + counts.doubled()));
            assertThat(arrived.stream().distinct()).hasSize(200);
            assertThat(arrived.stream().sorted().toList()).isNotEqualTo(arrived);
        }
    }

    @Test
    void blockedUdpIsDroppedAndComesBack() throws IOException {
        try (var relay = relay(LineSettings.PERFECT)) {
            var at = relay.udp(ANY, address(far));
            relay.blockUdp(true);
            send(near, 1, at);
            assertThat(all(far)).isEmpty();
            assertThat(relay.forth().blocked()).isEqualTo(1);

            relay.blockUdp(false);
            send(near, 2, at);
            assertThat(all(far)).containsExactly(2);
        }
    }

    @Test
    void whatArrivesDuringAPauseWaitsForItsEnd() throws IOException {
        try (var relay = relay(LineSettings.PERFECT)) {
            var at = relay.udp(ANY, address(far));
            relay.pause(true);
            send(near, 1, at);
            send(near, 2, at);
            assertThat(all(far)).isEmpty();

            relay.pause(false);
            assertThat(all(far)).containsExactly(1, 2);
        }
    }

    @Test
    void streamArrivesWholeAndEndsWhereItEnded() throws Exception {
        var slow =
                LineSettings.PERFECT
                        .delayed(Duration.ofMillis(10), Duration.ofMillis(5))
                        .limitedTo(20_000_000, 50_000)
                        .losing(0.5)
                        .disordered(0.5, 0.5);
        var data = new byte[3 << 20];
        new Random(7).nextBytes(data);
        try (var relay = relay(slow);
                var server = new ServerSocket(0, 5, HERE)) {
            var at = relay.tcp(ANY, (InetSocketAddress) server.getLocalSocketAddress());
            var echoed = new CompletableFuture<Void>();
            Thread.startVirtualThread(() -> echo(server, echoed));
            var start = System.nanoTime();
            try (var socket = new Socket(at.getAddress(), at.getPort())) {
                var writer =
                        Thread.startVirtualThread(
                                () -> {
                                    try {
                                        socket.getOutputStream().write(data);
                                        socket.shutdownOutput();
                                    } catch (IOException e) {
                                        echoed.completeExceptionally(e);
                                    }
                                });
                assertThat(socket.getInputStream().readAllBytes()).isEqualTo(data);
                writer.join();
            }
            echoed.join();

            // One round trip for the connection, one for the data, and 3 MiB at 20 MB/s.
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(20 + 2 * 5 + 157));
            assertThat(relay.forth().bytes()).isEqualTo(data.length);
            assertThat(relay.back().bytes()).isEqualTo(data.length);
            assertThat(relay.forth().lost()).isZero();
            assertThat(relay.forth().waited()).isPositive();
        }
    }

    private static void echo(ServerSocket server, CompletableFuture<Void> echoed) {
        try (var socket = server.accept()) {
            socket.getInputStream().transferTo(socket.getOutputStream());
            socket.shutdownOutput();
            echoed.complete(null);
        } catch (IOException e) {
            echoed.completeExceptionally(e);
        }
    }

    @Test
    void connectionWhoseTargetIsGoneIsClosed() throws IOException {
        int free;
        try (var taken = new ServerSocket(0, 5, HERE)) {
            free = taken.getLocalPort();
        }
        try (var relay = relay(LineSettings.PERFECT)) {
            var at = relay.tcp(ANY, new InetSocketAddress(HERE, free));
            try (var socket = new Socket(at.getAddress(), at.getPort())) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void closedRelayHoldsNoAddress() throws IOException {
        var relay = relay(LineSettings.PERFECT);
        var udp = relay.udp(ANY, address(far));
        var tcp = relay.tcp(ANY, address(far));
        send(near, 1, udp);
        receive(far);
        relay.close();

        new DatagramSocket(udp).close();
        new ServerSocket(tcp.getPort(), 5, HERE).close();
    }
}
