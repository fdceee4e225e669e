package dev.aptosnet.simulation;

import dev.aptosnet.domain.queue.FairShare;
import dev.aptosnet.domain.queue.KeyedQueue;
import dev.aptosnet.ports.client.QueueStyle;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.MessageLimits;

import java.util.TreeMap;

/**
 * What a connection has received and its applications have not taken, one queue a protocol, bounded
 * as by the runtime. An application takes a message at once unless it stands still. A message
 * begins with the time at which it was sent.
 */
final class Inboxes implements LinkPeer.Arrivals {
    /** How many bytes of a message are the time. */
    static final int TIME_BYTES = Long.BYTES;

    private static final long LIMIT = MessageLimits.DEFAULT.inboundBytes();

    private final LinkPeer at;
    private final boolean shedding;
    private final TreeMap<ProtocolId, Application> applications = new TreeMap<>();
    private long used;

    /**
     * @param shedding whether a full queue drops what comes; else nothing more is read of the link
     *     until it has room
     */
    Inboxes(LinkPeer at, boolean shedding) {
        this.at = at;
        this.shedding = shedding;
        at.onArrival(this);
    }

    /** One protocol's. */
    final class Application {
        private final KeyedQueue<PeerId, Bytes> queue =
                new KeyedQueue<>(QueueStyle.FIFO, MessageLimits.DEFAULT.inboundQueueMessages());
        private final Waits waits = new Waits();
        private boolean still;
        private long held;
        private long mostHeld;
        private long taken;

        /** Takes nothing until told otherwise. */
        void standStill() {
            still = true;
        }

        void goOn() {
            still = false;
            for (var next = queue.poll(); next != null; next = queue.poll()) {
                held -= next.size();
                used -= next.size();
                handle(next);
            }
            at.link().setReading(true);
        }

        /** Forgets what it has counted. */
        void clear() {
            waits.clear();
            taken = 0;
        }

        /** Bytes of what it has handled. */
        long taken() {
            return taken;
        }

        /** From a message's sending until it was handled. */
        Waits waits() {
            return waits;
        }

        /** The most that ever waited for it, in bytes. */
        long mostHeld() {
            return mostHeld;
        }

        private void take(Bytes payload) {
            if (!still) {
                handle(payload);
            } else if (FairShare.admit(held, used, payload.size(), LIMIT)
                    && queue.push(peer(), payload) == null) {
                held += payload.size();
                used += payload.size();
                mostHeld = Math.max(mostHeld, held);
            } else if (!shedding) {
                at.link().setReading(false);
            }
        }

        private void handle(Bytes payload) {
            taken += payload.size();
            waits.add(at.link().host().now().nanosSince(sentAt(payload)));
        }
    }

    Application of(ProtocolId protocol) {
        return applications.computeIfAbsent(protocol, _ -> new Application());
    }

    @Override
    public void take(ProtocolId protocol, MessageClass messageClass, Bytes payload) {
        of(protocol).take(payload);
    }

    private PeerId peer() {
        return at.link().info().peer();
    }

    /** A message that says when it was sent. */
    static Bytes stamped(MonoTime now, int size) {
        var bytes = new byte[size];
        for (var i = 0; i < TIME_BYTES; i++) {
            bytes[i] = (byte) (now.nanos() >> (8 * i));
        }
        return Bytes.wrap(bytes);
    }

    private static MonoTime sentAt(Bytes payload) {
        var nanos = 0L;
        for (var i = TIME_BYTES - 1; i >= 0; i--) {
            nanos = nanos << 8 | (payload.byteAt(i) & 0xff);
        }
        return new MonoTime(nanos);
    }
}
