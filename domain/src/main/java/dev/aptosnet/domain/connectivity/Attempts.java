package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.settings.ConnectivitySettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/** What was tried to reach a known peer. Lost when the peer is forgotten. */
final class Attempts {
    /** Dials since the peer was last well connected. */
    int dials;

    /** A connection to the peer was lost, so that the other end may be dialing just now. */
    boolean wasConnected;

    private int nextAddress;

    /** Dials queued since the retry window was last over, and the latest of them. */
    private int recent;

    private @Nullable MonoTime last;

    /** The first address again, and the first delay. */
    void startAfresh() {
        dials = 0;
        nextAddress = 0;
    }

    /** Counts a dial and gives the address whose turn it is. */
    NetworkAddress take(List<NetworkAddress> addresses) {
        var turn = nextAddress % addresses.size();
        nextAddress = turn + 1;
        dials = Math.min(dials + 1, 1 << 20);
        return addresses.get(turn);
    }

    /** A dial is queued. */
    void stamp(MonoTime now, ConnectivitySettings.Selection selection) {
        recent = isWithin(now, selection.retryWindow()) ? recent + 1 : 1;
        last = now;
    }

    /** Whether the peer was dialed so lately, and so often, that others go first. */
    boolean isRecent(MonoTime now, ConnectivitySettings.Selection selection) {
        return recent >= selection.dialsBeforeBackoff() && isWithin(now, selection.retryWindow());
    }

    private boolean isWithin(MonoTime now, Duration window) {
        return last != null && now.since(last).compareTo(window) < 0;
    }
}
