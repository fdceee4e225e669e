package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PublicKey;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/** A connection that the node has to a peer. */
final class Live {
    final Connectivity.Event.PeerUp up;

    /** When the peer was connected, by this connection or by the ones that it replaced. */
    final MonoTime since;

    /** Whether the application asked for it, so that the peer need not be trusted. */
    boolean requested;

    /** It was ordered to end since the last check. */
    boolean closing;

    Standing standing;

    /** It is there ahead of the epoch that its peer belongs to. */
    boolean heldBack;

    /** When it has to be gone; null if it may stay. */
    @Nullable MonoTime drainUntil;

    /** The peer's key is another one now, and that was told. */
    boolean outdated;

    /** What a peer is to us at the moment. */
    enum Standing {
        /** Trusted now. */
        MEMBER,
        /** In the set that was announced, and not in the present one. */
        INCOMING,
        /** Neither. */
        STRANGER
    }

    Live(Connectivity.Event.PeerUp up, MonoTime since, Standing standing) {
        this.up = up;
        this.since = since;
        this.requested = up.requested();
        this.standing = standing;
        this.heldBack = standing == Standing.INCOMING;
    }

    ConnectionId connection() {
        return up.connection();
    }

    /** Whether these keys, which speak for the peer now, are others than the one it proved. */
    boolean isUnderAnotherKeyThan(Set<PublicKey> keys) {
        var proven = up.key();
        return proven != null && !keys.isEmpty() && !keys.contains(proven);
    }
}
