package dev.aptosnet.node.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.node.interop.WireMessage.DirectSend;
import dev.aptosnet.node.interop.WireMessage.Failure;
import dev.aptosnet.node.interop.WireMessage.Network;
import dev.aptosnet.node.interop.WireMessage.Request;
import dev.aptosnet.node.interop.WireMessage.Response;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;

/** Frames and what is not a message (wire.md section 8). */
interface FrameRows extends InteropRows {
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "empty body, '', 0000",
        "multiplex index only, 00, 0000",
        "stream index only, 01, 0100",
        "unknown multiplex variant, 02 07 62 88, 0207",
        "unknown network message variant, 00 04 07 62, 0004",
        "unknown stream variant, 01 02 07 62, 0102",
        "unknown error code, 00 00 02 00 00, 0000",
        "unknown not-supported type, 00 00 01 02 00, 0000",
        "unknown protocol in not-supported, 00 00 01 00 1d, 0000",
        "protocol 29 in a request, 00 01 1d 00000000 00 00, 0001",
        "protocol 29 in a direct send, 00 03 1d 00 01 aa, 0003",
        "protocol 255, 00 03 ff01 00 01 aa, 0003",
        "padded multiplex index, 8000 03 0d 00 01 aa, 8000",
        "padded network message index, 00 8300 0d 00 01 aa, 0083",
        "padded protocol, 00 03 8d00 00 01 aa, 0003",
        "padded payload length, 00 03 0d 00 8100 aa, 0003",
        "payload length above 32 bits, 00 03 0d 00 ffffffff1f aa, 0003",
        "payload length of six bytes, 00 03 0d 00 808080808001 aa, 0003",
        "payload length above 2^31-1, 00 03 0d 00 ffffffff0f aa, 0003",
        "payload length of 2^31-1 without payload, 00 03 0d 00 ffffffff07 aa, 0003",
        "payload shorter than its length, 00 03 0d 00 05 07 62 88 f4, 0003",
        "byte behind a direct send, 00 03 0d 00 03 07 62 88 f4, 0003",
        "byte behind a request, 00 01 0e 00000000 00 01 aa bb, 0001",
        "byte behind a response, 00 02 00000000 00 01 aa bb, 0002",
        "byte behind an error, 00 00 00 09 05 ff, 0000",
        "byte behind a fragment, 01 01 00000000 01 01 aa bb, 0101",
        "request cut short, 00 01 0e 01 02, 0001",
        "response cut short, 00 02 01 00 00 00, 0002",
        "error cut short, 00 00 00 01, 0000",
        "header without a message, 01 00 01000000 02, 0100",
        "header with an unknown message, 01 00 01000000 02 04 0d, 0100",
        "fragment cut short, 01 01 01000000 01, 0101",
        "frame of 2021 without the multiplex index, 03 0d 00 04 07 62 88 f4, 030d",
        "request of 2021 without the multiplex index, 01 0e 00000000 00 01 aa, 010e",
    })
    default void bodyThatDoesNotDecodeIsAnsweredAndTheConnectionStays(
            String name, String hex, String firstTwo) throws Exception {
        try (var client = connect()) {
            client.link().writeFrame(Payload.hex(hex.replace(" ", "")).array());
            assertThat(client.readFailure())
                    .as(name)
                    .isEqualTo(new Failure(Payload.hex("00" + firstTwo)));
            client.echo(Payload.random(1, 100));
            client.expectNothingAndStillOpen();
        }
    }

    @Test
    default void manyBadBodiesAreAnsweredOneByOne() throws Exception {
        try (var client = connect()) {
            for (int i = 0; i < 20; i++) {
                client.link().writeFrame(new byte[] {2, (byte) i});
            }
            for (int i = 0; i < 20; i++) {
                byte[] code = {0, 2, (byte) i};
                assertThat(client.readFailure()).isEqualTo(new Failure(Payload.of(code)));
            }
            client.expectNothingAndStillOpen();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"000102", "01000e", "01010d", "00ffff"})
    default void errorIsNeverAnswered(String code) throws Exception {
        try (var client = connect()) {
            client.send(new Failure(Payload.hex(code)));
            client.expectNothingAndStillOpen();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4_194_305, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL})
    default void lengthAboveTheLimitEndsTheConnectionBeforeTheBody(long length) throws Exception {
        try (var client = connect()) {
            client.link().writeRecord(ByteBuffer.allocate(4).putInt((int) length).array());
            assertClosedInSilence(node(), client.link());
        }
    }

    @Test
    default void frameOfExactlyTheLimitIsAccepted() throws Exception {
        try (var client = connect()) {
            long before = node().directSends();
            byte[] body =
                    WireMessage.encode(
                            new DirectSend(13, 0, Payload.random(1, WireLink.MAX_FRAME - 8)));
            assertThat(body).hasSize(WireLink.MAX_FRAME);
            client.link().writeFrame(body);
            client.expectNothingAndStillOpen();
            InteropRows.await(() -> node().directSends() == before + 1);
        }
    }

    @Test
    default void requestOnAProtocolNobodyServesIsDroppedOrCalledUnsupported() throws Exception {
        try (var client = connect()) {
            client.send(new Request(8, 40, 0, Payload.random(1, 10)));
            assertOnlyUnsupported(client, "010008");
        }
    }

    @Test
    default void directSendOnAProtocolNobodyServesIsDroppedOrCalledUnsupported() throws Exception {
        try (var client = connect()) {
            client.directSend(8, Payload.random(1, 10));
            assertOnlyUnsupported(client, "010108");
        }
    }

    /** Then an echo works, before which one NotSupported may have come. */
    private static void assertOnlyUnsupported(WireClient client, String code) throws Exception {
        Payload raw = Payload.random(2, 50);
        long id = client.request(14, 0, raw);
        Network next = client.readMessage();
        if (next instanceof Failure failure) {
            assertThat(failure.code()).isEqualTo(Payload.hex(code));
            next = client.readMessage();
        }
        assertThat(next).isEqualTo(new Response(id, 0, raw));
        client.expectNothingAndStillOpen();
    }
}
