package dev.aptosnet.adapter.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.discovery.DiscoveredPeer;
import dev.aptosnet.ports.discovery.PeerSourceSettings.WebhookDiscovery;
import dev.aptosnet.ports.discovery.SourceFailure;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Peer sets that the operator's systems post (improvements.md I-15): an endpoint of our own, since
 * it has to stand strangers who know no secret. At most {@link #PLACES} connections at once, each
 * for one request and within a deadline that no byte extends; a body is read only of a caller who
 * shows a signature, and nothing of it is looked at before the signature was found good.
 */
final class WebhookSource extends RunningSource {
    /** Connections at once; the next is told 503. */
    static final int PLACES = 8;

    private static final System.Logger LOG = System.getLogger(WebhookSource.class.getName());

    /** How long, and how much, is read of a caller who was refused, so that he sees the answer. */
    private static final Duration FAREWELL = Duration.ofMillis(500);

    private static final int FAREWELL_BYTES = 1 << 20;
    private static final Duration NO_DESCRIPTORS = Duration.ofMillis(200);

    private final WebhookDiscovery settings;
    private final Clock clock;
    private final WebhookSeal seal;
    private final Semaphore places = new Semaphore(PLACES);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** Held while a message is judged and taken: they come one after the other. */
    private final Object taking = new Object();

    private volatile @Nullable ServerSocket server;

    WebhookSource(WebhookDiscovery settings, Clock clock) {
        super(SourceKind.WEBHOOK, "webhook", clock, settings.mustList());
        this.settings = settings;
        this.clock = clock;
        this.seal = new WebhookSeal(settings.secret(), settings.replayWindow(), clock);
    }

    @Override
    public String place() {
        var bound = server;
        var at = settings.listen();
        var port = bound == null ? at.getPort() : bound.getLocalPort();
        var host = at.getAddress().getHostAddress();
        return "http://"
                + (host.indexOf(':') < 0 ? host : "[" + host + "]")
                + ":"
                + port
                + settings.path();
    }

    @Override
    void open() {
        try {
            var socket = new ServerSocket();
            try {
                socket.bind(settings.listen(), 2 * PLACES);
            } catch (IOException e) {
                socket.close();
                throw e;
            }
            server = socket;
        } catch (IOException e) {
            throw new ConnectFailure(
                    new SetupFailure(
                            SetupFailure.Reason.BAD_ADDRESS,
                            settings.listen()
                                    + ": "
                                    + e.getMessage()
                                    + " (discovery_method.webhook.listen)"));
        }
    }

    @Override
    void run(Outlet outlet) throws InterruptedException {
        var listening = server;
        if (listening == null) {
            return;
        }
        try (listening) {
            while (!Thread.currentThread().isInterrupted()) {
                accept(listening, outlet);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            open.forEach(WebhookSource::closeQuietly);
        }
    }

    private void accept(ServerSocket listening, Outlet outlet) throws InterruptedException {
        Socket socket;
        try {
            socket = listening.accept();
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted() || listening.isClosed()) {
                throw new InterruptedException();
            }
            // Such as no descriptor left: others need the processor meanwhile.
            synchronized (taking) {
                outlet.failed(SourceFailure.UNREADABLE, "cannot accept: " + e.getMessage());
            }
            Thread.sleep(NO_DESCRIPTORS);
            return;
        }
        if (!places.tryAcquire()) {
            refuseBusy(socket, outlet);
            return;
        }
        open.add(socket);
        Thread.ofVirtual()
                .name("discovery webhook caller")
                .start(
                        () -> {
                            try (socket) {
                                converse(socket, outlet);
                            } catch (IOException e) {
                                LOG.log(Level.DEBUG, "a webhook''s caller is gone: {0}", e);
                            } catch (Throwable e) {
                                outlet.failed(SourceFailure.INTERNAL, e.toString());
                            } finally {
                                open.remove(socket);
                                places.release();
                            }
                        });
    }

    /** So little is written that a new socket takes it at once. */
    private void refuseBusy(Socket socket, Outlet outlet) {
        synchronized (taking) {
            outlet.refused(SourceFailure.BUSY);
        }
        try (socket) {
            new Answer(503, PLACES + " callers at once, no more").write(socket.getOutputStream());
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "a webhook''s caller is gone: {0}", e);
        }
    }

    private void converse(Socket socket, Outlet outlet) throws IOException {
        var since = clock.now();
        var out = socket.getOutputStream();
        var bytes = new TimedInput(socket, clock, since.plus(settings.timeout()));
        var in = new BufferedInputStream(bytes);
        Answer answer;
        try {
            answer = answer(in, out, since, outlet);
        } catch (WebhookRefusal e) {
            answer = refused(e.status(), e.kind(), e.reason(), outlet);
        } catch (SocketTimeoutException _) {
            answer =
                    refused(
                            408,
                            SourceFailure.NO_ANSWER,
                            "not finished within " + settings.timeout().toMillis() + " ms",
                            outlet);
        }
        answer.write(out);
        socket.shutdownOutput();
        bytes.skipUntil(clock.now().plus(FAREWELL), FAREWELL_BYTES);
    }

    private Answer refused(int status, SourceFailure kind, String reason, Outlet outlet) {
        synchronized (taking) {
            outlet.refused(kind);
        }
        LOG.log(Level.DEBUG, "refused a webhook''s caller: {0} {1}", status, reason);
        return new Answer(status, reason);
    }

    private Answer answer(InputStream in, OutputStream out, MonoTime since, Outlet outlet)
            throws IOException, WebhookRefusal {
        var request = WebhookRequest.head(in);
        if (!request.target().equals(settings.path())) {
            throw WebhookRequest.bad(404, "nothing is here");
        }
        if (!request.method().equals("POST")) {
            throw WebhookRequest.bad(405, "POST is needed");
        }
        var length = request.length(settings.maxBytes());
        var isJson = isJson(request);
        var claim = WebhookSeal.claim(request);
        var body = request.body(in, out, length);
        seal.check(claim, body);
        synchronized (taking) {
            seal.fresh(claim);
            try {
                var peers = peers(body, isJson);
                outlet.read(peers, 0, since);
                return new Answer(200, "taken: " + peers.size() + " peers");
            } catch (FailedReading e) {
                // Whoever knows the secret is told all, and the operator sees it in the status.
                outlet.failed(e);
                return new Answer(422, e.reason());
            }
        }
    }

    private static boolean isJson(WebhookRequest request) throws WebhookRefusal {
        var type = request.header("content-type").orElse("none");
        return switch (type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT)) {
            case "application/json" -> true;
            case "application/yaml", "application/x-yaml", "text/yaml" -> false;
            default ->
                    throw WebhookRequest.bad(
                            415, "Content-Type: application/json or application/yaml is needed");
        };
    }

    private static List<DiscoveredPeer> peers(byte[] body, boolean isJson) throws FailedReading {
        String text;
        try {
            text = UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException e) {
            throw FailedReading.malformed("not UTF-8", e);
        }
        return isJson ? PeerSetText.json(text) : PeerSetText.yaml(text);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "a webhook''s caller could not be closed: {0}", e);
        }
    }

    /** The end of every exchange. */
    private record Answer(int status, String text) {
        void write(OutputStream out) throws IOException {
            // A reason may repeat what the sender wrote.
            var body = (text.replaceAll("\\p{Cntrl}", "?") + "\n").getBytes(UTF_8);
            var head =
                    "HTTP/1.1 "
                            + status
                            + " "
                            + phrase()
                            + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
                            + body.length
                            + (status == 405 ? "\r\nAllow: POST" : "")
                            + "\r\nConnection: close\r\n\r\n";
            var all = new ByteArrayOutputStream();
            all.writeBytes(head.getBytes(UTF_8));
            all.writeBytes(body);
            all.writeTo(out);
            out.flush();
        }

        private String phrase() {
            return switch (status) {
                case 200 -> "OK";
                case 401 -> "Unauthorized";
                case 404 -> "Not Found";
                case 405 -> "Method Not Allowed";
                case 408 -> "Request Timeout";
                case 409 -> "Conflict";
                case 411 -> "Length Required";
                case 413 -> "Content Too Large";
                case 415 -> "Unsupported Media Type";
                case 422 -> "Unprocessable Content";
                case 431 -> "Request Header Fields Too Large";
                case 503 -> "Service Unavailable";
                default -> "Bad Request";
            };
        }
    }
}
