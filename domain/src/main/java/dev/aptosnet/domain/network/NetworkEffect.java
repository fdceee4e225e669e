package dev.aptosnet.domain.network;

import dev.aptosnet.domain.connectivity.TrustedSet;
import dev.aptosnet.domain.health.HealthChecker;
import dev.aptosnet.domain.monitoring.MonitoringFailure;
import dev.aptosnet.domain.monitoring.PeerMonitor;
import dev.aptosnet.domain.monitoring.RequestKind;
import dev.aptosnet.domain.peer.Peers;
import dev.aptosnet.domain.rollout.DialRace;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.ports.client.RoundTrip;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.monitoring.PeerMonitoring;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What a network orders or reports, to be carried out in this order. */
public sealed interface NetworkEffect {
    // Trust.

    /** From now on these peers are trusted. */
    record Trust(TrustedSet peers) implements NetworkEffect {}

    /**
     * An announced epoch has begun.
     *
     * @param joined how many peers are new
     * @param preConnected how many of them were connected already
     */
    record EpochChanged(int joined, int preConnected) implements NetworkEffect {}

    // Dials.

    /** A dial begins; its legs follow. */
    record DialStarted(DialId dial, PeerId peer) implements NetworkEffect {}

    /**
     * Dial; to be answered by {@link NetworkEvent.Dialed} or {@link NetworkEvent.DialFailed}, once,
     * and never while this effect is carried out.
     *
     * @param race the race in which one leg alone may prove who we are; null for a dial that races
     *     with no other
     */
    record Dial(DialId leg, PeerId peer, NetworkAddress address, @Nullable DialId race)
            implements NetworkEffect {}

    /** Give up a leg, which is still to be answered. */
    record CancelDial(DialId leg, NetworkAddress address) implements NetworkEffect {}

    /** A dial led to this connection, or the peer was connected by it already. */
    record DialSucceeded(DialId dial, PeerId peer, ConnectionId connection)
            implements NetworkEffect {}

    /**
     * A dial led to no connection.
     *
     * @param took since it began; null if it never did
     */
    record DialFailed(DialId dial, PeerId peer, SetupFailure why, @Nullable Duration took)
            implements NetworkEffect {}

    /**
     * A race is over.
     *
     * @param winner null if both legs failed
     * @param fallback why TCP won although QUIC was tried; null if it did not
     */
    record RaceEnded(
            DialId dial,
            PeerId peer,
            DialRace.@Nullable Leg winner,
            DialRace.@Nullable Fallback fallback)
            implements NetworkEffect {}

    /** Measure how long a connection takes; to be answered by {@link NetworkEvent.Probed}. */
    record Probe(DialId probe, NetworkAddress address, Duration limit) implements NetworkEffect {}

    // Connections.

    /**
     * Close a proven link that becomes no connection.
     *
     * @param refusal why the peer was not admitted; null if the link failed before that
     */
    record Refuse(ProvenLink link, SetupFailure why, Peers.@Nullable Refusal refusal)
            implements NetworkEffect {}

    /**
     * Make the connection of a proven link; neither its link is started nor do senders see it.
     *
     * @param losses when the peer was lost lately, in nanoseconds, for {@code Departures.count}
     */
    record Open(ProvenLink link, Negotiation.Agreed agreed, List<Long> losses)
            implements NetworkEffect {}

    /** Let the link of a connection carry messages. */
    record Start(ConnectionId connection) implements NetworkEffect {}

    /** Let senders use a connection; a draining one drains no longer. */
    record Offer(ConnectionId connection) implements NetworkEffect {}

    /** Senders find the connection no longer. */
    record Withdraw(ConnectionId connection, PeerId peer) implements NetworkEffect {}

    /** Open nothing more on a connection, and end it as stale once idle, or at {@code until}. */
    record Drain(ConnectionId connection, MonoTime until) implements NetworkEffect {}

    /** End a connection. */
    record Close(ConnectionId connection, DisconnectReason reason, String detail)
            implements NetworkEffect {}

    /** A connection had to make room for a priority peer. */
    record Evicted(ConnectionId connection) implements NetworkEffect {}

    /** Tell applications that a peer is there. */
    record PeerUp(ConnectionId connection) implements NetworkEffect {}

    /** Tell applications that the connection to a peer is another one now. */
    record PeerReplaced(ConnectionId before, ConnectionId after) implements NetworkEffect {}

    /** Tell applications that no connection to a peer is left. */
    record PeerDown(ConnectionId connection, PeerId peer, DisconnectReason reason)
            implements NetworkEffect {}

    /** A requested disconnect is done, or there was no connection. */
    record Answer(long request, boolean wasConnected) implements NetworkEffect {}

    // Health.

    /** Send a ping; answered by at most one of the events that name it. */
    record Ping(HealthChecker.Effect.Ping ping) implements NetworkEffect {}

    /** A peer's round trip was measured. */
    record Measured(PeerId peer, RoundTrip roundTrip) implements NetworkEffect {}

    /** What pings said of a peer holds no longer: it is connected anew, or gone. */
    record HealthForgotten(PeerId peer) implements NetworkEffect {}

    /** So many pings in a row were not answered, and the connection stays. */
    record Suspected(PeerId peer, int failures) implements NetworkEffect {}

    /** A suspected peer was heard of again. */
    record Recovered(PeerId peer) implements NetworkEffect {}

    /** So many pings in a row were not answered; the connection is closed. */
    record Unresponsive(PeerId peer, int failures) implements NetworkEffect {}

    /** A peer answered a ping with a nonce that was not asked. */
    record WrongNonce(PeerId peer) implements NetworkEffect {}

    /** This node stood still for so long that no peer is blamed for pings under way. */
    record WasLate(Duration by) implements NetworkEffect {}

    // Monitoring.

    /** Send a monitoring request; answered by at most one of the events that name it. */
    record Ask(PeerMonitor.Effect.Ask ask) implements NetworkEffect {}

    /** A peer gave a good answer. */
    record MonitoringSucceeded(RequestKind kind, Duration took, PeerMonitoring known)
            implements NetworkEffect {}

    /** So many requests of a kind have failed in a row. */
    record MonitoringFailed(PeerId peer, RequestKind kind, MonitoringFailure why, int failures)
            implements NetworkEffect {}

    /** So many monitoring pings in a row have failed; the connection is closed. */
    record Unmonitored(PeerId peer, int failures) implements NetworkEffect {}

    /** This is known of the peers; of others nothing. */
    record MonitoringUpdate(Map<PeerId, PeerMonitoring> peers) implements NetworkEffect {}
}
