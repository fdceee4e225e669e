package dev.aptosnet.bootstrap.runtime;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * The direct sends of one peer and protocol on their way to the handler: taken in order by a
 * virtual thread that exists only while there are any. When full, the message that arrives is
 * dropped.
 */
final class InboundQueue {
    private static final System.Logger LOG = System.getLogger(InboundQueue.class.getName());

    private final PeerId peer;
    private final Registration registration;
    private final Registration.DirectHandler handler;
    private final InboundAccount account;
    private final int maxMessages;
    private final ArrayDeque<Bytes> waiting = new ArrayDeque<>();
    private boolean draining;

    InboundQueue(
            PeerId peer,
            Registration registration,
            Registration.DirectHandler handler,
            InboundAccount account,
            int maxMessages) {
        this.peer = peer;
        this.registration = registration;
        this.handler = handler;
        this.account = account;
        this.maxMessages = maxMessages;
    }

    /** Leaves one message; false if there is no room. Owner only. */
    boolean offer(Bytes payload) {
        synchronized (waiting) {
            if (waiting.size() >= maxMessages || !account.charge(payload.size())) {
                return false;
            }
            waiting.add(payload);
            if (draining) {
                return true;
            }
            draining = true;
        }
        Thread.ofVirtual().name("direct-" + registration.protocol()).start(this::drain);
        return true;
    }

    private void drain() {
        for (var payload = next(); payload != null; payload = next()) {
            try {
                handler.onMessage(peer, payload);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the handler of " + registration.protocol() + " failed",
                        e);
            } finally {
                account.release(payload.size());
            }
        }
    }

    private @Nullable Bytes next() {
        synchronized (waiting) {
            var payload = waiting.poll();
            draining = payload != null;
            return payload;
        }
    }
}
