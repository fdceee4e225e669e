package dev.aptosnet.domain.connectivity;

import dev.aptosnet.domain.connectivity.Live.Standing;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whom a network knows: what the sources say now and what was announced for the next epoch, whom
 * that makes trusted, and whom of them the node dials (behaviour.md sections 12.2 and 12.3).
 */
final class Members {
    private final OwnNode own;
    private final Set<PeerRole> dialed;
    private final DiscoveredPeers discovered;
    private final NextEpoch next;
    private TrustedSet trusted = TrustedSet.EMPTY;

    Members(OwnNode own, DiscoveredPeers discovered, NextEpoch next) {
        this.own = own;
        this.dialed = DialRoles.dialed(own.network(), own.validator());
        this.discovered = discovered;
        this.next = next;
    }

    /**
     * Works out anew who is trusted.
     *
     * @return whether that changed
     */
    boolean update() {
        var before = trusted;
        trusted = discovered.trusted(next.all());
        return !trusted.equals(before);
    }

    /** Whom all sources together make trusted. */
    TrustedSet trusted() {
        return trusted;
    }

    /** What the sources say of a peer now. */
    @Nullable PeerDescription find(PeerId peer) {
        return discovered.find(peer);
    }

    /** What a peer is to us. */
    Standing standing(PeerId peer) {
        var known = discovered.find(peer);
        if (known != null && !known.keys().isEmpty()) {
            return Standing.MEMBER;
        }
        return trusted.contains(peer) ? Standing.INCOMING : Standing.STRANGER;
    }

    /** Whether the node dials a peer. */
    boolean isWanted(PeerId peer) {
        var known = reachable(peer);
        return known != null
                && (known.pinned() || dialed.contains(known.role()))
                && own.access().allows(peer);
    }

    /** How to reach a peer of the present set, or of the next one if its time has come. */
    @Nullable PeerDescription reachable(PeerId peer) {
        var known = discovered.find(peer);
        if (known == null || !known.isReachable()) {
            known = next.dialed().get(peer);
        }
        return known != null && known.isReachable() ? known : null;
    }

    /** All that are known, and among validators those of the next epoch once their time is near. */
    Map<PeerId, PeerDescription> candidates() {
        var early = next.dialed();
        // Elsewhere a few connections are enough, and nobody has to be there on the minute.
        if (early.isEmpty() || own.network() != NetworkId.VALIDATOR) {
            return discovered.all();
        }
        var all = new TreeMap<>(early);
        all.putAll(discovered.all());
        return all;
    }
}
