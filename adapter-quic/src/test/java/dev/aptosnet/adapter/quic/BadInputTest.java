package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.noise.DialerHandshake;
import dev.aptosnet.noise.KeyPair;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.testkit.FramePipe;
import dev.aptosnet.testkit.SettingsBuilder;
import dev.aptosnet.testkit.TestIdentity;
import dev.aptosnet.testkit.TransportNode;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicClientConnection.StreamEarlyData;
import tech.kwik.core.QuicSessionTicket;
import tech.kwik.core.QuicStream;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What strangers may send to a listener's port, and peers over a proven connection. Each test has
 * an honest link beside it, which must not notice.
 */
@Timeout(120)
class BadInputTest {
    private static final long SEED = 20261123;

    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(2);

    private final Random random = new Random(SEED);
    private final TransportNode listener;
    private final TransportNode dialer;
    private final NetworkAddress address;
    private final FramePipe honestOut;
    private final FramePipe honestIn;
    private int exchanged;

    BadInputTest() {
        listener = node(4);
        dialer = node(4);
        address = listener.listen(NetworkAddress.parse("/ip4/127.0.0.1/quic/0"));
        honestOut = FramePipe.on(dialer.connect(listener, address));
        honestIn = FramePipe.on(listener.accepted());
    }

    private TransportNode node(int maxPending) {
        var identity = TestIdentity.next(random);
        return new TransportNode(
                new QuicTransportProvider(),
                identity,
                new SettingsBuilder(identity)
                        .maxPending(maxPending, maxPending)
                        .upgradeTimeout(Duration.ofSeconds(5))
                        .writeTimeout(WRITE_TIMEOUT));
    }

    @AfterEach
    void nobodyElseNoticed() {
        try {
            var text = Bytes.utf8("still here " + exchanged++);
            honestOut.send(text);
            assertThat(honestIn.receive()).isEqualTo(text);
            assertThat(listener.transport().pendingInbound()).isZero();
        } finally {
            listener.close();
            dialer.close();
        }
    }

    // ---- before anybody is proven

    @Test
    void garbageAndUnknownVersionsAreDroppedAndMakeNothingGrow() throws IOException {
        try (var socket = new DatagramSocket()) {
            for (var i = 0; i < 20_000; i++) {
                var datagram = new byte[random.nextInt(1, 1500)];
                random.nextBytes(datagram);
                switch (i % 4) {
                    case 0 -> {} // noise
                    case 1 -> datagram[0] |= (byte) 0xc0; // a long header
                    case 2 ->
                            versioned(datagram, 0); // version negotiation, which only servers send
                    default -> versioned(datagram, 0x1a2a3a4a); // a version that nobody speaks
                }
                send(socket, datagram);
            }
        }
        assertThat(listener.poll()).isNull();
        exchange();
        settles();
    }

    /**
     * Initial packets that look right and decrypt to nothing. Each names another connection, so
     * that the library keeps something for each until it has seen that it is nothing.
     */
    @Test
    void aFloodOfInitialPacketsThatHoldNothingIsForgotten() throws IOException {
        try (var socket = new DatagramSocket()) {
            for (var i = 0; i < 5_000; i++) {
                send(socket, initial());
            }
        }
        assertThat(listener.poll()).isNull();
        exchange();
        settles();
    }

    @Test
    void moreConnectionsThanMayBeInSetUpAreTurnedAway() {
        var strangers = new ArrayList<QuicClientConnection>();
        try {
            for (var i = 0; i < 8; i++) {
                var stranger = StrangeQuic.client(address, QuicTransport.APPLICATION);
                strangers.add(stranger);
                try {
                    stranger.connect();
                } catch (IOException _) {
                    // Turned away before it knew that it was connected.
                }
            }
            var reasons = new ArrayList<Reason>();
            for (var i = 0; i < 8; i++) {
                reasons.add(listener.refused().reason());
            }
            // Half of them have said nothing until their time is over.
            assertThat(reasons).filteredOn(Reason.TIMEOUT::equals).hasSize(4);
            assertThat(reasons)
                    .allMatch(
                            reason ->
                                    reason == Reason.TIMEOUT
                                            || reason == Reason.TOO_MANY_PENDING
                                            || reason == Reason.TOO_MANY_PENDING_FROM_ADDRESS);
        } finally {
            strangers.forEach(QuicClientConnection::close);
        }
    }

