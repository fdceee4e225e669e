package dev.aptosnet.adapter.tcpnoise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.AcceptRate;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.TrustedPeers;
import dev.aptosnet.ports.transport.TrustedPeers.TrustedPeer;
import dev.aptosnet.testkit.FramePipe;
import dev.aptosnet.testkit.SettingsBuilder;
import dev.aptosnet.testkit.TestIdentity;
import dev.aptosnet.testkit.TransportNode;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/** What a connection gets before its peer is proven (wire.md sections 4, 6 and 12). */
class StrangersTest extends TcpTestBase {
    @Test
    @DisplayName("AU-05 a handshake whose bytes come one at a time succeeds")
    void bytesThatComeOneAtATimeAreEnough() throws Exception {
        var listener = node();
        var address = listener.listen(LOOPBACK);
        var self = identity();
        var handshake =
                NoisePeer.handshake(
                        self,
                        self.peer(),
                        address.key().orElseThrow(),
                        CipherSuite.AESGCM,
                        System.currentTimeMillis());
        try (var socket = RawPeer.connect(address)) {
            for (var b : handshake.firstMessage()) {
                socket.getOutputStream().write(b);
            }
            var session = handshake.finish(socket.getInputStream().readNBytes(48));
            var record = new byte[100];
            session.sealer().begin(record, 0);
            session.sealer().add(NoisePeer.HELLO, 0, NoisePeer.HELLO.length);
            var length = session.sealer().finish();
            for (var i = 0; i < length; i++) {
                socket.getOutputStream().write(record[i]);
            }
            var link = listener.accepted();
            assertThat(link.info().hello().asUtf8()).isEqualTo("raw");
            assertThat(link.info().suite()).isEqualTo(CipherSuite.AESGCM);
        }
    }

    @Test
    void strangersGetNoAnswerWhateverTheySend() throws Exception {
        var listener = node();
        var address = listener.listen(LOOPBACK);
        var good = NoisePeer.firstMessage(identity(), address);

        assertThat(sendAndExpectSilence(listener, address.port().orElseThrow(), bytes(168)))
                .isEqualTo(Reason.WRONG_SERVER_KEY);
        var garbage = good.clone();
        System.arraycopy(bytes(104), 0, garbage, 64, 104);
        assertThat(sendAndExpectSilence(listener, address.port().orElseThrow(), garbage))
                .isEqualTo(Reason.NOISE_DECRYPT);
        var mirrored = good.clone();
        System.arraycopy(listener.identity().peer().toByteArray(), 0, mirrored, 0, 32);
        assertThat(sendAndExpectSilence(listener, address.port().orElseThrow(), mirrored))
                .isEqualTo(Reason.SELF_DIAL);
        var lowOrder = good.clone();
        Arrays.fill(lowOrder, 64, 96, (byte) 0);
        assertThat(sendAndExpectSilence(listener, address.port().orElseThrow(), lowOrder))
                .isEqualTo(Reason.INVALID_DH);
        var tooMuch = bytes(5000);
        assertThat(sendAndExpectSilence(listener, address.port().orElseThrow(), tooMuch))
                .isEqualTo(Reason.WRONG_SERVER_KEY);
    }

    @Test
    void aFirstMessageWithAnyByteFlippedIsRefusedInSilence() throws Exception {
        var listener = node();
        var address = listener.listen(LOOPBACK);
        var good = NoisePeer.firstMessage(identity(), address);
        for (var i = 0; i < good.length; i++) {
            var flipped = good.clone();
            flipped[i] ^= (byte) (1 << random.nextInt(7));
            var reason = sendAndExpectSilence(listener, address.port().orElseThrow(), flipped);
            assertThat(reason)
                    .as("byte %s (seed %s)", i, SEED)
                    .isEqualTo(i >= 32 && i < 64 ? Reason.WRONG_SERVER_KEY : Reason.NOISE_DECRYPT);
        }
    }

    private static Reason sendAndExpectSilence(TransportNode listener, int port, byte[] message)
            throws Exception {
        try (var socket = RawPeer.connect(RawPeer.loopback(port))) {
            socket.getOutputStream().write(message);
            NoisePeer.expectSilentEnd(socket);
        }
        return listener.refused().reason();
    }

