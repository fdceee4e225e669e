package dev.aptosnet.node.interop;

import dev.aptosnet.node.interop.WireMessage.BadBody;
import dev.aptosnet.node.interop.WireMessage.DirectSend;
import dev.aptosnet.node.interop.WireMessage.Failure;
import dev.aptosnet.node.interop.WireMessage.Network;
import dev.aptosnet.node.interop.WireMessage.Request;
import dev.aptosnet.node.interop.WireMessage.Response;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One connection, ready for messages, for one thread. What the peer sends is held to the rules of
 * an unmodified receiver: a violation is an {@link AssertionError}, never tolerated.
 */
final class WireClient implements AutoCloseable {
    private final WireLink link;
    private final WireHello peerHello;
    private final WireStreams incoming = new WireStreams();
    private long nextRequest;
    private long nextStream;

    WireClient(WireLink link, WireHello peerHello) {
        this.link = link;
        this.peerHello = peerHello;
    }

    /** The layers below, to send what no honest peer sends. */
    WireLink link() {
        return link;
    }

    WireHello peerHello() {
        return peerHello;
    }

    /** The id that the next {@link #request} takes. */
    long nextRequest() {
        return nextRequest;
    }

    /** The id of a stream that a test cuts by hand. */
    long takeStream() {
        return nextStream++;
    }

    /** Sends a request, streamed if it must be, and returns its id. */
    long request(int protocol, int priority, Payload raw) throws IOException {
        long id = nextRequest++;
        send(new Request(protocol, id, priority, raw));
        return id;
    }

    void directSend(int protocol, Payload raw) throws IOException {
        send(new DirectSend(protocol, 0, raw));
    }

    void send(Network message) throws IOException {
        boolean streamed = WireStreams.rawOf(message).length() > WireStreams.CHUNK;
        for (WireMessage part : WireStreams.cut(message, streamed ? nextStream++ : 0)) {
            send(part);
        }
    }

    /** Exactly one frame, whatever the message is. */
    void send(WireMessage message) throws IOException {
        link.writeFrame(WireMessage.encode(message));
    }

    /** One request and the answer that must come next. */
    Payload call(int protocol, Payload raw) throws IOException {
        long id = request(protocol, 0, raw);
        Response response = readResponse();
        if (response.id() != id) {
            throw new AssertionError("a response to " + response.id() + ", expected " + id);
        }
        return response.raw();
    }

    /** Asserts that {@code raw} comes back from the echo protocol, and nothing before it. */
    void echo(Payload raw) throws IOException {
        Payload back = call(14, raw);
        if (!back.equals(raw)) {
            throw new AssertionError("sent " + raw + ", got back " + back);
        }
    }

    Response readResponse() throws IOException {
        Network message = readMessage();
        if (message instanceof Response response) {
            return response;
        }
        throw new AssertionError("expected a response, got " + message);
    }

    Failure readFailure() throws IOException {
        Network message = readMessage();
        if (message instanceof Failure failure) {
            return failure;
        }
        throw new AssertionError("expected an error, got " + message);
    }

    /** Answers the peer's next request with its own payload, and returns it. */
    Request serveOne() throws IOException {
        Network message = readMessage();
        if (message instanceof Request request) {
            send(new Response(request.id(), request.priority(), request.raw()));
            return request;
        }
        throw new AssertionError("expected a request, got " + message);
    }

    /** The next whole message. */
    Network readMessage() throws IOException {
        while (true) {
            Network whole = readPart();
            if (whole != null) {
                return whole;
            }
        }
    }

    /** Reads one frame; null while a stream is unfinished. */
    @Nullable Network readPart() throws IOException {
        byte[] body = link.readFrame();
        List<String> refusals = new ArrayList<>();
        Network whole;
        try {
            whole = incoming.accept(WireMessage.decode(body), refusals);
        } catch (BadBody e) {
            throw new AssertionError("a frame that does not decode: " + Payload.of(body), e);
        }
        if (!refusals.isEmpty()) {
            throw new AssertionError("the peer broke section 9: " + refusals);
        }
        return whole;
    }

    /** Whether the peer is in the middle of a stream, as far as we have read. */
    boolean midStream() {
        return incoming.unfinished();
    }

    /** Asserts that nothing was sent to us, and that the connection still works. */
    void expectNothingAndStillOpen() throws IOException {
        link.expectQuiet(Duration.ofMillis(150));
        echo(Payload.random(nextRequest, 100));
    }

    @Override
    public void close() throws IOException {
        link.close();
    }
}
