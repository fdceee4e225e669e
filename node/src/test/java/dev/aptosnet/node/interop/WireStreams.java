package dev.aptosnet.node.interop;

import static dev.aptosnet.node.interop.WireNoise.concat;

import dev.aptosnet.node.interop.WireMessage.DirectSend;
import dev.aptosnet.node.interop.WireMessage.Failure;
import dev.aptosnet.node.interop.WireMessage.Fragment;
import dev.aptosnet.node.interop.WireMessage.Header;
import dev.aptosnet.node.interop.WireMessage.Network;
import dev.aptosnet.node.interop.WireMessage.Request;
import dev.aptosnet.node.interop.WireMessage.Response;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * Section 9 as an unmodified node does it: the cutting, and a receiver that holds one stream of at
 * most 16 fragments.
 */
final class WireStreams {
    /** F less the head-room: the most payload bytes in one frame. */
    static final int CHUNK = WireLink.MAX_FRAME - 64;

    /** floor(M / F). */
    static final int MAX_FRAGMENTS = 16;

    /** Most payload bytes of one message, M. */
    static final int MAX_MESSAGE = 67_108_864;

    private @Nullable Header current;
    private List<byte[]> pieces = new ArrayList<>();
    private int last;
    private long total;

    /** The messages that carry {@code message}: itself, or a header and its fragments in order. */
    static List<WireMessage> cut(Network message, long stream) {
        Payload raw = rawOf(message);
        if (raw.length() <= CHUNK) {
            return List.of(message);
        }
        var out = new ArrayList<WireMessage>();
        int fragments = (raw.length() - 1) / CHUNK;
        out.add(new Header(stream, fragments, withRaw(message, raw.slice(0, CHUNK))));
        for (int i = 1; i <= fragments; i++) {
            int to = (int) Math.min(raw.length(), (i + 1L) * CHUNK);
            out.add(new Fragment(stream, i, raw.slice(i * CHUNK, to)));
        }
        return out;
    }

    /**
     * Takes the next message off the wire.
     *
     * @param refusals receives the STREAM_* code of everything that is not in order
     * @return a message that is whole now
     */
    @Nullable Network accept(WireMessage message, List<String> refusals) {
        return switch (message) {
            case Network whole -> whole;
            case Header header -> {
                begin(header, refusals);
                yield null;
            }
            case Fragment fragment -> append(fragment, refusals);
        };
    }

    boolean unfinished() {
        return current != null;
    }

    private void begin(Header header, List<String> refusals) {
        if (header.message() instanceof Failure) {
            refusals.add("STREAM_ERROR_MESSAGE");
        } else if (header.fragments() == 0) {
            refusals.add("STREAM_ZERO_FRAGMENTS");
        } else if (header.fragments() > MAX_FRAGMENTS) {
            refusals.add("STREAM_TOO_MANY_FRAGMENTS");
        } else {
            if (current != null) {
                refusals.add("STREAM_REPLACED");
            }
            current = header;
            pieces = new ArrayList<>();
            pieces.add(rawOf(header.message()).array());
            total = pieces.get(0).length;
            last = 0;
        }
    }

    private @Nullable Network append(Fragment fragment, List<String> refusals) {
        Header header = current;
        if (header == null) {
            refusals.add("STREAM_NONE");
        } else if (header.stream() != fragment.stream()) {
            refusals.add("STREAM_WRONG_REQUEST_ID");
        } else if (fragment.number() != last + 1 || fragment.number() > header.fragments()) {
            refusals.add("STREAM_BAD_FRAGMENT_ID");
        } else {
            pieces.add(fragment.raw().array());
            total += fragment.raw().length();
            last++;
            if (total > MAX_MESSAGE + (long) WireLink.MAX_FRAME) {
                refusals.add("STREAM_TOO_LONG");
                current = null;
                pieces = new ArrayList<>();
            } else if (last == header.fragments()) {
                byte[] whole = concat(pieces.toArray(byte[][]::new));
                current = null;
                pieces = new ArrayList<>();
                return withRaw(header.message(), Payload.of(whole));
            }
        }
        return null;
    }

    static Payload rawOf(Network message) {
        return switch (message) {
            case Request r -> r.raw();
            case Response r -> r.raw();
            case DirectSend d -> d.raw();
            case Failure f -> f.code();
        };
    }

    private static Network withRaw(Network message, Payload raw) {
        return switch (message) {
            case Request r -> new Request(r.protocol(), r.id(), r.priority(), raw);
            case Response r -> new Response(r.id(), r.priority(), raw);
            case DirectSend d -> new DirectSend(d.protocol(), d.priority(), raw);
            case Failure _ -> throw new IllegalArgumentException("an error is never streamed");
        };
    }
}
