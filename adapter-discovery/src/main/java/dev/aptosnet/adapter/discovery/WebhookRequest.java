package dev.aptosnet.adapter.discovery;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.aptosnet.ports.discovery.SourceFailure;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What of HTTP/1.1 (RFC 9112) a webhook needs, and no more: one request on a connection, its head
 * of at most 8 KiB, its body of a length that is told. Everything else is refused, so that nothing
 * is left to be understood in two ways.
 *
 * @param target of the request line
 * @param headers by name in lower case
 */
record WebhookRequest(String method, String target, Map<String, String> headers) {
    /** The request line and the headers together. */
    static final int MAX_HEAD_BYTES = 8 << 10;

    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1);

    /** Copies the map. */
    WebhookRequest {
        headers = Map.copyOf(headers);
    }

    /**
     * Reads a head, and not one byte beyond it.
     *
     * @param in buffered
     */
    static WebhookRequest head(InputStream in) throws IOException, WebhookRefusal {
        var lines = headText(in).split("\r\n", -1);
        var request = lines[0].split(" ", -1);
        if (request.length != 3 || !request[2].matches("HTTP/1\\.[01]")) {
            throw bad(400, "not HTTP/1.1");
        }
        var headers = new HashMap<String, String>();
        for (var i = 1; i < lines.length; i++) {
            var colon = lines[i].indexOf(':');
            if (colon <= 0 || !lines[i].substring(0, colon).matches("[!-~]+")) {
                throw bad(400, "a header without a name");
            }
            var name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
            if (headers.put(name, lines[i].substring(colon + 1).strip()) != null) {
                throw bad(400, "a header twice");
            }
        }
        return new WebhookRequest(request[0], request[1], headers);
    }

    /** Up to the empty line, without it. */
    private static String headText(InputStream in) throws IOException, WebhookRefusal {
        var head = new ByteArrayOutputStream();
        var ended = 0;
        while (ended < 4) {
            var next = in.read();
            if (next < 0) {
                throw bad(400, "the request ends early");
            }
            if (head.size() == MAX_HEAD_BYTES) {
                throw bad(431, "a head of more than " + MAX_HEAD_BYTES + " bytes");
            }
            head.write(next);
            var expected = ended % 2 == 0 ? '\r' : '\n';
            ended = next == expected ? ended + 1 : next == '\r' ? 1 : 0;
        }
        return head.toString(ISO_8859_1).substring(0, head.size() - 4);
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The length of the body. */
    int length(int maxBytes) throws WebhookRefusal {
        var told = headers.get("content-length");
        if (told == null || headers.containsKey("transfer-encoding")) {
            throw bad(411, "Content-Length is needed");
        }
        if (!told.matches("[0-9]{1,18}")) {
            throw bad(400, "Content-Length is no number");
        }
        var length = Long.parseLong(told);
        if (length > maxBytes) {
            throw new WebhookRefusal(
                    413,
                    SourceFailure.TOO_LARGE,
                    "larger than " + maxBytes + " bytes (discovery.max_bytes)");
        }
        return (int) length;
    }

    /** Reads the body; memory grows as it arrives and not by what was told. */
    byte[] body(InputStream in, OutputStream out, int length) throws IOException, WebhookRefusal {
        if (header("expect").filter("100-continue"::equalsIgnoreCase).isPresent()) {
            out.write(CONTINUE);
            out.flush();
        }
        var body = in.readNBytes(length);
        if (body.length < length) {
            throw bad(400, "the body ends early");
        }
        return body;
    }

    static WebhookRefusal bad(int status, String reason) {
        return new WebhookRefusal(status, SourceFailure.BAD_REQUEST, reason);
    }
}
