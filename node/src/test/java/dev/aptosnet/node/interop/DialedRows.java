package dev.aptosnet.node.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.node.interop.WireHello.WireNetwork;
import dev.aptosnet.node.interop.WirePeer.Seen;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;

/** What the node sends when it dials a peer that knows the wire format and nothing more. */
interface DialedRows extends InteropRows {
    @ParameterizedTest
    @EnumSource(WireSuite.class)
    default void nodeFindsTheSuiteOfTheListener(WireSuite suite) throws Exception {
        try (var server = new WireServer(NodeSettings.open().onlySuite(suite))) {
            WirePeer peer = dialedBy(node(), server);
            assertThat(peer.suite()).isEqualTo(suite);
            assertThat(call(server, Payload.random(1, 10))).isEqualTo(Payload.random(1, 10));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 15, 31, 32, 47})
    default void flippedBitInTheSecondMessageFailsTheDial(int offset) throws Exception {
        assertDialFails(
                message -> {
                    message[offset] ^= 0x10;
                    return message;
                });
    }

    @Test
    default void secondMessageCutShortFailsTheDial() throws Exception {
        assertDialFails(message -> Arrays.copyOf(message, 47));
    }

    @Test
    default void secondMessageWithAPointOfSmallOrderFailsTheDial() throws Exception {
        assertDialFails(
                message -> {
                    Arrays.fill(message, 0, 32, (byte) 0);
                    return message;
                });
    }

    /** The dial fails, and the listener learns nothing more of the node. */
    private void assertDialFails(UnaryOperator<byte[]> secondMessage) throws Exception {
        try (var server = new WireServer(NodeSettings.open())) {
            server.replaceSecondMessage(secondMessage);
            assertThatThrownBy(
                            () -> node().dialOnce(server.host(), server.port(), server.publicKey()))
                    .isInstanceOf(IOException.class);
            InteropRows.await(() -> !server.notes().isEmpty());
            assertThat(server.hellos()).isEmpty();
            assertThat(server.accepted()).isEmpty();
        }
    }

    @Test
    default void nodeThatDialsSendsItsHandshakeMsg() throws Exception {
        try (var server = new WireServer(NodeSettings.open())) {
            assertThat(dialedBy(node(), server).violations()).isEmpty();
            WireHello hello = server.hellos().get(0);
            assertThat(hello.protocols()).contains(13, 14);
            assertThat(hello.chain()).isEqualTo(4);
            assertThat(hello.network()).isEqualTo(WireNetwork.PUBLIC);
        }
    }