    @Test
    void aFirstMessageCutShortIsTruncated() throws Exception {
        var listener = node();
        var address = listener.listen(LOOPBACK);
        var good = NoisePeer.firstMessage(identity(), address);
        for (var length : new int[] {0, 1, 63, 64, 167}) {
            try (var socket = RawPeer.connect(address)) {
                socket.getOutputStream().write(good, 0, length);
                socket.shutdownOutput();
                NoisePeer.expectSilentEnd(socket);
            }
            assertThat(listener.refused().reason()).isEqualTo(Reason.TRUNCATED);
        }
    }

    @Test
    void bytesThatDripDoNotExtendTheDeadline() throws Exception {
        var right = identity();
        var listener =
                node(right, new SettingsBuilder(right).upgradeTimeout(Duration.ofMillis(500)));
        var address = listener.listen(LOOPBACK);
        var good = NoisePeer.firstMessage(identity(), address);
        var begun = System.nanoTime();
        try (var socket = RawPeer.connect(address)) {
            for (var i = 0; i < 160 && listenerIsSilent(socket); i++) {
                socket.getOutputStream().write(good[i]);
                Thread.sleep(20);
            }
        } catch (SocketException _) {
            // The listener hung up while we wrote.
        }
        assertThat(listener.refused().reason()).isEqualTo(Reason.TIMEOUT);
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(Duration.ofMillis(450), Duration.ofSeconds(3));
    }

    private static boolean listenerIsSilent(Socket socket) throws Exception {
        return socket.getInputStream().available() == 0;
    }

    @Test
    void admissionCountsPendingConnectionsInAllAndByAddress() throws Exception {
        var right = identity();
        var listener =
                node(
                        right,
                        new SettingsBuilder(right)
                                .maxPending(3, 2)
                                .upgradeTimeout(Duration.ofSeconds(2)));
        var port = listener.listen(LOOPBACK).port().orElseThrow();
        closing(from("127.0.0.1", port));
        closing(from("127.0.0.1", port));
        NoisePeer.expectSilentEnd(closing(from("127.0.0.1", port)));
        var third = listener.refused();
        assertThat(third.reason()).isEqualTo(Reason.TOO_MANY_PENDING_FROM_ADDRESS);
        assertThat(third.detail()).contains("admission.max_pending_per_ip");
        closing(from("127.0.0.2", port));
        NoisePeer.expectSilentEnd(closing(from("127.0.0.3", port)));
        var fourth = listener.refused();
        assertThat(fourth.reason()).isEqualTo(Reason.TOO_MANY_PENDING);
        assertThat(fourth.detail()).contains("admission.max_pending");
        for (var i = 0; i < 3; i++) {
            assertThat(listener.refused().reason()).isEqualTo(Reason.TIMEOUT);
        }
        try (var peer =
                NoisePeer.connect(RawPeer.loopback(port).withKey(right.key()), identity())) {
            assertThat(listener.accepted().info().hello().asUtf8()).isEqualTo("raw");
            assertThat(peer.socket().isConnected()).isTrue();
        }
    }

    private static Socket from(String address, int port) throws Exception {
        var socket = new Socket();
        socket.setSoTimeout(10_000);
        socket.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        // So that the listener sees them in this order.
        Thread.sleep(50);
        return socket;
    }

    @Test
    void aFirstMessageCountsOnceUnderMutualAuthentication() throws Exception {
        var left = identity();
        var right = identity();
        var trusted =
                TrustedPeers.of(
                        Map.of(
                                left.peer(),
                                new TrustedPeer(Set.of(left.key()), PeerRole.VALIDATOR)));
        var listener =
                node(right, new SettingsBuilder(right).authMode(AuthMode.MUTUAL).trusted(trusted));
        var address = listener.listen(LOOPBACK);
        var time = System.currentTimeMillis();
        // Message 1 alone proves nothing, so it burns nothing.
        try (var gone = NoisePeer.dial(RawPeer.connect(address), address, left, time)) {
            assertThat(gone.socket().isConnected()).isTrue();
        }
        assertThat(listener.refused().reason()).isEqualTo(Reason.TRUNCATED);
        try (var peer = NoisePeer.dial(RawPeer.connect(address), address, left, time)) {
            peer.send(peer.sealed(NoisePeer.HELLO));
            assertThat(listener.accepted().info().role()).isEqualTo(PeerRole.VALIDATOR);
            for (var earlier = 0; earlier < 2; earlier++) {
                try (var socket = RawPeer.connect(address)) {
                    var replay =
                            NoisePeer.handshake(
                                    left,
                                    left.peer(),
                                    right.key(),
                                    CipherSuite.CHACHAPOLY,
                                    time - earlier);
                    socket.getOutputStream().write(replay.firstMessage());
                    NoisePeer.expectSilentEnd(socket);
                }
                assertThat(listener.refused().reason()).isEqualTo(Reason.REPLAY);
            }
        }
    }

