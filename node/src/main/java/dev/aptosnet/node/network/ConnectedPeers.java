package dev.aptosnet.node.network;

import dev.aptosnet.node.connection.PeerConnection;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.Clock;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The peers that senders see: an immutable snapshot, which the node's loop replaces. Everything but
 * {@link #publish} and {@link #unpublish} may be called from any thread.
 */
final class ConnectedPeers {
    private final Clock clock;
    private final Object changed = new Object();
    private volatile Map<PeerId, PeerConnection> snapshot = Map.of();

    ConnectedPeers(Clock clock) {
        this.clock = clock;
    }

    /** The connection to a peer, also a draining one. */
    @Nullable PeerConnection find(PeerId peer) {
        return snapshot.get(peer);
    }

    /** The connection to a peer, unless it drains. */
    @Nullable PeerConnection usable(PeerId peer) {
        var found = snapshot.get(peer);
        return found == null || found.isDraining() ? null : found;
    }

    long draining() {
        return snapshot.values().stream().filter(PeerConnection::isDraining).count();
    }

    boolean contains(PeerId peer) {
        return snapshot.containsKey(peer);
    }

    Collection<PeerConnection> connections() {
        return snapshot.values();
    }

    /** By peer id. */
    List<PeerInfo> infos() {
        return snapshot.values().stream()
                .filter(connection -> !connection.isDraining())
                .map(PeerConnection::info)
                .sorted((a, b) -> a.peer().compareTo(b.peer()))
                .toList();
    }

    long count(Origin origin) {
        return snapshot.values().stream().filter(c -> c.info().origin() == origin).count();
    }

    long count(String transport) {
        return snapshot.values().stream()
                .filter(c -> c.info().transport().equals(transport))
                .count();
    }

    /** Offers a connection to senders, in place of an earlier one to that peer. On the loop. */
    void publish(PeerConnection connection) {
        var next = new HashMap<>(snapshot);
        next.put(connection.info().peer(), connection);
        replace(next);
    }

    /** Offers a connection no longer; another one to that peer stays. On the loop. */
    void unpublish(PeerId peer, ConnectionId connection) {
        var offered = snapshot.get(peer);
        if (offered != null && offered.info().connection().equals(connection)) {
            var next = new HashMap<>(snapshot);
            next.remove(peer);
            replace(next);
        }
    }

    private void replace(Map<PeerId, PeerConnection> next) {
        synchronized (changed) {
            snapshot = next;
            changed.notifyAll();
        }
    }

    /** Waits until a peer is connected; false if it is not by then. */
    boolean await(PeerId peer, MonoTime until) throws InterruptedException {
        synchronized (changed) {
            while (usable(peer) == null) {
                if (!waitForChange(until)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Waits until no peer is connected; false if one still is by then. */
    boolean awaitNone(MonoTime until) throws InterruptedException {
        synchronized (changed) {
            while (!snapshot.isEmpty()) {
                if (!waitForChange(until)) {
                    return false;
                }
            }
            return true;
        }
    }

    private boolean waitForChange(MonoTime until) throws InterruptedException {
        var left = until.nanosSince(clock.now());
        if (left <= 0) {
            return false;
        }
        TimeUnit.NANOSECONDS.timedWait(changed, Math.max(left, 1_000_000));
        return true;
    }
}
