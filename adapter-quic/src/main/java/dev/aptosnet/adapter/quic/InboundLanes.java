package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.TransportSettings.Limits;
import dev.aptosnet.transport.support.GuardedThreads;

import tech.kwik.core.QuicStream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a link receives: a thread for each stream that the peer opened, and one for the stream of
 * the handshake, on which the peer says in the end how many there were. All of them put what they
 * read into one inbox. Threads of its own; {@link #checkProgress} on the owner.
 */
final class InboundLanes {
    private static final System.Logger LOG = System.getLogger(InboundLanes.class.getName());

    /** How long the library may take to tell how a connection ended whose streams are broken. */
    private static final Duration NEWS = Duration.ofSeconds(1);

    private final ConnectionId link;
    private final QuicStream control;
    private final LinkOwner owner;
    private final Limits limits;
    private final Semaphore room;
    private final StreamInbox inbox;
    private final Runnable arrived;
    private final Runnable complete;
    private final AtomicBoolean wasComplete = new AtomicBoolean();

    private final Set<Inbound> open = ConcurrentHashMap.newKeySet();

    /** Guarded by itself: what is known of the peer's streams. */
    private final Object counts = new Object();

    private long ended;
    private long announced = -1;
    private final CountDownLatch over = new CountDownLatch(1);

    /** A stream of the peer's, being read. */
    private record Inbound(QuicStream stream, LaneReader reader) {}

    /**
     * @param arrived called on any thread when there is something in the inbox
     * @param complete called once, on any thread, when the peer has closed in order and all that it
     *     sent is in the inbox
     */
    InboundLanes(
            ConnectionId link,
            QuicStream control,
            LinkOwner owner,
            Limits limits,
            StreamInbox inbox,
            Runnable arrived,
            Runnable complete) {
        this.link = link;
        this.control = control;
        this.owner = owner;
        this.limits = limits;
        this.room = LaneReader.room(limits.maxFrameBytes());
        this.inbox = inbox;
        this.arrived = arrived;
        this.complete = complete;
    }

    /** Begins to read; until somebody takes from the inbox, as much as that holds. */
    void open(Streams streams) {
        streams.giveTo(this::read);
        GuardedThreads.start("aptosnet-quic-control", this::readControl);
        watch();
    }

    private void read(QuicStream stream) {
        if (!stream.isUnidirectional()) {
            broken("the peer opened a second stream of both directions");
            return;
        }
        var reader =
                new LaneReader(
                        stream.getInputStream(),
                        limits.maxFrameBytes(),
                        room,
                        (head, rest) -> {
                            if (inbox.put(new StreamInbox.Frame(Bytes.wrap(head), rest))) {
                                arrived.run();
                            }
                        });
        var lane = new Inbound(stream, reader);
        open.add(lane);
        GuardedThreads.start("aptosnet-quic-lane", () -> run(lane));
    }

    private void run(Inbound lane) {
        var reader = lane.reader();
        try {
            reader.run();
            countEnd();
            // Its sender does not close it.
            lane.stream().abortReading(QuicLink.CLOSED_IN_ORDER);
        } catch (LaneReader.BadFrame e) {
            broken(String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException e) {
            var why = e instanceof IOException ? e.getMessage() : e.getClass().getName();
            if (reader.isTransfer() || !reader.isNamed()) {
                // Given up at one of the two ends; if the whole connection broke, others will say.
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "connection {0}: a large message of the peer''s was given up: {1}",
                        link,
                        why);
                countEnd();
            } else {
                failed("a stream of the peer's broke: " + why);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(lane);
        }
    }

    /** The peer's last word: how many streams it opened. */
    private void readControl() {
        try {
            var last = control.getInputStream().readNBytes(Integer.BYTES);
            if (last.length == Integer.BYTES) {
                synchronized (counts) {
                    announced = Integer.toUnsignedLong(ByteBuffer.wrap(last).getInt());
                }
                checkEnd();
            } else {
                failed("the peer ended the connection without a word");
            }
        } catch (IOException e) {
            failed("the connection broke: " + e.getMessage());
        } catch (RuntimeException e) {
            failed("the connection broke: " + e.getClass().getName());
        }
    }

    private void countEnd() {
        synchronized (counts) {
            ended++;
        }
        checkEnd();
    }

    private void checkEnd() {
        synchronized (counts) {
            if (announced < 0 || ended < announced) {
                return;
            }
        }
        end(DisconnectReason.CONNECTION_CLOSED, "the peer closed the connection");
        if (wasComplete.compareAndSet(false, true)) {
            complete.run();
        }
    }

    /** The connection is of no more use. Any thread. */
    void broken(String why) {
        end(DisconnectReason.INPUT_OUTPUT_ERROR, why);
    }

    /**
     * A stream is of no more use, and the connection neither. When a connection ends, its streams
     * often break before anybody says so, and only that says whether the peer meant it. Any thread.
     */
    void failed(String why) {
        var _ = owner.schedule(NEWS, () -> broken(why));
    }

    /** The connection has ended. Any thread. */
    void gone(LinkClosed how) {
        end(how.reason(), how.detail());
    }

    private void end(DisconnectReason reason, String detail) {
        over.countDown();
        inbox.put(new StreamInbox.End(new LinkClosed(reason, detail)));
        arrived.run();
    }

    /** Waits until nothing more comes of the peer, whether it meant that or not. */
    void awaitOver(long nanos) throws InterruptedException {
        var _ = over.await(nanos, TimeUnit.NANOSECONDS);
    }

    private void watch() {
        var _ = owner.schedule(limits.writeTimeout().dividedBy(4), this::checkProgress);
    }

    /**
     * A frame that has begun must go on arriving. A large message that does not is given up, others
     * of the peer's go on; with a class of messages nothing can be skipped, and the link ends.
     */
    private void checkProgress() {
        var now = System.nanoTime();
        for (var lane : open) {
            var waits = Duration.ofNanos(lane.reader().waitingNanos(now));
            if (waits.compareTo(limits.writeTimeout()) < 0) {
                continue;
            }
            if (lane.reader().isTransfer()) {
                lane.stream().abortReading(QuicLink.GIVEN_UP);
            } else {
                broken(
                        lane.reader().isNamed()
                                ? "no byte of a frame that has begun came in time"
                                        + " (write_timeout_ms)"
                                : "the peer opened a stream and did not use it (write_timeout_ms)");
                return;
            }
        }
        watch();
    }
}
