package dev.aptosnet.node.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.node.interop.WireMessage.Network;
import dev.aptosnet.node.interop.WireMessage.Request;
import dev.aptosnet.node.interop.WireMessage.Response;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Requests, responses and direct sends (wire.md section 8). */
interface RpcRows extends InteropRows {
    @ParameterizedTest
    @ValueSource(
            ints = {
                0,
                1,
                1024,
                65_536,
                4_194_304 - 64,
                4_194_304 - 63,
                5 << 20,
                20 << 20,
                64 << 20
            })
    default void requestOfEverySizeIsEchoed(int size) throws Exception {
        try (var client = connect()) {
            client.echo(Payload.random(size, size));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 7", "4294967295, 255", "2147483648, 128", "305419896, 1"})
    default void responseCopiesIdAndPriority(long id, int priority) throws Exception {
        try (var client = connect()) {
            Payload raw = Payload.random(id, 33);
            client.send(new Request(14, id, priority, raw));
            assertThat(client.readResponse()).isEqualTo(new Response(id, priority, raw));
        }
    }

    @Test
    default void streamedResponseCopiesIdAndPriority() throws Exception {
        try (var client = connect()) {
            Payload raw = Payload.random(3, 5 << 20);
            client.send((Network) new Request(14, 0xfedcba98L, 201, raw));
            assertThat(client.readResponse()).isEqualTo(new Response(0xfedcba98L, 201, raw));
        }
    }

    @Test
    default void requestsWithOneIdAreEachAnswered() throws Exception {
        try (var client = connect()) {
            var expected = new TreeSet<Integer>();
            var answered = new TreeSet<Integer>();
            for (int i = 1; i <= 5; i++) {
                client.send(new Request(14, 9, 0, Payload.random(i, i)));
                expected.add(Payload.random(i, i).hashCode());
            }
            for (int i = 1; i <= 5; i++) {
                Response response = client.readResponse();
                assertThat(response.id()).isEqualTo(9);
                answered.add(response.raw().hashCode());
            }
            assertThat(answered).isEqualTo(expected);
            client.expectNothingAndStillOpen();
        }
    }

    @Test
    default void aHundredRequestsAtOnceAreAllAnswered() throws Exception {
        try (var client = connect()) {
            Map<Long, Payload> sent = new HashMap<>();
            for (int i = 0; i < 100; i++) {
                Payload raw = Payload.random(i, i * 37);
                sent.put(client.request(14, 0, raw), raw);
            }
            assertThat(readResponses(client, 100)).isEqualTo(sent);
            client.expectNothingAndStillOpen();
        }
    }

    @Test
    default void theHundredAndFirstUnansweredRequestGetsNothing() throws Exception {
        try (var client = connect()) {
            Map<Long, Payload> sent = new HashMap<>();
            node().blockHandlers();
            try {
                for (int i = 0; i < 100; i++) {
                    Payload raw = Payload.random(i, 20);
                    sent.put(client.request(14, 0, raw), raw);
                }
                client.request(14, 0, Payload.random(100, 20));
                // A bad body is answered in its turn, so that all requests have been taken or
                // dropped by then.
                client.link().writeFrame(new byte[] {2, 0});
                assertThat(client.readFailure().code()).isEqualTo(Payload.hex("000200"));
                client.link().expectQuiet(Duration.ofMillis(300));
            } finally {
                node().releaseHandlers();
            }
            assertThat(readResponses(client, 100)).isEqualTo(sent);
            client.expectNothingAndStillOpen();
        }
    }

    @Test
    default void smallRequestIsAnsweredWhileALargeOneIsArriving() throws Exception {
        try (var client = connect()) {
            Payload raw = Payload.random(1, 64 << 20);
            long large = client.nextRequest() + 1000;
            List<WireMessage> parts =
                    WireStreams.cut(new Request(14, large, 0, raw), client.takeStream());
            for (int i = 0; i < parts.size(); i++) {
                client.send(parts.get(i));
                if (i % 4 == 0 && i < parts.size() - 1) {
                    client.echo(Payload.random(i, 500));
                }
            }
            assertThat(client.readResponse()).isEqualTo(new Response(large, 0, raw));
        }
    }

    @Test
    default void smallRequestIsAnsweredWhileALargeAnswerIsOnItsWay() throws Exception {
        try (var client = connect()) {
            Payload raw = Payload.random(1, 64 << 20);
            long large = client.request(14, 0, raw);
            assertThat(client.readPart()).isNull();
            assertThat(client.midStream()).isTrue();
            Payload small = Payload.random(2, 500);
            long quick = client.request(14, 0, small);
            assertThat(readResponses(client, 2)).isEqualTo(Map.of(large, raw, quick, small));
            client.expectNothingAndStillOpen();
        }
    }

    @Test
    default void severalLargeRequestsAreAnsweredOneStreamAtATime() throws Exception {
        try (var client = connect()) {
            Map<Long, Payload> sent = new HashMap<>();
            node().blockHandlers();
            try {
                for (int i = 0; i < 4; i++) {
                    Payload raw = Payload.random(i, (6 << 20) + i);
                    sent.put(client.request(14, 0, raw), raw);
                }
            } finally {
                node().releaseHandlers();
            }
            assertThat(readResponses(client, 4)).isEqualTo(sent);
        }
    }

    @Test
    default void responseNobodyAskedForIsIgnored() throws Exception {
        try (var client = connect()) {
            client.send(new Response(0, 0, Payload.random(1, 10)));
            client.send(new Response(0xffff_ffffL, 3, Payload.random(1, 10)));
            client.send((Network) new Response(4, 0, Payload.random(1, 5 << 20)));
            client.expectNothingAndStillOpen();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4_194_304 - 64, 4_194_304 - 63, 20 << 20})
    default void directSendOfEverySizeReachesItsHandlerOnceWithoutAnAnswer(int size)
            throws Exception {
        try (var client = connect()) {
            long before = node().directSends();
            client.directSend(13, Payload.random(size, size));
            InteropRows.await(() -> node().directSends() == before + 1);
            client.expectNothingAndStillOpen();
            assertThat(node().directSends()).isEqualTo(before + 1);
        }
    }

    private static Map<Long, Payload> readResponses(WireClient client, int count) throws Exception {
        Map<Long, Payload> answers = new HashMap<>();
        for (int i = 0; i < count; i++) {
            Response response = client.readResponse();
            assertThat(answers.put(response.id(), response.raw())).isNull();
        }
        return answers;
    }
}
