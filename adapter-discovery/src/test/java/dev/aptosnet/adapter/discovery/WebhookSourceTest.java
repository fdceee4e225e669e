package dev.aptosnet.adapter.discovery;

import static dev.aptosnet.adapter.discovery.NumberedPeers.peer;
import static dev.aptosnet.adapter.discovery.NumberedPeers.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.discovery.LatestViews;
import dev.aptosnet.ports.discovery.PeerSource;
import dev.aptosnet.ports.discovery.PeerSourceSettings.WebhookDiscovery;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceFailure;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.discovery.SourceStatus;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

@Timeout(60)
class WebhookSourceTest {
    private static final Bytes SECRET = Bytes.utf8("0123456789abcdef0123456789abcdef");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_BYTES = 100_000;
    private static final String JSON = "application/json";

    private final WebhookSeal seal =
            new WebhookSeal(SECRET, WebhookDiscovery.DEFAULT_REPLAY_WINDOW, Views.CLOCK);
    private final AtomicLong stamps = new AtomicLong();

    @Test
    void signedSetIsTakenAsJsonAndAsYaml() throws Exception {
        try (var views = new Views(settings())) {
            var answer = post(views.source, json(1), JSON);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("taken: 1 peers\n");
            assertThat(views.next()).isEqualTo(view(1));

            assertThat(post(views.source, yaml(2), "application/yaml; charset=utf-8").statusCode())
                    .isEqualTo(200);
            assertThat(views.next()).isEqualTo(view(2));
            assertThat(views.working().readings()).isEqualTo(2);
            assertThat(views.source.status().failures()).isEmpty();
        }
    }

    /** The figures are those of the example in docs/discovery.md, made by openssl. */
    @Test
    void signatureIsThatOfOpenssl() {
        assertThat(HexFormat.of().formatHex(seal.sign(1700000000000L, "{}\n".getBytes(UTF_8))))
                .isEqualTo("16b890740da82172d5402d3613de19836ceeec150870c367b3ec1a23295fc84b");
    }