    @Test
    void aDialerOfAnotherApplicationGetsNoConnection() {
        var stranger = StrangeQuic.client(address, "other/1", Duration.ofSeconds(30));
        assertThatThrownBy(stranger::connect)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("TLS error 120: unsupported application protocol");
        assertThat(listener.poll()).isNull();
    }

    @Test
    void aFirstMessageThatBreaksOffIsRefused() throws IOException {
        var stranger = connected();
        try (var out = stranger.createStream(true).getOutputStream()) {
            out.write(new byte[100]);
        }
        assertThat(listener.refused().reason()).isEqualTo(Reason.TRUNCATED);
        stranger.close();
    }

    @Test
    void aFirstMessageOfGarbageIsRefused() throws IOException {
        var stranger = connected();
        stranger.createStream(true).getOutputStream().write(garbage());
        assertThat(listener.refused().reason()).isEqualTo(Reason.WRONG_SERVER_KEY);
        stranger.close();
    }

    @Test
    void aHandshakeThatGoesOnWithoutHavingBegunIsRefused() throws IOException {
        var stranger = connected();
        stranger.createStream(true).getOutputStream().write(Handshake.BEGUN_EARLY);
        var refused = listener.refused();
        assertThat(refused.reason()).isEqualTo(Reason.NOISE_DECRYPT);
        assertThat(refused.detail())
                .isEqualTo("the dialer goes on with a handshake that it has not begun");
        stranger.close();
    }

    /** Somebody who has recorded how a dialer asks beside TLS can ask, and prove nothing. */
    @Test
    void aQuestionThatWasRecordedProvesNobody() throws Exception {
        var first = connected();
        var certificate = ThrowAwayCertificate.hash(first.getServerCertificateChain().getFirst());
        first.close();
        assertThat(listener.refused().reason()).isEqualTo(Reason.TRUNCATED);

        var recorded =
                new EarlyDial(
                        new DialerHandshake(
                                CipherSuite.CHACHAPOLY,
                                KeyPair.ofPrivateKey(dialer.identity().privateKey()),
                                dialer.identity().peer(),
                                listener.identity().key(),
                                System.currentTimeMillis(),
                                KeyPair.generate(new SecureRandom()),
                                certificate),
                        certificate);
        var stranger = connect(StrangeQuic.asking(address, recorded));
        assertThat(recorded.await(certificate, TransportNode.PATIENCE)).isNotNull();
        var proof = new byte[1 + 2 + 17];
        random.nextBytes(proof);
        ByteBuffer.wrap(proof).put(Handshake.BEGUN_EARLY).putShort((short) 17);
        stranger.createStream(true).getOutputStream().write(proof);
        var refused = listener.refused();
        assertThat(refused.reason()).isEqualTo(Reason.NOISE_DECRYPT);
        assertThat(refused.detail()).startsWith("the dialer does not hold the session");
        stranger.close();
    }

    @Test
    void aHandshakeOfNoKnownKindIsRefused() throws IOException {
        var stranger = connected();
        stranger.createStream(true).getOutputStream().write(2);
        assertThat(listener.refused().detail())
                .isEqualTo("a handshake of kind 2 (expected: 0 or 1)");
        stranger.close();
    }

