package dev.aptosnet.node.connection;

import dev.aptosnet.domain.queue.KeyedQueue;
import dev.aptosnet.node.metrics.ConnectionMetrics;
import dev.aptosnet.ports.client.Inbox;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/**
 * The direct sends of one protocol on their way to the handler, taken one at a time by a virtual
 * thread that exists only while there are any. Where peers are served side by side each peer has
 * one of its own; where they take turns they share one. Any thread.
 */
final class InboundQueue {
    private final ProtocolId protocol;
    private final ProtocolRegistration.DirectHandler handler;
    private final HandlerReports reports;

    /** Runs when nothing waits any more. */
    private final Runnable whenIdle;

    /** Also the lock. */
    private final KeyedQueue<PeerId, Waiting> queue;

    private boolean draining;

    private record Waiting(
            PeerId peer,
            Bytes payload,
            InboundAccount account,
            ConnectionMetrics metrics,
            Consumer<Bytes> whenDone) {
        void release(ProtocolId protocol) {
            account.release(protocol, payload.size());
        }
    }

    InboundQueue(
            ProtocolId protocol,
            ProtocolRegistration.DirectHandler handler,
            Inbox inbox,
            HandlerReports reports,
            Runnable whenIdle) {
        this.protocol = protocol;
        this.handler = handler;
        this.reports = reports;
        this.whenIdle = whenIdle;
        this.queue = new KeyedQueue<>(inbox.style(), inbox.messages());
    }

    /**
     * Leaves one message. Where there is no room, for its number or for its bytes, this one or an
     * older one of the same peer is dropped and counted, as the style says.
     *
     * @param account what the bytes are charged to until the handler is done with them
     * @param whenDone takes the payload once the handler has returned; not what is dropped
     * @return whether none was dropped
     */
    boolean offer(
            PeerId peer,
            Bytes payload,
            InboundAccount account,
            ConnectionMetrics metrics,
            Consumer<Bytes> whenDone) {
        var dropped = false;
        synchronized (queue) {
            while (!account.charge(protocol, payload.size())) {
                var oldest = queue.evicts() ? queue.evict(peer) : null;
                if (oldest == null) {
                    metrics.droppedDirectSend(protocol, payload.size());
                    return false;
                }
                drop(oldest, metrics);
                dropped = true;
            }
            var gone = queue.push(peer, new Waiting(peer, payload, account, metrics, whenDone));
            if (gone != null) {
                drop(gone, metrics);
                dropped = true;
            }
            if (draining) {
                return !dropped;
            }
            draining = true;
        }
        Thread.ofVirtual().name("direct-" + protocol).start(this::drain);
        return !dropped;
    }

    private void drop(Waiting message, ConnectionMetrics metrics) {
        message.release(protocol);
        metrics.droppedDirectSend(protocol, message.payload.size());
    }

    private void drain() {
        for (var message = next(); message != null; message = next()) {
            try {
                handler.onMessage(message.peer, message.payload);
            } catch (MalformedPayloadException e) {
                reports.malformed(message.metrics, message.peer, e);
            } catch (Throwable e) {
                reports.failed(message.metrics, "handler", e);
            } finally {
                Thread.interrupted(); // What a handler did to its thread ends with its message.
                message.release(protocol);
                message.whenDone.accept(message.payload);
            }
        }
        whenIdle.run();
    }

    boolean isDraining() {
        synchronized (queue) {
            return draining;
        }
    }

    private @Nullable Waiting next() {
        synchronized (queue) {
            var message = queue.poll();
            draining = message != null;
            return message;
        }
    }
}
