package dev.aptosnet.node.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.node.interop.WireMessage.Failure;
import dev.aptosnet.node.interop.WireMessage.Fragment;
import dev.aptosnet.node.interop.WireMessage.Header;
import dev.aptosnet.node.interop.WireMessage.Request;
import dev.aptosnet.node.interop.WireMessage.Response;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

/**
 * Streams that a legal sender would not send (wire.md section 9): each is local to the receiver,
 * which says nothing and keeps the connection. The pieces are small; only their order matters. A
 * stream here is a request of the echo protocol whose payload is {@code 00}, {@code 01}, ... over
 * its pieces.
 */
interface StreamRows extends InteropRows {
    @Test
    default void piecesOfAnySizeMakeAStream() throws Exception {
        try (var client = connect()) {
            client.send(header(0, 4, 50));
            client.send(new Fragment(0, 1, Payload.hex("")));
            client.send(new Fragment(0, 2, Payload.hex("0102")));
            client.send(new Fragment(0, 3, Payload.hex("")));
            client.send(new Fragment(0, 4, Payload.hex("03")));
            assertThat(client.readResponse())
                    .isEqualTo(new Response(50, 0, Payload.hex("00010203")));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL})
    default void streamIdsAreAnyU32(long stream) throws Exception {
        try (var client = connect()) {
            assertDelivered(client, stream, 60);
        }
    }

