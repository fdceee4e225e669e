package dev.aptosnet.adapter.discovery;

import static dev.aptosnet.adapter.discovery.ValidatorSetTextTest.address;
import static dev.aptosnet.adapter.discovery.ValidatorSetTextTest.entry;
import static dev.aptosnet.adapter.discovery.ValidatorSetTextTest.key;
import static dev.aptosnet.adapter.discovery.ValidatorSetTextTest.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;

import dev.aptosnet.ports.discovery.DiscoveredPeer;
import dev.aptosnet.ports.discovery.PeerSourceSettings.RestDiscovery;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceFailure;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

class RestSourceTest {
    private static final String PATH = "/v1/accounts/0x1/resource/0x1::stake::ValidatorSet";
    private static final Duration SOON = Duration.ofMillis(20);

    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile HttpHandler handler = good(1, "");
    private HttpServer server;
    private ExecutorService threads;

    @BeforeEach
    void starts() throws Exception {
        threads = Executors.newVirtualThreadPerTaskExecutor();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    requests.incrementAndGet();
                    try (exchange) {
                        handler.handle(exchange);
                    }
                });
        server.start();
    }

    @AfterEach
    void ends() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void setIsReadAndOnlyChangesArePassedOn() throws Exception {
        try (var views = new Views(settings())) {
            assertThat(views.next()).isEqualTo(view(1));
            views.readings(3);
            views.assertNoMore();

            handler = good(2, "");
            assertThat(views.next()).isEqualTo(view(2));
            assertThat(views.working().failures()).isEmpty();
        }
    }

    @Test
    @DisplayName("X-13 the first request is made at once, however long the interval is")
    void firstRequestIsMadeAtOnce() throws Exception {
        var never = Duration.ofDays(1);
        try (var views = new Views(settings(never, RestDiscovery.DEFAULT_TIMEOUT))) {
            assertThat(views.next()).isEqualTo(view(1));
            views.assertNoMore();
            assertThat(requests).hasValue(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/, /v1/accounts/0x1/resource/0x1::stake::ValidatorSet",
        "'', /v1/accounts/0x1/resource/0x1::stake::ValidatorSet",
        "/v1, /v1/accounts/0x1/resource/0x1::stake::ValidatorSet",
        "/v1/, /v1/accounts/0x1/resource/0x1::stake::ValidatorSet",
        "/node/7, /node/7/v1/accounts/0x1/resource/0x1::stake::ValidatorSet",
        "/other/0x1::stake::ValidatorSet, /other/0x1::stake::ValidatorSet",
    })
    void resourceIsFoundBehindEveryFormOfAddress(String path, String resource) {
        assertThat(Endpoint.resourceAt(URI.create("https://example.org:8080" + path)))
                .isEqualTo(URI.create("https://example.org:8080" + resource));
    }

    @Test
    void unchangedSetIsNotSentAgainWhenTheServerKnowsConditions() throws Exception {
        var notModified = new AtomicInteger();
        handler =
                exchange -> {
                    if ("\"7\"".equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                        notModified.incrementAndGet();
                        exchange.sendResponseHeaders(304, -1);
                    } else {
                        good(1, "\"7\"").handle(exchange);
                    }
                };

        try (var views = new Views(settings())) {
            assertThat(views.next()).isEqualTo(view(1));
            views.readings(4);
            assertThat(notModified.get()).isGreaterThanOrEqualTo(3);
            views.assertNoMore();

            handler = good(2, "\"8\"");
            assertThat(views.next()).isEqualTo(view(2));
        }
    }

    @Test
    void serverThatHoldsItsAnswerBackIsAskedAgainAtOnce() throws Exception {
        var changed = new CountDownLatch(1);
        handler =
                exchange -> {
                    if (exchange.getRequestHeaders().getFirst("If-None-Match") == null) {
                        good(1, "\"7\"").handle(exchange);
                        return;
                    }
                    assertThat(exchange.getRequestHeaders().getFirst("Prefer"))
                            .isEqualTo("wait=30");
                    await(changed);
                    exchange.getResponseHeaders().add("Preference-Applied", "wait=30");
                    good(2, "\"8\"").handle(exchange);
                };

        try (var views = new Views(settings())) {
            assertThat(views.next()).isEqualTo(view(1));
            Thread.sleep(200);
            assertThat(requests).hasValue(2);
            var since = System.nanoTime();
            changed.countDown();

            assertThat(views.next()).isEqualTo(view(2));
            var tookMillis = (System.nanoTime() - since) / 1_000_000;
            System.out.println("held-back answer to view, ms: " + tookMillis);
            assertThat(tookMillis).isLessThan(5_000);
        }
    }

    @Test
    void errorKeepsTheViewAndTheSourceComesBack() throws Exception {
        try (var views = new Views(settings())) {
            views.next();
            handler = exchange -> exchange.sendResponseHeaders(500, -1);
            var failing = views.failing(reason -> reason.equals("HTTP 500"));
            assertThat(failing.inARow()).isPositive();
            assertThat(views.source.status().confirmedAt()).isPresent();
            views.assertNoMore();

            handler = good(2, "");
            assertThat(views.next()).isEqualTo(view(2));
            views.working();
        }
    }

    @Test
    void errorsAreAnsweredWithPatience() throws Exception {
        handler = exchange -> exchange.sendResponseHeaders(503, -1);

        try (var views = new Views(settings())) {
            views.failing(_ -> true);
            Thread.sleep(900);

            assertThat(requests).hasValue(1);
        }
    }

    @Test
    void silenceEndsAtTheTimeOutBeforeAndWithinAnAnswer() throws Exception {
        try (var views = new Views(settings(Duration.ofMillis(300), Optional.empty()))) {
            views.next();
            handler = _ -> await(over);
            views.failing(reason -> reason.equals("no answer within 300 ms"));

            handler =
                    exchange -> {
                        json(exchange);
                        exchange.sendResponseHeaders(200, 1000);
                        exchange.getResponseBody().write('{');
                        exchange.getResponseBody().flush();
                        await(over);
                    };
            var before = views.source.status().failures(SourceFailure.NO_ANSWER);
            views.failing(_ -> views.source.status().failures(SourceFailure.NO_ANSWER) > before);
            views.failing(reason -> reason.equals("no answer within 300 ms"));
            views.assertNoMore();
        }
    }

    @Test
    void redirectsAreNotFollowed() throws Exception {
        try (var views = new Views(settings())) {
            views.next();
            var seen = requests.get();
            handler =
                    exchange -> {
                        exchange.getResponseHeaders().add("Location", PATH);
                        exchange.sendResponseHeaders(302, -1);
                    };

            assertThat(views.failing(_ -> true).reason())
                    .startsWith("HTTP 302: redirects are not followed");
            assertThat(requests.get() - seen).isBetween(1, 3);
            views.assertNoMore();
        }
    }

    @Test
    void wrongContentTypeIsRefused() throws Exception {
        try (var views = new Views(settings())) {
            views.next();
            handler =
                    exchange -> {
                        exchange.getResponseHeaders().add("Content-Type", "text/html");
                        body(exchange, text(2));
                    };

            assertThat(views.failing(_ -> true).reason())
                    .isEqualTo("content type text/html (expected: application/json)");
            views.assertNoMore();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "200,true,larger than 2097152 bytes (discovery.max_bytes)",
        "200,false,larger than 2097152 bytes (discovery.max_bytes)",
        "500,false,HTTP 500",
    })
    void gibibyteOfBodyIsNotKept(int status, boolean lengthIsTold, String expected)
            throws Exception {
        var written = new AtomicLong();
        try (var views = new Views(settings())) {
            views.next();
            var before = usedAfterCollection();
            handler =
                    exchange -> {
                        json(exchange);
                        exchange.sendResponseHeaders(status, lengthIsTold ? 1L << 30 : 0);
                        var chunk = new byte[1 << 16];
                        for (var sent = 0L; sent < 1L << 30; sent += chunk.length) {
                            exchange.getResponseBody().write(chunk);
                            written.addAndGet(chunk.length);
                        }
                    };

            var reason = views.failing(_ -> true).reason();
            var grown = usedAfterCollection() - before;
            System.out.println(
                    "1 GiB of body, status "
                            + status
                            + ": memory grew by "
                            + (grown >> 10)
                            + " KiB, the server sent "
                            + (written.get() >> 10)
                            + " KiB, reason: "
                            + reason);
            assertThat(reason).isEqualTo(expected);
            assertThat(grown).isLessThan(16 << 20);
            assertThat(written.get()).isLessThan(64 << 20);
            views.assertNoMore();
        }
    }

    @Test
    void whatIsNoSetIsRefused() throws Exception {
        try (var views = new Views(settings())) {
            views.next();
            handler =
                    exchange -> {
                        json(exchange);
                        body(exchange, text(2).substring(0, 200));
                    };

            assertThat(views.failing(_ -> true).reason()).startsWith("not JSON");
            views.assertNoMore();
        }
    }

    @Test
    void setThatLacksThisNodeKeepsTheView() throws Exception {
        var settings = settings(RestDiscovery.DEFAULT_TIMEOUT, Optional.of(PeerId.parse("1")));

        try (var views = new Views(settings)) {
            assertThat(views.next()).isEqualTo(view(1));
            handler = good(2, "\"2\"");

            assertThat(views.failing(_ -> true).reason())
                    .isEqualTo("the set does not list this node (0x1)");
            views.assertNoMore();
        }
    }

    @Test
    void refusedConnectionAndUnknownHostAreNamed() throws Exception {
        var port = server.getAddress().getPort();
        server.stop(0);
        try (var views = new Views(settings())) {
            assertThat(views.failing(_ -> true).reason())
                    .isEqualTo("no connection to 127.0.0.1:" + port);
        }
        var nowhere = URI.create("http://aptosnet.invalid/");
        try (var views = new Views(RestDiscovery.of(nowhere, SOON, NetworkId.VALIDATOR))) {
            assertThat(views.failing(_ -> true).reason())
                    .isEqualTo("host aptosnet.invalid is unknown");
        }
    }

    @Test
    void closedSourceAsksNoMore() throws Exception {
        handler = _ -> await(over);
        var views = new Views(settings());
        while (requests.get() == 0) {
            Thread.sleep(5);
        }

        views.close();
        Thread.sleep(300);

        assertThat(requests).hasValue(1);
        views.assertNoMore();
    }

    @Test
    void whatIsNoWebAddressIsRefused() {
        assertThatThrownBy(
                        () ->
                                RestDiscovery.of(
                                        URI.create("file:///etc/passwd"),
                                        SOON,
                                        NetworkId.VALIDATOR))
                .hasMessage(
                        "discovery_method.rest.url: \"file:///etc/passwd\" (expected: http:// or"
                                + " https://)");
    }

    private RestDiscovery settings() {
        return settings(RestDiscovery.DEFAULT_TIMEOUT, Optional.empty());
    }

    private RestDiscovery settings(Duration interval, Duration timeout) {
        return settings(interval, timeout, Optional.empty());
    }

    private RestDiscovery settings(Duration timeout, Optional<PeerId> mustList) {
        return settings(SOON, timeout, mustList);
    }

    private RestDiscovery settings(Duration interval, Duration timeout, Optional<PeerId> mustList) {
        return new RestDiscovery(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"),
                interval,
                timeout,
                RestDiscovery.DEFAULT_MAX_BYTES,
                NetworkId.VALIDATOR,
                false,
                mustList);
    }

    private static HttpHandler good(int number, String etag) {
        return exchange -> {
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.getResponseHeaders().add("Content-Type", "application/json; charset=utf-8");
            if (!etag.isEmpty()) {
                exchange.getResponseHeaders().add("ETag", etag);
            }
            body(exchange, text(number));
        };
    }

    private static void json(HttpExchange exchange) {
        exchange.getResponseHeaders().add("Content-Type", "application/json");
    }

    private static void body(HttpExchange exchange, String text) throws IOException {
        var bytes = text.getBytes(UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static String text(int number) {
        return set(entry(number, 6180, 6182), "", "");
    }

    private static PeerView view(int number) {
        return PeerView.of(
                SourceKind.REST,
                List.of(
                        new DiscoveredPeer(
                                PeerId.parse(Integer.toHexString(number)),
                                List.of(address(number, 6180)),
                                new TreeSet<>(List.of(key(number))),
                                PeerRole.VALIDATOR)));
    }

    private static long usedAfterCollection() {
        System.gc();
        var memory = Runtime.getRuntime();
        return memory.totalMemory() - memory.freeMemory();
    }
}