    @Test
    void badHandshakeMessagesAreRefused() throws Exception {
        var right = identity();
        var listener =
                node(right, new SettingsBuilder(right).upgradeTimeout(Duration.ofSeconds(4)));
        var address = listener.listen(LOOPBACK);
        try (var peer = NoisePeer.dial(address, identity())) {
            peer.send(peer.sealed(new byte[] {0, 0}));
            assertThat(listener.refused().reason()).isEqualTo(Reason.BAD_HELLO);
        }
        try (var peer = NoisePeer.dial(address, identity())) {
            peer.send(new byte[] {0, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
            assertThat(listener.refused().reason()).isEqualTo(Reason.BAD_HELLO);
        }
        try (var peer = NoisePeer.dial(address, identity())) {
            var record = peer.sealed(NoisePeer.HELLO);
            record[5] ^= 1;
            peer.send(record);
            assertThat(listener.refused().reason()).isEqualTo(Reason.NOISE_DECRYPT);
        }
        try (var peer = NoisePeer.dial(address, identity())) {
            peer.send(peer.sealed(new byte[] {0, 9, 'c', 'u', 't'}));
            peer.socket().shutdownOutput();
            assertThat(listener.refused().reason()).isEqualTo(Reason.TRUNCATED);
        }
        try (var peer = NoisePeer.dial(address, identity())) {
            peer.send(peer.sealed(new byte[] {0, 9, 'l', 'a', 't', 'e'}));
            var refused = listener.refused();
            assertThat(refused.reason()).isEqualTo(Reason.TIMEOUT);
            assertThat(refused.detail()).contains("handshake message");
        }
    }

    @Test
    void framesBehindTheHandshakeMessageInOneRecordAreNotLost() throws Exception {
        var listener = node();
        var address = listener.listen(LOOPBACK);
        try (var peer = NoisePeer.dial(address, identity())) {
            var first = NoisePeer.frame(new byte[] {1, 2, 3});
            var plain = Arrays.copyOf(NoisePeer.HELLO, 5 + first.length + 2);
            System.arraycopy(first, 0, plain, 5, first.length);
            // And the beginning of the next frame's length.
            var one = peer.sealed(plain);
            var two = peer.sealed(new byte[] {0, 1, 42});
            var both = Arrays.copyOf(one, one.length + two.length);
            System.arraycopy(two, 0, both, one.length, two.length);
            peer.send(both);
            var link = listener.accepted();
            Thread.sleep(50);
            var pipe = FramePipe.on(link);
            assertThat(pipe.receive().toByteArray()).containsExactly(1, 2, 3);
            assertThat(pipe.receive().toByteArray()).containsExactly(42);
        }
    }

    @Test
    void aListenerThatAnswersGarbageFailsTheDial() throws Exception {
        var dialer = node();
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var key = identity();
            var id =
                    dialer.dial(
                            key.peer(), RawPeer.loopback(server.getLocalPort()).withKey(key.key()));
            try (var socket = server.accept()) {
                socket.getOutputStream().write(bytes(48));
                var failed = dialer.await(TransportEvent.DialFailed.class);
                assertThat(failed.id()).isEqualTo(id);
                assertThat(failed.failure().reason()).isEqualTo(Reason.NOISE_DECRYPT);
                assertThat(socket.getInputStream().readAllBytes()).hasSize(168);
            }
        }
    }

    @Test
    void aDialCanceledDuringTheHandshakeMessagesClosesItsSocket() throws Exception {
        var dialer = node();
        var self = identity();
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var id =
                    dialer.dial(
                            self.peer(),
                            RawPeer.loopback(server.getLocalPort()).withKey(self.key()));
            try (var peer = NoisePeer.accept(server.accept(), self)) {
                assertThat(peer.readRecord()).endsWith('h', 'e', 'l', 'l', 'o');
                dialer.transport().cancel(id);
                assertThat(dialer.await(TransportEvent.DialFailed.class).failure().reason())
                        .isEqualTo(Reason.CANCELED);
                NoisePeer.expectSilentEnd(peer.socket());
            }
        }
    }

