package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.transport.DialId;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Dials that wait and dials under way, at most one of both for each peer. What is due leaves in the
 * order of roles as far as the allowance and the number of dials under way allow (improvements.md
 * I-07).
 */
final class DialQueue {
    private final int maxPending;
    private final DialAllowance allowance;
    private final TreeMap<PeerId, Waiting> waiting = new TreeMap<>();
    private final TreeMap<PeerId, UnderWay> underWay = new TreeMap<>();

    DialQueue(int maxPending, DialAllowance allowance) {
        this.maxPending = maxPending;
        this.allowance = allowance;
    }

    /** A dial that waits for its moment. */
    record Waiting(PeerId peer, PeerRole role, MonoTime due) {
        private boolean goesBefore(@Nullable Waiting other) {
            if (other == null) {
                return true;
            }
            var byRole = role.compareTo(other.role);
            return byRole != 0 ? byRole < 0 : due.isBefore(other.due);
        }
    }

    /** A dial that the transport has not answered; {@code canceled} if it was told to give up. */
    record UnderWay(DialId id, PeerId peer, NetworkAddress address, boolean canceled) {}

    boolean contains(PeerId peer) {
        return waiting.containsKey(peer) || underWay.containsKey(peer);
    }

    int size() {
        return waiting.size() + underWay.size();
    }

    int waiting() {
        return waiting.size();
    }

    void add(Waiting dial) {
        waiting.put(dial.peer(), dial);
    }

    /** Forgets a dial that waits, if there is one; one under way runs on. */
    boolean forget(PeerId peer) {
        return waiting.remove(peer) != null;
    }

    /** The peers of dials that wait. */
    List<PeerId> waitingPeers() {
        return List.copyOf(waiting.keySet());
    }

    /**
     * A dial that may leave now, taken out of the queue; null if none may. To be followed by {@link
     * #started} or {@link #notStarted}.
     */
    @Nullable Waiting next(MonoTime now) {
        if (underWay.size() >= maxPending) {
            return null;
        }
        Waiting first = null;
        for (var dial : waiting.values()) {
            if (!now.isBefore(dial.due()) && dial.goesBefore(first)) {
                first = dial;
            }
        }
        if (first == null || !allowance.take(now)) {
            return null;
        }
        waiting.remove(first.peer());
        return first;
    }

    /** What {@link #next} gave is not wanted any more. */
    void notStarted() {
        allowance.ended();
    }

    void started(DialId id, PeerId peer, NetworkAddress address) {
        underWay.put(peer, new UnderWay(id, peer, address, false));
    }

    /** Marks the dials under way to peers that are {@code unwanted}, and gives those it marked. */
    List<UnderWay> cancel(Predicate<PeerId> unwanted) {
        var canceled = new ArrayList<UnderWay>();
        underWay.replaceAll(
                (peer, dial) -> {
                    if (dial.canceled() || !unwanted.test(peer)) {
                        return dial;
                    }
                    canceled.add(dial);
                    return new UnderWay(dial.id(), peer, dial.address(), true);
                });
        return canceled;
    }

    /** Frees the place of a dial; false if it is not one of ours. */
    boolean ended(DialId id) {
        var ended = underWay.values().removeIf(dial -> dial.id().equals(id));
        if (ended) {
            allowance.ended();
        }
        return ended;
    }

    /** When {@link #next} may have something, as far as time decides it. */
    MonoTime nextDeadline(MonoTime now) {
        if (underWay.size() >= maxPending || waiting.isEmpty()) {
            return MonoTime.NEVER;
        }
        var due = MonoTime.NEVER;
        for (var dial : waiting.values()) {
            due = MonoTime.earlier(due, dial.due());
        }
        var allowed = allowance.nextAt(now);
        return due.isBefore(allowed) ? allowed : due;
    }
}
