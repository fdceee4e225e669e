package dev.aptosnet.domain.network;

import dev.aptosnet.domain.connectivity.DialAllowance;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.DialId;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.List;

/** Dials that the application wants and that wait for their turn, first in, first out. */
final class RequestedDials {
    /** How many may wait. */
    static final int MAX_WAITING = 1024;

    private final DialAllowance allowance;
    private final ArrayDeque<Request> waiting = new ArrayDeque<>();

    record Request(DialId id, PeerId peer, NetworkAddress address) {}

    RequestedDials(DialAllowance allowance) {
        this.allowance = allowance;
    }

    /** False if as many wait as may. */
    boolean add(Request request) {
        return waiting.size() < MAX_WAITING && waiting.add(request);
    }

    /** The next one that may go now, to be followed by {@link #ended} once; null for none. */
    @Nullable Request next(MonoTime now) {
        return !waiting.isEmpty() && allowance.take(now) ? waiting.remove() : null;
    }

    /** A dial that was let go is over. */
    void ended() {
        allowance.ended();
    }

    /** Takes a waiting one back; null if it does not wait. */
    @Nullable Request withdraw(DialId id) {
        for (var request : waiting) {
            if (request.id().equals(id)) {
                waiting.remove(request);
                return request;
            }
        }
        return null;
    }

    /** Takes all back. */
    List<Request> withdrawAll() {
        var all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }

    int size() {
        return waiting.size();
    }

    MonoTime nextDeadline(MonoTime now) {
        return waiting.isEmpty() ? MonoTime.NEVER : allowance.nextAt(now);
    }
}
