package dev.aptosnet.domain.network;

import dev.aptosnet.domain.connectivity.PeerDescription;
import dev.aptosnet.domain.health.HealthChecker;
import dev.aptosnet.domain.monitoring.PeerMonitor;
import dev.aptosnet.domain.rollout.QuicRollout;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What has happened to a network. */
public sealed interface NetworkEvent {
    /**
     * The configuration trusts a peer, or gives it other keys or another role.
     *
     * @param keys added to those that it has
     */
    record PeerTrusted(PeerId peer, Set<PublicKey> keys, PeerRole role) implements NetworkEvent {}

    /** The configuration names a peer to keep connected, at these addresses and no earlier ones. */
    record SeedAdded(PeerId peer, List<NetworkAddress> addresses) implements NetworkEvent {}

    /** A source gives its complete view. */
    record Discovered(SourceKind source, Map<PeerId, PeerDescription> view)
            implements NetworkEvent {}

    /**
     * A source says what it will know after the next change of epoch.
     *
     * @param expected when the change is expected
     */
    record EpochAnnounced(SourceKind source, Map<PeerId, PeerDescription> view, MonoTime expected)
            implements NetworkEvent {}

    /** The announced epoch will not come, or not so. */
    record EpochRevoked() implements NetworkEvent {}

    /** A peer connected to us. */
    record Accepted(ProvenLink link) implements NetworkEvent {}

    /** A dial reached its peer. */
    record Dialed(DialId dial, ProvenLink link) implements NetworkEvent {}

    /** A dial failed, or was canceled. */
    record DialFailed(DialId dial, SetupFailure why) implements NetworkEvent {}

    /**
     * A probe ended.
     *
     * @param took null if nothing answered
     */
    record Probed(DialId probe, @Nullable Duration took) implements NetworkEvent {}

    /** A connection that was opened is gone. */
    record Closed(ConnectionId connection, PeerId peer, DisconnectReason reason)
            implements NetworkEvent {}

    /**
     * The application wants a dial; {@link NetworkEffect.DialSucceeded} or its opposite answers.
     */
    record DialRequested(DialId dial, PeerId peer, NetworkAddress address)
            implements NetworkEvent {}

    /** The application no longer wants a dial, which is still answered. */
    record DialWithdrawn(DialId dial) implements NetworkEvent {}

    /**
     * The connection to a peer shall end.
     *
     * @param request comes back in {@link NetworkEffect.Answer}; {@link #NO_ANSWER} for none
     */
    record DisconnectRequested(PeerId peer, DisconnectReason reason, long request)
            implements NetworkEvent {
        /** The request needs no answer. */
        public static final long NO_ANSWER = -1;
    }

    /** A ping was answered, with some nonce, so long after it was sent. */
    record Ponged(HealthChecker.Effect.Ping ping, int nonce, Duration roundTrip)
            implements NetworkEvent {}

    /** A ping was not answered in time, or with nonsense. */
    record PingFailed(HealthChecker.Effect.Ping ping) implements NetworkEvent {}

    /** A peer pinged us. */
    record Pinged(PeerId peer) implements NetworkEvent {}

    /** A monitoring request was answered, so long after it was sent. */
    record MonitoringAnswered(PeerMonitor.Effect.Ask ask, Bytes payload, Duration took)
            implements NetworkEvent {}

    /** A monitoring request was not answered in time. */
    record MonitoringTimedOut(PeerMonitor.Effect.Ask ask) implements NetworkEvent {}

    /** A monitoring request was not sent or was refused, which says nothing of the peer. */
    record MonitoringNotAsked(PeerMonitor.Effect.Ask ask) implements NetworkEvent {}

    /** From the next dial on, these are tried over QUIC; connections stay as they are. */
    record RolloutChanged(QuicRollout rollout) implements NetworkEvent {}

    /** A dial of the node has ended, so that one which waits for its place may go. */
    record DialPlaceFreed() implements NetworkEvent {}

    /** The node stops: nothing is dialed or admitted from now on, and what waits is answered. */
    record Stopping() implements NetworkEvent {}

    /** It is {@link NetworkMachine#nextDeadline} or later. */
    record TimeReached() implements NetworkEvent {}
}