    /**
     * The library takes early data of whoever resumes a session. It gets no further than any first
     * message, and what was recorded on its way gets nowhere.
     */
    @Test
    void earlyDataIsAFirstMessageLikeAnyOtherAndItsReplayReachesNobody() throws IOException {
        var first = connected();
        var end = System.nanoTime() + TransportNode.PATIENCE.toNanos();
        while (first.getNewSessionTickets().isEmpty() && System.nanoTime() < end) {
            sleep(Duration.ofMillis(10));
        }
        var ticket = first.getNewSessionTickets().getFirst();
        first.close();
        assertThat(listener.refused().reason()).isEqualTo(Reason.TRUNCATED);

        var recorded = new CopyOnWriteArrayList<byte[]>();
        var refusal = refusedWithEarlyData(ticket, recorded);
        for (var again = 0; again < 2 && hasLostItsEarlyData(refusal, recorded); again++) {
            recorded.clear();
            refusal = refusedWithEarlyData(ticket, recorded);
        }
        assertThat(refusal.reason()).as(refusal.detail()).isEqualTo(Reason.WRONG_SERVER_KEY);

        try (var socket = new DatagramSocket()) {
            for (var datagram : List.copyOf(recorded)) {
                send(socket, datagram);
            }
            listener.expectNothing(Duration.ofSeconds(1));
        }
    }

    private SetupFailure refusedWithEarlyData(QuicSessionTicket ticket, List<byte[]> sent)
            throws IOException {
        var stranger = StrangeQuic.resuming(address, ticket, sent::add);
        stranger.connect(List.of(new StreamEarlyData(garbage(), false)));
        var refusal = listener.refused();
        stranger.close();
        return refusal;
    }

    /**
     * The library's client seldom sends its early data neither early nor late: where its caller's
     * thread is held up until TLS is through, one thread takes the stream's bytes while another
     * puts them back (its {@code EarlyDataStream.writeRemaining}). No datagram begins with a 0-RTT
     * packet (RFC 9000, section 17.2.3) then, and the listener has nothing to be right or wrong
     * about.
     */
    private static boolean hasLostItsEarlyData(SetupFailure refusal, List<byte[]> sent) {
        return refusal.reason() == Reason.TIMEOUT
                && sent.stream().noneMatch(datagram -> (datagram[0] & 0xf0) == 0xd0);
    }

    @Test
    void aListenerWithAnotherKeyIsNotBelieved() {
        var other = TestIdentity.next(random);
        var there = NetworkAddress.parse("/ip4/127.0.0.1/quic/" + address.port().orElseThrow());
        var failure = dialer.dialFails(other.peer(), there.withKey(other.key()));
        assertThat(failure.reason()).isEqualTo(Reason.TRUNCATED);
        assertThat(listener.refused().reason()).isEqualTo(Reason.WRONG_SERVER_KEY);
    }

    // ---- over a proven connection

    @Test
    void aLargeMessageThatBreaksOffIsGivenUpAndTheRestGoesOn() throws IOException {
        try (var peer = StrangePeer.connect(TestIdentity.next(random), address)) {
            var pipe = FramePipe.on(listener.accepted());
            var large = peer.connection().createStream(false);
            write(large, LaneReader.TRANSFER, 1000, 10);
            var reset = peer.connection().createStream(false);
            write(reset, LaneReader.TRANSFER, 1000, 10);
            reset.resetStream(QuicLink.GIVEN_UP);
            sleep(WRITE_TIMEOUT.multipliedBy(2));
            assertThatThrownBy(
                            () -> {
                                while (true) {
                                    large.getOutputStream().write(new byte[100]);
                                    sleep(Duration.ofMillis(10));
                                }
                            })
                    .isInstanceOf(IOException.class);
            write(peer.connection().createStream(false), 2, 5, 5);
            assertThat(pipe.receive()).isEqualTo(Bytes.wrap(new byte[5]));
            assertThat(pipe.isClosed()).isFalse();
        }
    }

