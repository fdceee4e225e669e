package dev.aptosnet.node.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.node.interop.WireMessage.Request;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.concurrent.FutureTask;

/** The two sides of the second implementation against each other. */
class WireLoopbackTest {
    @ParameterizedTest
    @EnumSource(WireSuite.class)
    void eitherSuiteConnectsAndEchoes(WireSuite suite) throws Exception {
        try (var server = new WireServer(NodeSettings.open());
                var client = dialer(server).suite(suite).dial()) {
            client.echo(Payload.random(1, 1000));
            assertThat(client.link().suite()).isEqualTo(suite);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1024, 4_194_304 - 64, 4_194_304 - 63, 20 << 20, 64 << 20})
    void everySizeIsEchoedInBothDirections(int size) throws Exception {
        try (var server = new WireServer(NodeSettings.open());
                var client = new WireServer(NodeSettings.open())) {
            client.dial(server.host(), server.port(), server.publicKey());
            Payload raw = Payload.random(size, size);
            assertThat(Payload.of(client.call(server.peerId(), 14, raw.array()))).isEqualTo(raw);
            assertThat(Payload.of(server.call(client.peerId(), 14, raw.array()))).isEqualTo(raw);
            assertThat(server.accepted().get(0).violations()).isEmpty();
            assertThat(server.accepted().get(0).frames())
                    .allSatisfy(
                            f -> assertThat(f.length()).isLessThanOrEqualTo(WireLink.MAX_FRAME));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1024, 4_194_304 - 63, 64 << 20})
    void theStrictClientServesTheServersRequests(int size) throws Exception {
        try (var server = new WireServer(NodeSettings.open());
                var client = dialer(server).dial()) {
            client.echo(Payload.random(1, 1));
            Payload raw = Payload.random(size, size);
            var answer = new FutureTask<>(() -> server.accepted().get(0).call(14, raw));
            Thread.startVirtualThread(answer);
            Request request = client.serveOne();
            assertThat(request.raw()).isEqualTo(raw);
            assertThat(answer.get()).isEqualTo(raw);
        }
    }

    @Test
    void theLargestMessageIsCutIntoAHeaderAndSixteenFragments() {
        var parts = WireStreams.cut(new Request(14, 0, 0, Payload.of(new byte[64 << 20])), 7);
        assertThat(parts).hasSize(17);
        assertThat(parts.get(0))
                .isInstanceOfSatisfying(
                        WireMessage.Header.class,
                        header -> {
                            assertThat(header.fragments()).isEqualTo(16);
                            assertThat(header.stream()).isEqualTo(7);
                        });
        // 16 pieces of F - 64 leave 1024 bytes.
        assertThat(parts.get(16))
                .isEqualTo(new WireMessage.Fragment(7, 16, Payload.of(new byte[1024])));
    }

    @Test
    void theFirstFrameOfAMessageHasTheBytesOfTheSpecification() {
        var direct = new WireMessage.DirectSend(2, 0, Payload.hex("68656c6c6f20776f726c64"));
        assertThat(Payload.of(WireLink.frame(WireMessage.encode(direct))))
                .isEqualTo(Payload.hex("00000010000302000b68656c6c6f20776f726c64"));
        assertThat(Payload.of(WireHello.of(1, WireHello.WireNetwork.PUBLIC, 2, 5, 8, 10).encode()))
                .isEqualTo(Payload.hex("01000224a00101"));
    }

    private static WireDialer dialer(WireServer server) {
        return new WireDialer(server.host(), server.port(), server.publicKey());
    }
}