    @Test
    void aDialerTriesItsNextSuiteAndRemembersWhatWorked() {
        var left = identity();
        var right = identity();
        var dialer =
                node(
                        left,
                        new SettingsBuilder(left)
                                .suites(CipherSuite.CHACHAPOLY, CipherSuite.AESGCM));
        var listener = node(right, new SettingsBuilder(right).suites(CipherSuite.AESGCM));
        var address = listener.listen(LOOPBACK);
        var first = dialer.dialFails(right.peer(), address);
        assertThat(first.reason()).isEqualTo(Reason.TRUNCATED);
        assertThat(first.detail())
                .contains("wrong key, unknown peer, clock, or other cipher suite")
                .contains("chachapoly");
        assertThat(listener.refused().reason()).isEqualTo(Reason.NOISE_DECRYPT);
        for (var i = 0; i < 2; i++) {
            var link = dialer.connect(listener, address);
            assertThat(link.info().suite()).isEqualTo(CipherSuite.AESGCM);
            assertThat(listener.accepted().info().suite()).isEqualTo(CipherSuite.AESGCM);
        }
    }

    @Test
    void namesAreResolvedAndFilteredByFamily() {
        var dialer = node();
        var listener = node();
        var address = listener.listen(LOOPBACK);
        for (var kind : new String[] {"dns", "dns4"}) {
            var named =
                    NetworkAddress.parse(
                            address.toString()
                                    .replace("/ip4/127.0.0.1", "/" + kind + "/localhost"));
            assertThat(dialer.connect(listener, named).info().address()).isEqualTo(named);
            assertThat(listener.accepted().info().peer()).isEqualTo(dialer.identity().peer());
        }
        var nobody =
                NetworkAddress.parse(
                        address.toString().replace("/ip4/127.0.0.1", "/dns6/127.0.0.1"));
        assertThat(dialer.dialFails(listener.identity().peer(), nobody).reason())
                .isEqualTo(Reason.UNRESOLVED_NAME);
    }

