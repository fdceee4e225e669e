package dev.aptosnet.node.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.node.interop.WireHello.WireNetwork;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The HandshakeMsg (wire.md section 6). The bit vector {@code 0006} is protocols 13 and 14. */
interface HelloRows extends InteropRows {
    @Test
    default void nodeSendsACanonicalHandshakeMsgWithoutWaitingForOurs() throws Exception {
        try (WireLink link = dialer().dialNoise()) {
            byte[] length = link.read(2);
            byte[] body = link.read(((length[0] & 0xff) << 8) | (length[1] & 0xff));
            WireHello hello = WireHello.decode(body);
            assertThat(Payload.of(body)).isEqualTo(Payload.of(hello.encode()));
            assertThat(hello.chain()).isEqualTo(4);
            assertThat(hello.network()).isEqualTo(WireNetwork.PUBLIC);
            assertThat(hello.protocols()).contains(13, 14);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "another chain, 01000200060501",
        "another network, 01000200060400",
        "no protocol in common, 01000140 0401",
        "no protocol at all, 0100000401",
        "no version at all, 000401",
        "zero length, ''",
        "trailing byte, 0100020006040100",
        "unknown version only, 01010200060401",
        "unknown version beside V1, 02000200060102 00060401",
        "version twice, 02000200060002 00060401",
        "network index 5, 01000200060405",
        "network name not UTF-8, 0100020006040201ff",
        "padded length, 0100 8200 00060401",
        "cut short, 010002000604",
        "bit vector longer than the message, 010003000604",
    })
    default void unacceptableHandshakeMsgEndsTheConnection(String name, String hex)
            throws Exception {
        byte[] body = Payload.hex(hex.replace(" ", "")).array();
        try (WireLink link = dialer().helloBody(body).dialAndExchangeHellos()) {
            assertClosedInSilence(node(), link);
        }
    }

    @Test
    default void bitVectorAboveItsLimitEndsTheConnection() throws Exception {
        byte[] body = WireHello.encode(bits(8193), 4, WireNetwork.PUBLIC.bcs());
        try (WireLink link = dialer().helloBody(body).dialAndExchangeHellos()) {
            assertClosedInSilence(node(), link);
        }
    }

    @Test
    default void positionsThatAreNoProtocolsAreNothingInCommon() throws Exception {
        int[] capabilities = IntStream.range(248, 264).toArray();
        WireHello hello = WireHello.of(4, WireNetwork.PUBLIC, capabilities);
        try (WireLink link = dialer().hello(hello).dialAndExchangeHellos()) {
            assertClosedInSilence(node(), link);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 32, 33, 8192})
    default void trailingZeroBytesInTheBitVectorAreAccepted(int length) throws Exception {
        byte[] body = WireHello.encode(bits(length), 4, WireNetwork.PUBLIC.bcs());
        try (var client = dialer().helloBody(body).dial()) {
            client.echo(Payload.random(1, 100));
        }
    }

    @Test
    default void unknownPositionsInTheBitVectorAreAccepted() throws Exception {
        WireHello hello = WireHello.of(4, WireNetwork.PUBLIC, 13, 14, 29, 99, 240, 5000);
        try (var client = dialer().hello(hello).dial()) {
            client.echo(Payload.random(1, 100));
        }
    }

    @Test
    default void theOtherEncodingOfPublicIsAccepted() throws Exception {
        try (var client = dialer().helloBody(Payload.hex("01000200060404").array()).dial()) {
            client.echo(Payload.random(1, 100));
        }
    }

    @Test
    default void everyEncodingOfVfnIsAccepted() throws Exception {
        try (var node = startNode(NodeSettings.open().on(WireNetwork.VFN))) {
            for (String network : new String[] {"020376666e", "0200", "0205ffffffffff", "03"}) {
                byte[] body = Payload.hex("010002000604" + network).array();
                if (network.contains("ff")) {
                    try (WireLink link = dialer(node).helloBody(body).dialAndExchangeHellos()) {
                        assertThat(link.bytesUntilClosed(CLOSING)).isZero();
                    }
                } else {
                    try (var client = dialer(node).helloBody(body).dial()) {
                        client.echo(Payload.random(1, 100));
                        assertThat(client.peerHello().network()).isEqualTo(WireNetwork.VFN);
                    }
                }
            }
        }
    }

    @Test
    default void handshakeMsgMayBeSpreadOverManyRecords() throws Exception {
        try (WireLink link = dialer().dialNoise()) {
            byte[] hello = WireHello.framed(WireHello.of(4, WireNetwork.PUBLIC, 14).encode());
            for (byte single : hello) {
                link.writeRecord(new byte[] {single});
            }
            new WireClient(link, WireHello.read(link)).echo(Payload.random(1, 100));
        }
    }

    @Test
    default void firstFrameMayShareARecordWithTheHandshakeMsg() throws Exception {
        try (WireLink link = dialer().dialNoise()) {
            WireHello theirs = WireHello.read(link);
            byte[] hello = WireHello.framed(WireHello.of(4, WireNetwork.PUBLIC, 14).encode());
            var request = new WireMessage.Request(14, 77, 0, Payload.random(1, 10));
            byte[] frame = WireLink.frame(WireMessage.encode(request));
            link.writeRecord(WireNoise.concat(hello, frame));
            var response = new WireClient(link, theirs).readResponse();
            assertThat(response.id()).isEqualTo(77);
            assertThat(response.raw()).isEqualTo(request.raw());
        }
    }

    @Test
    default void connectionThatEndsInsideTheHandshakeMsgIsClosed() throws Exception {
        try (WireLink link = dialer().dialNoise()) {
            assertThat(WireHello.read(link).chain()).isEqualTo(4);
            link.writeRecord(new byte[] {0, 7, 1, 0});
            link.socket().shutdownOutput();
            assertClosedInSilence(node(), link);
        }
    }

    private static byte[] bits(int length) {
        return Arrays.copyOf(new byte[] {0, 6}, length);
    }
}
