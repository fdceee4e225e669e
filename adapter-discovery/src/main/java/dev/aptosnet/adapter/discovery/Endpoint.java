package dev.aptosnet.adapter.discovery;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.aptosnet.ports.discovery.SourceFailure;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * The HTTP side of a REST source: one conditional request at a time. Redirects are not followed, so
 * none can lead in circles or to another host; bodies are bounded, and only a good answer's body is
 * kept. One owner.
 */
final class Endpoint implements AutoCloseable {
    /** How long an endpoint may hold back its answer until the set changes, if it offers to. */
    static final Duration LONG_POLL = Duration.ofSeconds(30);

    private static final String RESOURCE = "/accounts/0x1/resource/" + ValidatorSetText.TYPE;

    private final HttpClient client;
    private final URI resource;
    private final Duration timeout;
    private final int maxBytes;

    private @Nullable String etag;

    Endpoint(URI url, Duration timeout, int maxBytes) {
        this.resource = resourceAt(url);
        this.timeout = timeout;
        this.maxBytes = maxBytes;
        // The client's own threads look names up: a name server that hangs would hold on to a
        // carrier of everybody's virtual threads.
        this.client =
                HttpClient.newBuilder()
                        .followRedirects(Redirect.NEVER)
                        .connectTimeout(timeout)
                        .build();
    }

    /**
     * What an endpoint answered.
     *
     * @param body empty if nothing has changed since {@link #accepted}
     * @param heldBack whether it waited for a change, so that it may be asked again at once
     */
    record Answer(Optional<byte[]> body, Optional<String> etag, boolean heldBack) {}

    /** The resource itself, an endpoint with {@code /v1}, or one without. */
    static URI resourceAt(URI url) {
        var path = url.getPath() == null ? "" : url.getPath();
        if (path.endsWith(ValidatorSetText.TYPE)) {
            return url;
        }
        var base = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return url.resolve((base.endsWith("/v1") ? base : base + "/v1") + RESOURCE);
    }

    /** Asks once. */
    Answer ask() throws FailedReading, InterruptedException {
        var request = HttpRequest.newBuilder(resource).header("Accept", "application/json").GET();
        var patience = timeout;
        if (etag != null) {
            request.header("If-None-Match", etag);
            request.header("Prefer", "wait=" + LONG_POLL.toSeconds());
            patience = timeout.plus(LONG_POLL);
        }
        var answer = answer(request.build(), patience);
        var heldBack =
                answer.headers().firstValue("Preference-Applied").orElse("").startsWith("wait");
        return switch (answer.statusCode()) {
            case 200 ->
                    new Answer(
                            Optional.of(checked(answer)),
                            answer.headers().firstValue("ETag"),
                            heldBack);
            case 304 -> {
                if (etag == null) {
                    throw new FailedReading(
                            SourceFailure.HTTP_STATUS, "HTTP 304 to a request without a condition");
                }
                yield new Answer(Optional.empty(), Optional.of(etag), heldBack);
            }
            case 301, 302, 303, 307, 308 ->
                    throw new FailedReading(
                            SourceFailure.HTTP_STATUS,
                            "HTTP "
                                    + answer.statusCode()
                                    + ": redirects are not followed; put the address itself into"
                                    + " discovery_method.rest.url");
            default ->
                    throw new FailedReading(
                            SourceFailure.HTTP_STATUS, "HTTP " + answer.statusCode());
        };
    }

    /** The last answer was good: from now on only a different one is wanted. */
    void accepted(Answer answer) {
        etag = answer.etag().orElse(null);
    }

    private byte[] checked(HttpResponse<byte[]> answer) throws FailedReading {
        var type = answer.headers().firstValue("Content-Type").orElse("none");
        var media = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!media.equals("application/json")) {
            throw FailedReading.malformed("content type " + type + " (expected: application/json)");
        }
        return answer.body();
    }

    /** The whole exchange within {@code patience}: a request's own time-out ends at the headers. */
    private HttpResponse<byte[]> answer(HttpRequest request, Duration patience)
            throws FailedReading, InterruptedException {
        var pending = client.sendAsync(request, bounded());
        try {
            return pending.get(patience.toNanos(), NANOSECONDS);
        } catch (TimeoutException e) {
            throw new FailedReading(
                    SourceFailure.NO_ANSWER, "no answer within " + patience.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw isTooLarge(e.getCause())
                    ? new FailedReading(
                            SourceFailure.TOO_LARGE,
                            "larger than " + maxBytes + " bytes (discovery.max_bytes)",
                            e)
                    : new FailedReading(SourceFailure.NO_ANSWER, reason(e.getCause()), e);
        } finally {
            // Ends the exchange if it has not ended, also when this source is closed meanwhile.
            pending.cancel(true);
        }
    }

    /** The body of an answer that says 200, as far as it is allowed to be; none of any other. */
    private BodyHandler<byte[]> bounded() {
        var body = BodyHandlers.limiting(BodyHandlers.ofByteArray(), maxBytes);
        return head -> head.statusCode() == 200 ? body.apply(head) : new UnreadBody();
    }

    /** How the JDK's limited body says that it was not enough. */
    private static boolean isTooLarge(@Nullable Throwable cause) {
        return cause instanceof IOException e
                && String.valueOf(e.getMessage()).contains("exceeds capacity");
    }

    private String reason(@Nullable Throwable cause) {
        return switch (cause) {
            case ConnectException e when e.getCause() instanceof UnresolvedAddressException ->
                    "host " + resource.getHost() + " is unknown";
            case ConnectException _ -> "no connection to " + resource.getAuthority();
            case null -> "failed";
            default -> cause.getClass().getSimpleName() + ": " + cause.getMessage();
        };
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
