package dev.aptosnet.node.interop;

import dev.aptosnet.node.interop.WireMessage.BadBody;
import dev.aptosnet.node.interop.WireMessage.DirectSend;
import dev.aptosnet.node.interop.WireMessage.Failure;
import dev.aptosnet.node.interop.WireMessage.Header;
import dev.aptosnet.node.interop.WireMessage.Network;
import dev.aptosnet.node.interop.WireMessage.Request;
import dev.aptosnet.node.interop.WireMessage.Response;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One connection of a {@link WireServer}: one thread reads and obeys sections 8 and 9, each request
 * is answered on a thread of its own, and everything that arrives is noted for the tests.
 */
final class WirePeer implements AutoCloseable {
    /**
     * A frame that arrived.
     *
     * @param length of the body, bytes
     * @param head the first 64 bytes of the body, or all of it
     */
    record Seen(int length, Payload head) {}

    private final WireLink link;
    private final WireServer owner;
    private final boolean inbound;
    private final List<Seen> frames = new CopyOnWriteArrayList<>();
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private final Map<Long, CompletableFuture<Payload>> pending = new ConcurrentHashMap<>();
    private final Semaphore serving = new Semaphore(100);
    private final AtomicLong nextRequest = new AtomicLong();
    private final AtomicInteger mostFragments = new AtomicInteger();
    private final Object streaming = new Object();
    private long nextStream;

    WirePeer(WireLink link, WireServer owner, boolean inbound) {
        this.link = link;
        this.owner = owner;
        this.inbound = inbound;
    }

    /** Whether the other side dialed. */
    boolean isInbound() {
        return inbound;
    }

    boolean hasEnded() {
        return link.socket().isClosed();
    }

    /** Every frame in its order. */
    List<Seen> frames() {
        return frames;
    }

    /** The STREAM_* codes that the other side has earned, empty for an honest one. */
    List<String> violations() {
        return violations;
    }

    /** The largest num_fragments that a header announced. */
    int mostFragments() {
        return mostFragments.get();
    }

    WireSuite suite() {
        return link.suite();
    }

    /** Reads until the connection ends or must end. */
    void serve() throws IOException {
        var streams = new WireStreams();
        while (true) {
            byte[] body = link.readFrame();
            frames.add(new Seen(body.length, Payload.of(body).slice(0, Math.min(64, body.length))));
            WireMessage message;
            try {
                message = WireMessage.decode(body);
            } catch (BadBody e) {
                byte first = body.length > 0 ? body[0] : 0;
                byte second = body.length > 1 ? body[1] : 0;
                link.writeFrame(new byte[] {0, 0, 0, first, second});
                continue;
            }
            if (message instanceof Header header) {
                mostFragments.accumulateAndGet(header.fragments(), Math::max);
            }
            Network whole = streams.accept(message, violations);
            if (whole != null) {
                deliver(whole);
            }
        }
    }

    /** A request of ours, streamed if it must be, and its answer within 30 seconds. */
    Payload call(int protocol, Payload raw) throws IOException {
        long id = nextRequest.getAndIncrement();
        var answer = new CompletableFuture<Payload>();
        pending.put(id, answer);
        send(new Request(protocol, id, 0, raw));
        try {
            return answer.get(30, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException("no answer to request " + id, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            pending.remove(id);
        }
    }

    void send(Network message) throws IOException {
        if (WireStreams.rawOf(message).length() <= WireStreams.CHUNK) {
            link.writeFrame(WireMessage.encode(message));
            return;
        }
        synchronized (streaming) {
            for (WireMessage part : WireStreams.cut(message, nextStream++)) {
                link.writeFrame(WireMessage.encode(part));
            }
        }
    }

    private void deliver(Network message) {
        switch (message) {
            case Failure _ -> {}
            case DirectSend direct -> owner.directSend(direct);
            case Response response -> {
                CompletableFuture<Payload> waiting = pending.get(response.id());
                if (waiting != null) {
                    waiting.complete(response.raw());
                }
            }
            case Request request -> {
                if (request.protocol() == 14 && serving.tryAcquire()) {
                    Thread.startVirtualThread(() -> answer(request));
                }
            }
        }
    }

    private void answer(Request request) {
        try {
            owner.awaitGate();
            send(new Response(request.id(), request.priority(), request.raw()));
        } catch (IOException e) {
            owner.note("an answer was not sent: " + e.getMessage());
        } finally {
            serving.release();
        }
    }

    @Override
    public void close() throws IOException {
        link.close();
        pending.values()
                .forEach(waiting -> waiting.completeExceptionally(new IOException("closed")));
    }

    @Override
    public String toString() {
        return "WirePeer["
                + frames.size()
                + " frames, last "
                + (frames.isEmpty()
                        ? "none"
                        : HexFormat.of().formatHex(frames.get(frames.size() - 1).head().array()))
                + "]";
    }
}
