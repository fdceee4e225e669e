package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.settings.ConnectivitySettings;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What a source will say when the epoch changes, if that was announced (improvements.md I-08).
 * Until then it adds to what is trusted and takes nothing away; a while before the expected moment
 * its peers are dialed.
 */
final class NextEpoch {
    private final PeerId self;
    private final ConnectivitySettings.HandOff settings;
    private @Nullable SourceKind source;
    private NavigableMap<PeerId, PeerDescription> peers = new TreeMap<>();
    private MonoTime dialFrom = MonoTime.NEVER;
    private MonoTime overdueAt = MonoTime.NEVER;
    private boolean dialing;

    NextEpoch(PeerId self, ConnectivitySettings.HandOff settings) {
        this.self = self;
        this.settings = settings;
    }

    /** Replaces what was announced before. */
    void announce(MonoTime now, SourceKind from, Map<PeerId, PeerDescription> view, MonoTime at) {
        var copy = new TreeMap<PeerId, PeerDescription>();
        view.forEach(
                (peer, said) -> {
                    if (!peer.equals(self) && !said.saysNothing()) {
                        copy.put(peer, said);
                    }
                });
        source = from;
        peers = copy;
        dialFrom = at.plusNanos(-settings.preConnect().toNanos());
        overdueAt = at.plus(settings.overdue());
        dialing = !now.isBefore(dialFrom);
    }

    /** Forgets it: it was taken back, it came true, or it is overdue. */
    void clear() {
        source = null;
        peers = new TreeMap<>();
        dialFrom = MonoTime.NEVER;
        overdueAt = MonoTime.NEVER;
        dialing = false;
    }

    boolean isAbout(SourceKind changed) {
        return changed == source;
    }

    boolean isOverdue(MonoTime now) {
        return !now.isBefore(overdueAt);
    }

    /** Whether the moment to dial has come just now. */
    boolean beginsToDial(MonoTime now) {
        if (dialing || now.isBefore(dialFrom)) {
            return false;
        }
        dialing = true;
        return true;
    }

    MonoTime nextDeadline() {
        return dialing ? overdueAt : MonoTime.earlier(dialFrom, overdueAt);
    }

    /** What was announced of the peer. */
    @Nullable PeerDescription find(PeerId peer) {
        return peers.get(peer);
    }

    /** Whom to dial already, if they are not in the present set. */
    Map<PeerId, PeerDescription> dialed() {
        return dialing ? Collections.unmodifiableMap(peers) : Map.of();
    }

    /** All that was announced. */
    Map<PeerId, PeerDescription> all() {
        return Collections.unmodifiableMap(peers);
    }
}