    @Test
    void proxyHeadersGiveTheRemoteAddress() throws Exception {
        var right = identity();
        var listener = node(right, new SettingsBuilder(right).proxyProtocol(true).maxPending(8, 1));
        var address = listener.listen(LOOPBACK);
        var signature = "0d0a0d0a000d0a515549540a";
        var header =
                HexFormat.of()
                        .parseHex(
                                signature + "2111000c" + "0a000010" + "7f000001" + "0050" + "1824");
        try (var socket = RawPeer.connect(address)) {
            for (var b : header) {
                socket.getOutputStream().write(b);
            }
            try (var peer =
                    NoisePeer.dial(socket, address, identity(), System.currentTimeMillis())) {
                peer.send(peer.sealed(NoisePeer.HELLO));
                assertThat(listener.accepted().info().address().toString())
                        .startsWith("/ip4/10.0.0.16/tcp/80/noise-ik/");
            }
        }
        // The balancer's address counts for nobody, the one in the header does.
        try (var one = RawPeer.connect(address);
                var two = RawPeer.connect(address)) {
            one.getOutputStream().write(header);
            Thread.sleep(100);
            two.getOutputStream().write(header);
            NoisePeer.expectSilentEnd(two);
            var refused = listener.await(TransportEvent.Refused.class);
            assertThat(refused.failure().reason()).isEqualTo(Reason.TOO_MANY_PENDING_FROM_ADDRESS);
            assertThat(String.valueOf(refused.from())).isEqualTo("/ip4/10.0.0.16/tcp/80");
        }
        assertThat(listener.refused().reason()).isEqualTo(Reason.TRUNCATED);
        try (var socket = RawPeer.connect(address)) {
            socket.getOutputStream()
                    .write(
                            "PROXY TCP4 10.0.0.1 10.0.0.2 80 80\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            NoisePeer.expectSilentEnd(socket);
        }
        assertThat(listener.refused().reason()).isEqualTo(Reason.BAD_PROXY_HEADER);
    }

    @Test
    void anAddressThatConnectsTooOftenIsTurnedAwayAndOthersAreNot() throws Exception {
        var right = identity();
        var listener =
                node(
                        right,
                        new SettingsBuilder(right)
                                .proxyProtocol(true)
                                .acceptRate(new AcceptRate(1_000, 256, 5, 10)));
        var address = listener.listen(LOOPBACK);
        var begun = System.nanoTime();
        var floods = 60;
        // Behind a balancer it is the address in the header that counts.
        for (var i = 0; i < floods; i++) {
            try (var socket = RawPeer.connect(address)) {
                socket.getOutputStream().write(proxied(7));
                socket.shutdownOutput();
                NoisePeer.expectSilentEnd(socket);
            }
        }
        var begunSetUps = 0;
        for (var i = 0; i < floods; i++) {
            var refused = listener.refused();
            if (refused.reason() == Reason.TRUNCATED) {
                begunSetUps++;
            } else {
                assertThat(refused.reason()).isEqualTo(Reason.TOO_FAST_FROM_ADDRESS);
                assertThat(refused.detail()).contains("admission.handshakes_per_second_per_ip");
            }
        }
        var seconds = (System.nanoTime() - begun) / 1e9;
        assertThat((double) begunSetUps).isBetween(10.0, 10 + 5 * seconds);

        try (var socket = RawPeer.connect(address)) {
            socket.getOutputStream().write(proxied(8));
            try (var peer =
                    NoisePeer.dial(socket, address, identity(), System.currentTimeMillis())) {
                peer.send(peer.sealed(NoisePeer.HELLO));
                assertThat(listener.accepted().info().address().toString())
                        .startsWith("/ip4/10.0.0.8/");
            }
        }
    }

    /** A PROXY header that says that 10.0.0.{@code host} has connected. */
    private static byte[] proxied(int host) {
        return HexFormat.of()
                .parseHex(
                        "0d0a0d0a000d0a515549540a2111000c"
                                + "0a0000%02x".formatted(host)
                                + "7f00000100501824");
    }

    @Test
    void afterAFloodOfStrangersNothingIsLeft() throws Exception {
        var right = identity();
        var listener =
                node(
                        right,
                        new SettingsBuilder(right)
                                .maxPending(32, 32)
                                .acceptRate(new AcceptRate(100_000, 1_000, 20, 40))
                                .upgradeTimeout(Duration.ofMillis(800)));
        var address = listener.listen(LOOPBACK);
        var honest = node();
        var out = FramePipe.on(honest.connect(listener, address));
        var in = FramePipe.on(listener.accepted());
        var before = descriptors();
        var good = NoisePeer.firstMessage(identity(), address);
        var idle = new ArrayList<Socket>();
        for (var i = 0; i < 300; i++) {
            var socket = RawPeer.connect(address);
            switch (i % 4) {
                case 0 -> idle.add(socket);
                case 1 -> {
                    socket.setSoLinger(true, 0);
                    socket.close();
                }
                case 2 -> {
                    socket.getOutputStream().write(good);
                    socket.close();
                }
                default -> {
                    socket.shutdownOutput();
                    idle.add(socket);
                }
            }
            out.send(Bytes.of((byte) i));
            assertThat(in.receive()).isEqualTo(Bytes.of((byte) i));
        }
        for (var socket : idle) {
            NoisePeer.expectSilentEnd(socket);
            socket.close();
        }
        for (var i = 0; i < 300; i++) {
            assertThat(listener.refused().reason())
                    .isIn(
                            Reason.TRUNCATED,
                            Reason.INPUT_OUTPUT,
                            Reason.TIMEOUT,
                            Reason.TOO_MANY_PENDING,
                            Reason.TOO_MANY_PENDING_FROM_ADDRESS);
        }
        assertThat(descriptors()).isLessThanOrEqualTo(before);
        var late = honest.connect(listener, address);
        assertThat(late.info().peer()).isEqualTo(right.peer());
    }

    private static long descriptors() throws IOException {
        var open = Path.of("/proc/self/fd");
        if (!Files.isDirectory(open)) {
            return 0;
        }
        try (var entries = Files.list(open)) {
            return entries.count();
        }
    }

    @Test
    void idsThatBelongToNobodyAreNotExposed() throws Exception {
        var listener = node();
        var address = listener.listen(LOOPBACK);
        TestIdentity self = identity();
        PublicKey server = address.key().orElseThrow();
        try (var socket = RawPeer.connect(address)) {
            var message =
                    NoisePeer.handshake(
                                    self,
                                    PeerId.parse("0x123"),
                                    server,
                                    CipherSuite.CHACHAPOLY,
                                    System.currentTimeMillis())
                            .firstMessage();
            socket.getOutputStream().write(message);
            NoisePeer.expectSilentEnd(socket);
        }
        assertThat(listener.refused().reason()).isEqualTo(Reason.PEER_ID_MISMATCH);
        listener.expectNothing(Duration.ofMillis(50));
    }
}