    @Test
    default void requestsCountFromZeroAndHavePriorityZero() throws Exception {
        try (var server = new WireServer(NodeSettings.open())) {
            WirePeer peer = dialedBy(node(), server);
            for (int i = 0; i < 3; i++) {
                Payload raw = Payload.hex("aabbc" + i);
                assertThat(call(server, raw)).isEqualTo(raw);
            }
            node().send(server.peerId(), 13, Payload.hex("0102").array());
            InteropRows.await(() -> server.directSends() == 1);
            assertThat(peer.frames())
                    .containsExactly(
                            seen("00010e000000000003aabbc0"),
                            seen("00010e010000000003aabbc1"),
                            seen("00010e020000000003aabbc2"),
                            seen("00030d00020102"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4_194_304 - 64})
    default void messageThatFitsAFrameIsNotStreamed(int size) throws Exception {
        try (var server = new WireServer(NodeSettings.open())) {
            WirePeer peer = dialedBy(node(), server);
            Payload raw = Payload.random(size, size);
            assertThat(call(server, raw)).isEqualTo(raw);
            assertThat(peer.violations()).isEmpty();
            assertThat(peer.frames()).allSatisfy(DialedRows::fitsAFrame);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4_194_304 - 63, 5 << 20, 20 << 20, 64 << 20})
    default void largeMessageKeepsTheLimitsOfAnUnmodifiedReceiver(int size) throws Exception {
        try (var server = new WireServer(NodeSettings.open())) {
            WirePeer peer = dialedBy(node(), server);
            Payload raw = Payload.random(size, size);
            assertThat(call(server, raw)).isEqualTo(raw);
            assertThat(peer.violations()).isEmpty();
            assertThat(peer.mostFragments()).isBetween(1, WireStreams.MAX_FRAGMENTS);
            assertThat(peer.frames()).allSatisfy(DialedRows::fitsAFrame);
            byte[] head = peer.frames().get(0).head().array().clone();
            head[6] = 0; // num_fragments, which is the sender's choice
            assertThat(Payload.of(head).slice(0, 14))
                    .isEqualTo(Payload.hex("0100000000000001" + "0e0000000000"));
        }
    }

    @Test
    default void concurrentLargeMessagesOpenOneStreamAtATime() throws Exception {
        try (var server = new WireServer(NodeSettings.open())) {
            WirePeer peer = dialedBy(node(), server);
            List<FutureTask<Payload>> calls = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Payload raw = Payload.random(i, i % 2 == 0 ? (6 << 20) + i : 100);
                calls.add(new FutureTask<>(() -> call(server, raw)));
            }
            calls.forEach(Thread::startVirtualThread);
            for (int i = 0; i < 6; i++) {
                assertThat(calls.get(i).get())
                        .isEqualTo(Payload.random(i, i % 2 == 0 ? (6 << 20) + i : 100));
            }
            assertThat(peer.violations()).isEmpty();
            assertThat(peer.mostFragments()).isBetween(1, WireStreams.MAX_FRAGMENTS);
            assertThat(peer.frames()).allSatisfy(DialedRows::fitsAFrame);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 5 << 20})
    default void dialedPeerMayCallBack(int size) throws Exception {
        try (var server = new WireServer(NodeSettings.open())) {
            WirePeer peer = dialedBy(node(), server);
            Payload raw = Payload.random(size, size);
            assertThat(peer.call(14, raw)).isEqualTo(raw);
            assertThat(peer.violations()).isEmpty();
        }
    }

    @Test
    default void ofTwoConnectionsOfOneDialerTheNewerStays() throws Exception {
        WireKeys keys = WireKeys.generate();
        try (var old = dialer().keys(keys).dial()) {
            old.echo(Payload.random(1, 100));
            try (var added = dialer().keys(keys).dial()) {
                added.echo(Payload.random(2, 100));
                assertThat(old.link().bytesUntilClosed(CLOSING)).isZero();
                added.echo(Payload.random(3, 100));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    default void ofOppositeConnectionsTheOneDialedByTheGreaterPeerStays(boolean oursStays)
            throws Exception {
        try (var server = serverThatIsGreater(oursStays)) {
            WirePeer outbound = dialedBy(node(), server);
            assertThat(call(server, Payload.random(1, 10))).isEqualTo(Payload.random(1, 10));
            try (var inbound = dialer().keys(server.keys()).dial()) {
                if (oursStays) {
                    inbound.echo(Payload.random(2, 100));
                    InteropRows.await(outbound::hasEnded);
                    inbound.echo(Payload.random(3, 100));
                } else {
                    assertThat(inbound.link().bytesUntilClosed(CLOSING)).isZero();
                    assertThat(outbound.hasEnded()).isFalse();
                    assertThat(call(server, Payload.random(4, 10)))
                            .isEqualTo(Payload.random(4, 10));
                }
            }
        }
    }

    private WireServer serverThatIsGreater(boolean greater) throws IOException {
        while (true) {
            var server = new WireServer(NodeSettings.open());
            if (Arrays.compareUnsigned(server.peerId(), node().peerId()) > 0 == greater) {
                return server;
            }
            server.close();
        }
    }

    /** The listener's side of a fresh connection from {@code node}. */
    private static WirePeer dialedBy(NodeUnderTest node, WireServer server) throws Exception {
        node.dial(server.host(), server.port(), server.publicKey());
        InteropRows.await(() -> !server.accepted().isEmpty());
        return server.accepted().get(0);
    }

    private Payload call(WireServer server, Payload raw) throws Exception {
        return Payload.of(node().call(server.peerId(), 14, raw.array()));
    }

    private static void fitsAFrame(Seen frame) {
        assertThat(frame.length()).isLessThanOrEqualTo(WireLink.MAX_FRAME);
    }

    private static Seen seen(String hex) {
        return new Seen(hex.length() / 2, Payload.hex(hex));
    }
}
