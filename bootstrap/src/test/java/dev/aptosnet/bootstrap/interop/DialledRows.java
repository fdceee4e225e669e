package dev.aptosnet.bootstrap.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.bootstrap.interop.WireHello.WireNetwork;
import dev.aptosnet.bootstrap.interop.WirePeer.Seen;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;

/** What the node sends when it dials a peer that knows the wire format and nothing more. */
interface DialledRows extends InteropRows {
    @ParameterizedTest
    @EnumSource(WireSuite.class)
    default void nodeFindsTheSuiteOfTheListener(WireSuite suite) throws Exception {
        try (var server = new WireServer(NodeSettings.open().onlySuite(suite))) {
            WirePeer peer = dialledBy(node(), server);
            assertThat(peer.suite()).isEqualTo(suite);
            assertThat(call(server, Payload.random(1, 10))).isEqualTo(Payload.random(1, 10));
        }
    }

    @Test
    default void nodeThatDialsSendsItsHandshakeMsg() throws Exception {
        try (var server = new WireServer(NodeSettings.open())) {
            assertThat(dialledBy(node(), server).violations()).isEmpty();
            WireHello hello = server.hellos().get(0);
            assertThat(hello.protocols()).contains(13, 14);
            assertThat(hello.chain()).isEqualTo(4);
            assertThat(hello.network()).isEqualTo(WireNetwork.PUBLIC);
        }
    }

    @Test
    default void requestsCountFromZeroAndHavePriorityZero() throws Exception {
        try (var server = new WireServer(NodeSettings.open())) {
            WirePeer peer = dialledBy(node(), server);
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
            WirePeer peer = dialledBy(node(), server);
            Payload raw = Payload.random(size, size);
            assertThat(call(server, raw)).isEqualTo(raw);
            assertThat(peer.violations()).isEmpty();
            assertThat(peer.frames()).allSatisfy(DialledRows::fitsAFrame);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4_194_304 - 63, 5 << 20, 20 << 20, 64 << 20})
    default void largeMessageKeepsTheLimitsOfAnUnmodifiedReceiver(int size) throws Exception {
        try (var server = new WireServer(NodeSettings.open())) {
            WirePeer peer = dialledBy(node(), server);
            Payload raw = Payload.random(size, size);
            assertThat(call(server, raw)).isEqualTo(raw);
            assertThat(peer.violations()).isEmpty();
            assertThat(peer.mostFragments()).isBetween(1, WireStreams.MAX_FRAGMENTS);
            assertThat(peer.frames()).allSatisfy(DialledRows::fitsAFrame);
            byte[] head = peer.frames().get(0).head().array().clone();
            head[6] = 0; // num_fragments, which is the sender's choice
            assertThat(Payload.of(head).slice(0, 14))
                    .isEqualTo(Payload.hex("0100000000000001" + "0e0000000000"));
        }
    }

    @Test
    default void concurrentLargeMessagesOpenOneStreamAtATime() throws Exception {
        try (var server = new WireServer(NodeSettings.open())) {
            WirePeer peer = dialledBy(node(), server);
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
            assertThat(peer.frames()).allSatisfy(DialledRows::fitsAFrame);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 5 << 20})
    default void dialledPeerMayCallBack(int size) throws Exception {
        try (var server = new WireServer(NodeSettings.open())) {
            WirePeer peer = dialledBy(node(), server);
            Payload raw = Payload.random(size, size);
            assertThat(peer.call(14, raw)).isEqualTo(raw);
            assertThat(peer.violations()).isEmpty();
        }
    }

    /** The listener's side of a fresh connection from {@code node}. */
    private static WirePeer dialledBy(NodeUnderTest node, WireServer server) throws Exception {
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