    @Test
    void setThatIsPostedAgainIsNoNews() throws Exception {
        try (var views = new Views(settings())) {
            post(views.source, json(1), JSON);
            views.next();
            var before = views.source.status();
            assertThat(post(views.source, json(1), JSON).statusCode()).isEqualTo(200);
            assertThat(views.source.status().readings()).isEqualTo(2);
            assertThat(views.source.status().changedAt()).isEqualTo(before.changedAt());
            views.assertNoMore();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    GET /discovery HTTP/1.1~~                          | 405 | BAD_REQUEST
                    POST /elsewhere HTTP/1.1~~                         | 404 | BAD_REQUEST
                    POST /discovery?x=1 HTTP/1.1~~                     | 404 | BAD_REQUEST
                    POST /discovery HTTP/1.1~~                         | 411 | BAD_REQUEST
                    POST /discovery HTTP/1.1~Transfer-Encoding: chunked~Content-Length: 2~~ | 411 | BAD_REQUEST
                    POST /discovery HTTP/1.1~Content-Length: -1~~      | 400 | BAD_REQUEST
                    POST /discovery HTTP/1.1~Content-Length: 2~content-length: 3~~ | 400 | BAD_REQUEST
                    POST /discovery HTTP/1.1~Content-Length: 100001~~  | 413 | TOO_LARGE
                    POST /discovery HTTP/1.1~Content-Length: 2~~       | 415 | BAD_REQUEST
                    POST /discovery HTTP/1.1~Content-Length: 2~Content-Type: text/plain~~ | 415 | BAD_REQUEST
                    POST /discovery HTTP/1.1~Content-Length: 2~Content-Type: application/json~~ | 401 | UNAUTHENTICATED
                    POST /discovery HTTP/1.1~Content-Length: 2~Content-Type: application/json~X-Aptosnet-Timestamp: 1~~ | 401 | UNAUTHENTICATED
                    POST /discovery HTTP/1.1~Content-Length: 2~Content-Type: application/json~X-Aptosnet-Timestamp: soon~~ | 401 | UNAUTHENTICATED
                    POST /discovery HTTP/1.1~Content-Length: 2~Content-Type: application/json~X-Aptosnet-Timestamp: 1~X-Aptosnet-Signature: sha256=00~~ | 401 | UNAUTHENTICATED
                    POST /discovery HTTP/2.0~~                         | 400 | BAD_REQUEST
                    POST /discovery~~                                  | 400 | BAD_REQUEST
                    POST /discovery HTTP/1.1~ folded~~                 | 400 | BAD_REQUEST
                    SSH-2.0-OpenSSH~~                                  | 400 | BAD_REQUEST
                    """)
    void whatIsNoMessageIsRefusedByItsHeadAndDoesNotShowAsAFailure(
            String head, int status, SourceFailure kind) throws Exception {
        try (var views = new Views(settings())) {
            assertThat(raw(views.source, head.replace("~", "\r\n")))
                    .startsWith("HTTP/1.1 " + status + " ");
            views.until(() -> views.source.status().failures(kind) == 1);
            assertThat(views.source.status().condition())
                    .isEqualTo(new SourceStatus.Condition.Starting());
            views.assertNoMore();
        }
    }

    @Test
    void strangersAndTamperedMessagesAreRefused() throws Exception {
        try (var views = new Views(settings())) {
            var body = json(1).getBytes(UTF_8);
            var stamp = stamp();
            var good = seal.sign(stamp, body);
            var other = new WebhookSeal(Bytes.utf8("x".repeat(32)), PATIENCE, Views.CLOCK);
            assertThat(post(views.source, body, stamp, other.sign(stamp, body))).isEqualTo(401);
            assertThat(post(views.source, body, stamp + 1, good)).isEqualTo(401);
            assertThat(post(views.source, json(2).getBytes(UTF_8), stamp, good)).isEqualTo(401);
            assertThat(views.source.status().failures(SourceFailure.UNAUTHENTICATED)).isEqualTo(3);
            assertThat(views.source.status().condition())
                    .isEqualTo(new SourceStatus.Condition.Starting());
            views.assertNoMore();
            assertThat(post(views.source, body, stamp, good)).isEqualTo(200);
        }
    }

    @Test
    void messageIsTakenOnceAndNoneAfterANewerOneOrFromAnotherTime() throws Exception {
        try (var views = new Views(settings())) {
            var one = json(1).getBytes(UTF_8);
            var two = json(2).getBytes(UTF_8);
            var early = stamp();
            var late = stamp();
            assertThat(post(views.source, two, late, seal.sign(late, two))).isEqualTo(200);
            assertThat(views.next()).isEqualTo(view(2));
            // Again, and one that was overtaken.
            assertThat(post(views.source, two, late, seal.sign(late, two))).isEqualTo(409);
            assertThat(post(views.source, one, early, seal.sign(early, one))).isEqualTo(409);
            var window = WebhookDiscovery.DEFAULT_REPLAY_WINDOW.toMillis();
            for (var off : List.of(-2 * window, 2 * window)) {
                var then = Views.CLOCK.wallMillis() + off;
                assertThat(post(views.source, one, then, seal.sign(then, one))).isEqualTo(409);
            }
            assertThat(views.source.status().failures(SourceFailure.REPLAYED)).isEqualTo(4);
            views.assertNoMore();
        }
    }

    @Test
    void messageFromBeforeTheStartIsRefusedSinceItMayHaveBeenTakenThen() throws Exception {
        var body = json(1).getBytes(UTF_8);
        var before = Views.CLOCK.wallMillis() - 1;
        try (var views = new Views(settings())) {
            assertThat(post(views.source, body, before, seal.sign(before, body))).isEqualTo(409);
            views.assertNoMore();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''          | MALFORMED  | nothing in it
                    {"1":       | MALFORMED  | not JSON
                    []          | MALFORMED  | a mapping from peer ids
                    {}          | NOT_LISTED | the set does not list this node (0x1)
                    {"1": {"role": "Validator"}} | MALFORMED | no addresses
                    """)
    void signedMessageWithoutASetKeepsTheViewAndShowsWhy(
            String body, SourceFailure kind, String reason) throws Exception {
        try (var views = new Views(settings(Optional.of(peer(1).peer()), PATIENCE))) {
            post(views.source, json(1), JSON);
            views.next();
            var answer = post(views.source, body, JSON);
            assertThat(answer.statusCode()).isEqualTo(422);
            assertThat(answer.body()).contains(reason);
            var failing = views.failing(_ -> true);
            assertThat(failing.kind()).isEqualTo(kind);
            assertThat(failing.reason()).contains(reason);
            views.assertNoMore();

            post(views.source, json(1), JSON);
            views.working();
            views.assertNoMore();
        }
    }

    @Test
    void whatIsNotUtf8IsRefused() throws Exception {
        try (var views = new Views(settings())) {
            var body = new byte[] {(byte) 0xff};
            var stamp = stamp();
            assertThat(post(views.source, body, stamp, seal.sign(stamp, body))).isEqualTo(422);
            assertThat(views.failing(_ -> true).reason()).isEqualTo("not UTF-8");
        }
    }

    @Test
    void thousandRapidUpdatesEndWithTheLast() throws Exception {
        var latest = new LatestViews(() -> {});
        try (var source = new DiscoveryProvider().create(settings(), Views.context(1))) {
            source.start(latest);
            for (var number = 1; number <= 1000; number++) {
                assertThat(post(source, json(number), JSON).statusCode()).isEqualTo(200);
            }
        }
        assertThat(latest.take()).containsExactly(view(1000));
    }

    @Test
    void timeFromMessageToViewIsReported() throws Exception {
        var micros = new ArrayList<Long>();
        try (var views = new Views(settings())) {
            // The first makes the sender's client, and loads its classes.
            post(views.source, json(51), JSON);
            views.next();
            for (var number = 1; number <= 50; number++) {
                var since = System.nanoTime();
                post(views.source, json(number), JSON);
                assertThat(views.next()).isEqualTo(view(number));
                micros.add((System.nanoTime() - since) / 1000);
            }
        }
        micros.sort(null);
        System.out.println(
                "webhook message to view, us: median "
                        + micros.get(25)
                        + ", longest of 50 "
                        + micros.getLast());
    }

    @Test
    void senderMayWaitForOurWordBeforeItSendsTheBody() throws Exception {
        try (var views = new Views(settings())) {
            var body = json(1).getBytes(UTF_8);
            var stamp = stamp();
            var request =
                    request(views.source, body, stamp, seal.sign(stamp, body))
                            .expectContinue(true)
                            .build();
            try (var client = HttpClient.newHttpClient()) {
                assertThat(client.send(request, BodyHandlers.ofString()).statusCode())
                        .isEqualTo(200);
            }
            assertThat(views.next()).isEqualTo(view(1));
        }
    }

    @Test
    void slowCallersHoldTheirPlacesUntilTheDeadlineOnly() throws Exception {
        var slow = new ArrayList<Socket>();
        try (var views = new Views(settings(Optional.empty(), Duration.ofSeconds(5)))) {
            try {
                for (var i = 0; i < WebhookSource.PLACES; i++) {
                    slow.add(socket(views.source));
                    slow.getLast().getOutputStream().write("POST /dis".getBytes(ISO_8859_1));
                }
                views.until(
                        () -> {
                            try {
                                return raw(views.source, "GET / HTTP/1.1\r\n\r\n")
                                        .startsWith("HTTP/1.1 503 ");
                            } catch (IOException _) {
                                return false;
                            }
                        });
                assertThat(views.source.status().failures(SourceFailure.BUSY)).isPositive();
                for (var socket : slow) {
                    var answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
                    assertThat(answer).startsWith("HTTP/1.1 408 ");
                }
            } finally {
                for (var socket : slow) {
                    socket.close();
                }
            }
            views.until(() -> status(views.source, json(1)) == 200);
            assertThat(views.next()).isEqualTo(view(1));
        }
    }

    @Test
    void hugeHeadIsRefused() throws Exception {
        try (var views = new Views(settings())) {
            var head = "POST /discovery HTTP/1.1\r\nX: " + "x".repeat(100_000);
            assertThat(raw(views.source, head)).startsWith("HTTP/1.1 431 ");
        }
    }

    @Test
    void noiseIsNeverTakenAndNeverEndsTheSource() throws Exception {
        var seed = new Random().nextLong();
        var random = new Random(seed);
        try (var views = new Views(settings(Optional.empty(), Duration.ofMillis(300)))) {
            var whole =
                    "POST /discovery HTTP/1.1\r\nContent-Length: 2\r\nContent-Type: %s\r\n\r\n{}"
                            .formatted(JSON);
            for (var i = 0; i < 200; i++) {
                var bytes = whole.getBytes(ISO_8859_1);
                for (var flips = random.nextInt(5); flips >= 0; flips--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                raw(views.source, new String(bytes, ISO_8859_1));
            }
            assertThat(status(views.source, json(1))).as("seed %d", seed).isEqualTo(200);
            assertThat(views.next()).as("seed %d", seed).isEqualTo(view(1));
            views.assertNoMore();
        }
    }

    @Test
    void addressInUseIsSaidAtTheStartAndIsFreeAfterTheClose() throws Exception {
        InetSocketAddress taken;
        try (var views = new Views(settings())) {
            var uri = URI.create(views.source.place());
            taken = new InetSocketAddress(uri.getHost(), uri.getPort());
            var again = WebhookDiscovery.of(taken, SECRET);
            assertThatThrownBy(() -> new Views(again))
                    .isInstanceOf(ConnectFailure.class)
                    .hasMessageContaining("discovery_method.webhook.listen");
            // A caller under way does not hold the close up.
            socket(views.source).getOutputStream().write('P');
        }
        for (var tries = 0; ; tries++) {
            try (var _ = new Views(WebhookDiscovery.of(taken, SECRET))) {
                break;
            } catch (ConnectFailure e) {
                if (tries == 200) {
                    throw e;
                }
                Thread.sleep(25);
            }
        }
    }

    @Test
    void secretIsLongEnoughAndNeverShown() {
        assertThat(settings().toString()).doesNotContain("0123456789abcdef");
        assertThatThrownBy(() -> WebhookDiscovery.of(loopback(), Bytes.utf8("guess")))
                .hasMessageContaining("secret_path: a secret of 5 bytes (expected: at least 32)");
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static WebhookDiscovery settings() {
        return settings(Optional.empty(), PATIENCE);
    }

    private static WebhookDiscovery settings(Optional<PeerId> mustList, Duration timeout) {
        return new WebhookDiscovery(
                loopback(),
                WebhookDiscovery.DEFAULT_PATH,
                SECRET,
                WebhookDiscovery.DEFAULT_REPLAY_WINDOW,
                timeout,
                MAX_BYTES,
                mustList);
    }

    /** Later than any before, as a sender's clock that is read once in a millisecond. */
    private long stamp() {
        var now = Views.CLOCK.wallMillis();
        return stamps.updateAndGet(last -> Math.max(last + 1, now + 1));
    }

    private int status(PeerSource source, String body) {
        try {
            return post(source, body, JSON).statusCode();
        } catch (IOException | InterruptedException _) {
            return -1;
        }
    }

    private HttpResponse<String> post(PeerSource source, String text, String type)
            throws IOException, InterruptedException {
        var body = text.getBytes(UTF_8);
        var stamp = stamp();
        var request =
                request(source, body, stamp, seal.sign(stamp, body))
                        .setHeader("Content-Type", type)
                        .build();
        return CLIENT.send(request, BodyHandlers.ofString());
    }

    private static int post(PeerSource source, byte[] body, long stamp, byte[] signature)
            throws IOException, InterruptedException {
        var request = request(source, body, stamp, signature).build();
        return CLIENT.send(request, BodyHandlers.ofString()).statusCode();
    }

    private static HttpRequest.Builder request(
            PeerSource source, byte[] body, long stamp, byte[] signature) {
        return HttpRequest.newBuilder(URI.create(source.place()))
                .timeout(PATIENCE)
                .setHeader("Content-Type", JSON)
                .setHeader("X-Aptosnet-Timestamp", String.valueOf(stamp))
                .setHeader("X-Aptosnet-Signature", "sha256=" + HexFormat.of().formatHex(signature))
                .POST(BodyPublishers.ofByteArray(body));
    }

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static Socket socket(PeerSource source) throws IOException {
        var uri = URI.create(source.place());
        var socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    /** What is answered to these very bytes. */
    private static String raw(PeerSource source, String bytes) throws IOException {
        try (var socket = socket(source)) {
            socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private static PeerView view(int number) {
        return NumberedPeers.view(SourceKind.WEBHOOK, number);
    }

    private static String json(int number) {
        var peer = peer(number);
        return """
        {"%s": {"addresses": ["%s"], "keys": ["%s"], "role": "Validator"}}
        """
                .formatted(
                        peer.peer().toConfigText(),
                        peer.addresses().getFirst(),
                        peer.keys().first());
    }
}
