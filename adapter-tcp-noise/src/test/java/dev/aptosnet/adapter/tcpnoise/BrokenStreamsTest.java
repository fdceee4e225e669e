package dev.aptosnet.adapter.tcpnoise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.testkit.FramePipe;
import dev.aptosnet.testkit.SettingsBuilder;
import dev.aptosnet.testkit.TestIdentity;
import dev.aptosnet.testkit.TransportNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;

/** What a proven peer gets whose bytes break a rule (wire.md sections 5 and 8). */
class BrokenStreamsTest extends TcpTestBase {
    private TransportNode listener() {
        var right = identity();
        return node(right, new SettingsBuilder(right));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16})
    void recordsThatCannotHoldAByteCloseTheLink(int length) throws Exception {
        var listener = listener();
        var address = listener.listen(LOOPBACK);
        try (var peer = NoisePeer.connect(address, identity())) {
            var pipe = FramePipe.on(listener.accepted());
            peer.sendFrame(new byte[] {7});
            assertThat(pipe.receive().toByteArray()).containsExactly(7);
            peer.send(new byte[] {(byte) (length >> 8), (byte) length});
            var how = pipe.closed();
            assertThat(how.reason()).isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
            assertThat(how.detail()).contains("record of " + length + " bytes");
            NoisePeer.expectSilentEnd(peer.socket());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {(4 << 20) + 1, Integer.MAX_VALUE, 1L << 31, 0xffff_ffffL})
    void lengthBombsCloseTheLinkBeforeTheBody(long length) throws Exception {
        var listener = listener();
        var address = listener.listen(LOOPBACK);
        try (var peer = NoisePeer.connect(address, identity())) {
            var pipe = FramePipe.on(listener.accepted());
            peer.send(
                    peer.sealed(
                            new byte[] {
                                (byte) (length >> 24),
                                (byte) (length >> 16),
                                (byte) (length >> 8),
                                (byte) length
                            }));
            var how = pipe.closed();
            assertThat(how.reason()).isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
            assertThat(how.detail()).contains("frame of " + length).contains("max_frame_size");
        }
    }

    @Test
    void theEndOfTheStreamIsInOrderOnlyBetweenFrames() throws Exception {
        var listener = listener();
        var address = listener.listen(LOOPBACK);
        assertThat(endAfter(listener, address, 0, true))
                .isEqualTo(DisconnectReason.CONNECTION_CLOSED);
        assertThat(endAfter(listener, address, 3, true))
                .as("inside a frame's length")
                .isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
        assertThat(endAfter(listener, address, 50, true))
                .as("inside a frame's body")
                .isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
        assertThat(endAfter(listener, address, 1, false))
                .as("inside a record's length")
                .isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
        assertThat(endAfter(listener, address, 30, false))
                .as("inside a record")
                .isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
    }

    private DisconnectReason endAfter(
            TransportNode listener, NetworkAddress address, int bytes, boolean sealed)
            throws Exception {
        try (var peer = NoisePeer.connect(address, identity())) {
            var pipe = FramePipe.on(listener.accepted());
            peer.sendFrame(new byte[] {1});
            var plain =
                    Arrays.copyOf(NoisePeer.frame(bytes(100)), sealed ? Math.max(bytes, 1) : 104);
            if (bytes > 0) {
                var record = peer.sealed(plain);
                peer.send(sealed ? record : Arrays.copyOf(record, bytes));
            }
            peer.socket().shutdownOutput();
            assertThat(pipe.receive().toByteArray()).containsExactly(1);
            assertThat(pipe.closed().detail()).contains("closed the connection");
            assertThat(pipe.waiting()).isZero();
            return pipe.closed().reason();
        }
    }

    @Test
    void nothingAlteredIsDeliveredWhereverABitIsFlipped() throws Exception {
        var listener = listener();
        var address = listener.listen(LOOPBACK);
        var honest = honestPair(listener, address);
        for (var round = 0; round < 40; round++) {
            try (var peer = NoisePeer.connect(address, identity())) {
                var pipe = FramePipe.on(listener.accepted());
                var stream = new ByteArrayOutputStream();
                for (var i = 0; i < 20; i++) {
                    var body = new byte[round % 2 == 0 ? 300 : 3000];
                    Arrays.fill(body, (byte) i);
                    stream.write(peer.sealed(NoisePeer.frame(body)));
                }
                var sent = stream.toByteArray();
                sent[random.nextInt(sent.length)] ^= (byte) (1 << random.nextInt(8));
                try {
                    peer.send(sent);
                    peer.socket().shutdownOutput();
                } catch (IOException _) {
                    // The listener noticed before we had sent it all.
                }
                assertThat(pipe.closed().reason())
                        .as("round %s (seed %s)", round, SEED)
                        .isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
                assertThat(pipe.waiting()).isLessThan(20);
                for (var i = 0; pipe.waiting() > 0; i++) {
                    var body = pipe.receive().toByteArray();
                    assertThat(body).hasSize(round % 2 == 0 ? 300 : 3000).containsOnly(i);
                }
            }
        }
        honest.check();
    }

    @Test
    void recordsRepeatedDroppedOrSwappedCloseTheLink() throws Exception {
        var listener = listener();
        var address = listener.listen(LOOPBACK);
        for (var order : new int[][] {{0, 0}, {1}, {0, 2, 1}}) {
            try (var peer = NoisePeer.connect(address, identity())) {
                var pipe = FramePipe.on(listener.accepted());
                var records = new byte[3][];
                for (var i = 0; i < 3; i++) {
                    records[i] = peer.sealed(NoisePeer.frame(new byte[] {(byte) i}));
                }
                for (var i : order) {
                    peer.send(records[i]);
                }
                assertThat(pipe.closed().reason()).isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
                assertThat(pipe.closed().detail()).contains("AUTHENTICATION");
                assertThat(pipe.waiting()).isEqualTo(order[0] == 0 ? 1 : 0);
            }
        }
    }

    @Test
    void framesThatDripInArriveWhole() throws Exception {
        var listener = listener();
        var address = listener.listen(LOOPBACK);
        try (var peer = NoisePeer.connect(address, identity())) {
            var pipe = FramePipe.on(listener.accepted());
            var body = bytes(600);
            peer.sendSlowly(peer.sealed(NoisePeer.frame(body)));
            assertThat(pipe.receive()).isEqualTo(Bytes.of(body));
            for (var b : NoisePeer.frame(new byte[] {1, 2, 3})) {
                peer.send(peer.sealed(new byte[] {b}));
            }
            assertThat(pipe.receive().toByteArray()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void aPeerThatTakesNothingIsClosedAndOneThatTakesLittleIsNot() throws Exception {
        var right = identity();
        var listener =
                node(
                        right,
                        new SettingsBuilder(right)
                                .writeTimeout(Duration.ofMillis(600))
                                .bufferBytes(32 << 10));
        var address = listener.listen(LOOPBACK);
        try (var stopped = NoisePeer.connect(address, identity())) {
            var pipe = FramePipe.on(listener.accepted());
            pipe.send(Collections.nCopies(512, Bytes.of(bytes(32 << 10))));
            var how = pipe.closed();
            assertThat(how.reason()).isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
            assertThat(how.detail()).isEqualTo("write timed out (write_timeout_ms)");
            assertThat(stopped.socket().isConnected()).isTrue();
        }
        try (var slow = NoisePeer.connect(address, identity())) {
            var pipe = FramePipe.on(listener.accepted());
            pipe.send(Collections.nCopies(512, Bytes.of(bytes(32 << 10))));
            var end = System.nanoTime() + Duration.ofMillis(2500).toNanos();
            while (System.nanoTime() < end) {
                slow.socket().getInputStream().readNBytes(200 << 10);
                Thread.sleep(200);
            }
            assertThat(pipe.isClosed()).isFalse();
        }
    }

    @Test
    void aFrameThatComesByAByteNowAndThenClosesTheLink() throws Exception {
        var right = identity();
        var listener =
                node(
                        right,
                        new SettingsBuilder(right)
                                .writeTimeout(Duration.ofSeconds(3))
                                .minBytesPerSecond(2000));
        var address = listener.listen(LOOPBACK);
        var honest = honestPair(listener, address);
        try (var dripping = NoisePeer.connect(address, identity())) {
            var pipe = FramePipe.on(listener.accepted());
            // Never silent for as long as the write timeout, and far below 2,000 bytes a second.
            var record = dripping.sealed(NoisePeer.frame(bytes(60_000)));
            for (var i = 0; !pipe.isClosed() && i < record.length; i++) {
                try {
                    dripping.send(Arrays.copyOfRange(record, i, i + 1));
                } catch (IOException _) {
                    break; // The listener noticed.
                }
                Thread.sleep(20);
            }
            var how = pipe.closed();
            assertThat(how.reason()).isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
            assertThat(how.detail())
                    .isEqualTo("the rest of a frame came too slowly (admission.min_bytes_per_sec)");
        }
        honest.check();
    }

    private Honest honestPair(TransportNode listener, NetworkAddress address) {
        TestIdentity identity = identity();
        var dialer = node(identity, new SettingsBuilder(identity));
        var out = FramePipe.on(dialer.connect(listener, address));
        return new Honest(out, FramePipe.on(listener.accepted()));
    }

    /** Two peers that do nothing wrong beside one that does. */
    private record Honest(FramePipe out, FramePipe in) {
        void check() {
            out.send(Bytes.utf8("to"));
            assertThat(in.receive()).isEqualTo(Bytes.utf8("to"));
            in.send(Bytes.utf8("fro"));
            assertThat(out.receive()).isEqualTo(Bytes.utf8("fro"));
        }
    }
}
