package dev.aptosnet.node.connection;

import dev.aptosnet.node.metrics.ConnectionMetrics;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reports what goes wrong in handlers and callbacks. Peers decide how often that happens, so each
 * protocol has one WARNING a second; the next one says how many were left out. Any thread.
 */
final class HandlerReports {
    /** Code that runs on a connection's owner and takes longer is reported. */
    static final Duration SLOW = Duration.ofMillis(50);

    private static final System.Logger LOG = System.getLogger(HandlerReports.class.getName());
    private static final long INTERVAL_NANOS = 1_000_000_000;

    private final ProtocolId protocol;
    private final AtomicLong nextAt = new AtomicLong(System.nanoTime());
    private final AtomicLong leftOut = new AtomicLong();

    HandlerReports(ProtocolId protocol) {
        this.protocol = protocol;
    }

    /** A handler or callback has thrown. */
    void failed(ConnectionMetrics metrics, String what, Throwable e) {
        metrics.handlerFailed(protocol);
        if (mayWarn()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the " + what + " of " + protocol + " failed" + andLeftOut(),
                    e);
        }
    }

    /** A peer's payload did not decode. */
    void malformed(ConnectionMetrics metrics, PeerId peer, MalformedPayloadException e) {
        metrics.malformedPayload(protocol);
        LOG.log(
                System.Logger.Level.DEBUG,
                "peer {0} sent a malformed payload of {1}: {2}",
                peer.shortText(),
                protocol,
                e.getMessage());
    }

    /** Code on a connection's owner has returned; {@code nanos} after it began. */
    void ran(ConnectionMetrics metrics, String what, long nanos) {
        if (nanos < SLOW.toNanos()) {
            return;
        }
        metrics.slowInline(protocol);
        if (mayWarn()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the inline {0} of {1} took {2} ms and held up its connection{3}",
                    what,
                    protocol,
                    nanos / 1_000_000,
                    andLeftOut());
        }
    }

    /** An answer found no room in the send queue until its caller's deadline. */
    void noRoom(PeerId peer, int bytes) {
        if (mayWarn()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "an answer of {0} bytes for peer {1} under {2} found no room in time"
                            + " (priorities.queue_bytes, budget.total_bytes){3}",
                    bytes,
                    peer.shortText(),
                    protocol,
                    andLeftOut());
        }
    }

    private boolean mayWarn() {
        var now = System.nanoTime();
        var at = nextAt.get();
        if (now - at >= 0 && nextAt.compareAndSet(at, now + INTERVAL_NANOS)) {
            return true;
        }
        leftOut.incrementAndGet();
        return false;
    }

    private String andLeftOut() {
        var count = leftOut.getAndSet(0);
        return count == 0 ? "" : " (" + count + " more lines like this were left out)";
    }
}