    @Test
    default void sixteenFragmentsAreAccepted() throws Exception {
        try (var client = connect()) {
            client.send(header(3, 16, 51));
            for (int i = 1; i <= 16; i++) {
                client.send(fragment(3, i));
            }
            assertThat(client.readResponse().raw())
                    .isEqualTo(Payload.hex("000102030405060708090a0b0c0d0e0f10"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 255})
    default void headerOfAnErrorIsRefused(int fragments) throws Exception {
        try (var client = connect()) {
            client.send(new Header(0, fragments, new Failure(Payload.hex("000102"))));
            client.send(fragment(0, 1));
            assertStillStreams(client);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 17, 255})
    default void headerWithAnImpossibleNumberOfFragmentsIsRefused(int fragments) throws Exception {
        try (var client = connect()) {
            client.send(header(0, fragments, 52));
            for (int i = 1; i <= Math.max(1, fragments); i++) {
                client.send(fragment(0, i));
            }
            assertStillStreams(client);
        }
    }

    @Test
    default void refusedHeaderLeavesTheUnfinishedStreamAlone() throws Exception {
        try (var client = connect()) {
            client.send(header(0, 2, 53));
            client.send(fragment(0, 1));
            client.send(header(1, 0, 54));
            client.send(header(0, 17, 55));
            client.send(new Header(0, 1, new Failure(Payload.hex("000102"))));
            client.link().expectQuiet(Duration.ofMillis(100));
            client.send(fragment(0, 2));
            assertThat(client.readResponse()).isEqualTo(new Response(53, 0, Payload.hex("000102")));
            assertStillStreams(client);
        }
    }

    @Test
    default void newHeaderReplacesTheUnfinishedStream() throws Exception {
        try (var client = connect()) {
            client.send(header(0, 2, 56));
            client.send(fragment(0, 1));
            client.send(header(1, 2, 57));
            client.send(fragment(0, 2));
            client.link().expectQuiet(Duration.ofMillis(100));
            client.send(fragment(1, 1));
            client.send(fragment(1, 2));
            assertThat(client.readResponse()).isEqualTo(new Response(57, 0, Payload.hex("000102")));
            assertStillStreams(client);
        }
    }

    @Test
    default void newHeaderWithTheSameIdStartsAgain() throws Exception {
        try (var client = connect()) {
            client.send(header(0, 2, 58));
            client.send(fragment(0, 1));
            client.send(header(0, 2, 59));
            client.send(fragment(0, 2));
            client.link().expectQuiet(Duration.ofMillis(100));
            client.send(fragment(0, 1));
            client.send(fragment(0, 2));
            assertThat(client.readResponse()).isEqualTo(new Response(59, 0, Payload.hex("000102")));
            assertStillStreams(client);
        }
    }

    @Test
    default void fragmentWithoutAStreamIsRefused() throws Exception {
        try (var client = connect()) {
            client.send(fragment(0, 1));
            client.send(fragment(0, 0));
            client.send(fragment(7, 255));
            assertStillStreams(client);
        }
    }

    @Test
    default void fragmentBehindTheLastIsRefused() throws Exception {
        try (var client = connect()) {
            assertDelivered(client, 4, 61);
            client.send(fragment(4, 3));
            client.send(fragment(4, 1));
            assertStillStreams(client);
        }
    }

    @Test
    default void fragmentOfAnotherStreamIsRefusedAndTheStreamStays() throws Exception {
        try (var client = connect()) {
            client.send(header(5, 2, 62));
            client.send(fragment(6, 1));
            client.send(fragment(4, 1));
            client.link().expectQuiet(Duration.ofMillis(100));
            client.send(fragment(5, 1));
            client.send(fragment(0xffff_ffffL, 2));
            client.send(fragment(0, 2));
            client.link().expectQuiet(Duration.ofMillis(100));
            client.send(fragment(5, 2));
            assertThat(client.readResponse()).isEqualTo(new Response(62, 0, Payload.hex("000102")));
            assertStillStreams(client);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 255})
    default void fragmentOutOfOrderIsRefusedAndTheStreamStays(int number) throws Exception {
        try (var client = connect()) {
            client.send(header(0, 3, 63));
            client.send(fragment(0, 1));
            client.send(fragment(0, number));
            client.link().expectQuiet(Duration.ofMillis(100));
            client.send(fragment(0, 2));
            client.send(fragment(0, 3));
            assertThat(client.readResponse())
                    .isEqualTo(new Response(63, 0, Payload.hex("00010203")));
            assertStillStreams(client);
        }
    }

    @Test
    default void badBodyBetweenFragmentsIsAnsweredAndTheStreamStays() throws Exception {
        try (var client = connect()) {
            client.send(header(0, 2, 64));
            client.send(fragment(0, 1));
            client.link().writeFrame(new byte[] {1, 2});
            assertThat(client.readFailure().code()).isEqualTo(Payload.hex("000102"));
            client.echo(Payload.random(1, 10));
            client.send(fragment(0, 2));
            assertThat(client.readResponse()).isEqualTo(new Response(64, 0, Payload.hex("000102")));
        }
    }

    @Test
    default void unfinishedStreamHoldsNobodyUp() throws Exception {
        try (var stuck = connect()) {
            stuck.send(header(0, 2, 65));
            stuck.echo(Payload.random(1, 10));
            assertStillServes(node());
        }
        assertStillServes(node());
    }

    /** Nothing was sent, nothing is left over, and a correct stream of either size is delivered. */
    private static void assertStillStreams(WireClient client) throws Exception {
        client.link().expectQuiet(Duration.ofMillis(100));
        assertDelivered(client, 900, 901);
        client.echo(Payload.random(1, WireStreams.CHUNK + 1));
        client.expectNothingAndStillOpen();
    }

    private static void assertDelivered(WireClient client, long stream, long id) throws Exception {
        client.send(header(stream, 2, id));
        client.send(fragment(stream, 1));
        client.send(fragment(stream, 2));
        assertThat(client.readResponse()).isEqualTo(new Response(id, 0, Payload.hex("000102")));
    }

    private static Header header(long stream, int fragments, long id) {
        return new Header(stream, fragments, new Request(14, id, 0, Payload.hex("00")));
    }

    private static Fragment fragment(long stream, int number) {
        return new Fragment(stream, number, Payload.of(new byte[] {(byte) number}));
    }
}