    @Test
    void aMessageOfAClassThatBreaksOffEndsTheLink() throws IOException {
        endsWith("no byte of a frame that has begun came in time (write_timeout_ms)", 2, 1000, 10);
    }

    @Test
    void aFrameLargerThanAllowedEndsTheLink() throws IOException {
        endsWith("frame of 4194305 bytes (max_frame_size: 4194304)", 2, (4 << 20) + 1, 0);
    }

    @Test
    void aStreamOfNoKnownKindEndsTheLink() throws IOException {
        endsWith("a stream of kind 5 (expected: 0 to 4)", 5, 1, 1);
    }

    @Test
    void streamsThatAreOpenedAndNotUsedEndTheLink() throws IOException {
        try (var peer = StrangePeer.connect(TestIdentity.next(random), address)) {
            var pipe = FramePipe.on(listener.accepted());
            // The last one opens all before it.
            QuicStream last = peer.connection().createStream(false);
            for (var i = 1; i < QuicLink.MAX_STREAMS; i++) {
                last = peer.connection().createStream(false);
            }
            write(last, 2, 5, 5);
            assertThat(pipe.receive()).isEqualTo(Bytes.wrap(new byte[5]));
            assertThat(pipe.closed().detail())
                    .isEqualTo("the peer opened a stream and did not use it (write_timeout_ms)");
        }
    }

    private void endsWith(String why, int kind, int announced, int sent) throws IOException {
        try (var peer = StrangePeer.connect(TestIdentity.next(random), address)) {
            var pipe = FramePipe.on(listener.accepted());
            write(peer.connection().createStream(false), kind, announced, sent);
            assertThat(pipe.closed().detail()).isEqualTo(why);
        }
    }

    /** Opens a stream with the beginning of a frame. */
    private static void write(QuicStream stream, int kind, int announced, int sent)
            throws IOException {
        stream.getOutputStream()
                .write(
                        ByteBuffer.allocate(1 + Integer.BYTES + sent)
                                .put((byte) kind)
                                .putInt(announced)
                                .array());
    }

    /** What looks like a first message by its length. */
    private byte[] garbage() {
        var bytes = new byte[1 + DialerHandshake.FIRST_MESSAGE];
        random.nextBytes(bytes);
        bytes[0] = Handshake.BEGUN_HERE;
        return bytes;
    }

    private QuicClientConnection connected() {
        return connect(StrangeQuic.client(address, QuicTransport.APPLICATION));
    }

    private static QuicClientConnection connect(QuicClientConnection stranger) {
        try {
            stranger.connect();
            return stranger;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void send(DatagramSocket socket, byte[] datagram) throws IOException {
        socket.send(
                new DatagramPacket(
                        datagram,
                        datagram.length,
                        InetAddress.getLoopbackAddress(),
                        address.port().orElseThrow()));
    }

    /** A long header with this version and connection ids of eight bytes. */
    private static void versioned(byte[] datagram, int version) {
        if (datagram.length > 23) {
            ByteBuffer.wrap(datagram).put((byte) 0xc0).putInt(version).put((byte) 8);
            datagram[14] = 8;
        }
    }

    private byte[] initial() {
        var datagram = new byte[1200];
        random.nextBytes(datagram);
        versioned(datagram, 1);
        datagram[23] = 0; // no token
        ByteBuffer.wrap(datagram).putShort(24, (short) (0x4000 | (1200 - 26)));
        return datagram;
    }

    private void exchange() {
        var text = Bytes.utf8("beside " + exchanged++);
        honestOut.send(text);
        assertThat(honestIn.receive()).isEqualTo(text);
    }

    /** What was kept for strangers is let go, and little was. */
    private static void settles() {
        var end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (usedBytes() > 64 << 20 && System.nanoTime() < end) {
            sleep(Duration.ofMillis(500));
        }
        assertThat(usedBytes()).as("bytes in use").isLessThan(64 << 20);
    }

    private static long usedBytes() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
