package dev.aptosnet.node.connection;

import dev.aptosnet.ports.model.PeerId;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The queues of direct sends of one peer, by protocol number. They belong to the peer and not to a
 * connection: when its connection is replaced, what came over the old one is still handled before
 * what comes over the new one, and never at the same time.
 */
final class PeerInboxes {
    private final @Nullable InboundQueue[] queues = new InboundQueue[ProtocolHandlers.NUMBERS];

    /** Connections that use them. Guarded by the table's entry. */
    private int connections;

    /** The inboxes of every peer that is connected or whose messages are still handled. */
    static final class Table {
        private final ConcurrentHashMap<PeerId, PeerInboxes> byPeer = new ConcurrentHashMap<>();

        /** For a connection to the peer, which gives them back with {@link #release}. */
        PeerInboxes acquire(PeerId peer) {
            return byPeer.compute(
                    peer,
                    (_, known) -> {
                        var inboxes = known == null ? new PeerInboxes() : known;
                        inboxes.connections++;
                        return inboxes;
                    });
        }

        void release(PeerId peer) {
            byPeer.computeIfPresent(
                    peer,
                    (_, inboxes) -> {
                        inboxes.connections--;
                        return inboxes.orNull();
                    });
        }

        /** A queue of the peer has run empty. */
        void idle(PeerId peer) {
            var known = byPeer.get(peer);
            if (known != null && known.connections == 0) {
                byPeer.computeIfPresent(peer, (_, inboxes) -> inboxes.orNull());
            }
        }

        int size() {
            return byPeer.size();
        }
    }

    private @Nullable PeerInboxes orNull() {
        if (connections > 0) {
            return this;
        }
        for (var queue : queues) {
            if (queue != null && queue.isDraining()) {
                return this;
            }
        }
        return null;
    }

    /** The queue of a protocol, made when it is first asked for. */
    synchronized InboundQueue queue(int protocol, Supplier<InboundQueue> make) {
        var queue = queues[protocol];
        if (queue == null) {
            queue = make.get();
            queues[protocol] = queue;
        }
        return queue;
    }
}
