package dev.aptosnet.node.network;

import dev.aptosnet.domain.connection.ConnectionSettings;
import dev.aptosnet.domain.peer.PeerNews;
import dev.aptosnet.domain.peer.Peers;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.node.budget.NodeBudget;
import dev.aptosnet.node.connection.PeerConnection;
import dev.aptosnet.node.connection.ProtocolHandlers;
import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The connections of a network, from the proven link to its end: who is let in, whose connection
 * takes whose place and who is told of it is decided by {@link Peers} and carried out here. On the
 * node's loop only.
 */
final class Connections {
    private static final System.Logger LOG = System.getLogger(Connections.class.getName());

    private final NetworkSettings settings;
    private final ConnectionSettings connectionSettings;
    private final Clock clock;
    private final NetworkMetrics metrics;
    private final NodeBudget budget;
    private final PeerStore store;
    private final ProtocolHandlers protocols;
    private final Greeting greeting;
    private final ConnectedPeers connected;
    private final PeerHealths peerHealths;
    private final Dialing dialer;
    private final Dials dials;
    private final HealthChecks health;
    private final Monitoring monitoring;
    private final PeerListeners listeners;
    private final PeerList peerList;
    private final Consumer<Runnable> loop;

    private final Peers peers;
    private final Map<ConnectionId, PeerConnection> connections = new HashMap<>();
    private final Map<Long, CompletableFuture<Boolean>> disconnects = new HashMap<>();
    private long disconnectRequests;

    /**
     * @param loop takes what a connection's owner wants done on the loop
     */
    Connections(
            NetworkSettings settings,
            NodeWide node,
            NetworkMetrics metrics,
            ProtocolHandlers protocols,
            Greeting greeting,
            ConnectedPeers connected,
            PeerHealths peerHealths,
            Dialing dialer,
            Dials dials,
            HealthChecks health,
            Monitoring monitoring,
            PeerListeners listeners,
            PeerList peerList,
            Consumer<Runnable> loop) {
        this.settings = settings;
        this.connectionSettings = settings.connectionSettings();
        this.clock = node.clock();
        this.metrics = metrics;
        this.budget = node.budget();
        this.store = node.store();
        this.protocols = protocols;
        this.greeting = greeting;
        this.connected = connected;
        this.peerHealths = peerHealths;
        this.dialer = dialer;
        this.dials = dials;
        this.health = health;
        this.monitoring = monitoring;
        this.listeners = listeners;
        this.peerList = peerList;
        this.loop = loop;
        this.peers =
                new Peers(
                        settings.self(),
                        settings.admission(),
                        dialer,
                        new SplittableRandom(new SecureRandom().nextLong()));
    }

    @Nullable PeerConnection find(ConnectionId id) {
        return connections.get(id);
    }

    /** Something happened that concerns who is connected. */
    void on(Peers.Event event) {
        apply(peers.on(event));
    }

    void disconnect(PeerId peer, DisconnectReason reason) {
        apply(peers.on(new Peers.Event.Disconnect(peer, reason)));
    }

    /** The same, answered when it is gone. */
    void disconnect(PeerId peer, DisconnectReason reason, CompletableFuture<Boolean> answer) {
        var request = disconnectRequests++;
        disconnects.put(request, answer);
        apply(peers.on(new Peers.Event.Disconnect(peer, reason, request)));
    }

    /**
     * A link has proven its peer: it becomes a connection, or is closed.
     *
     * @param pending the dial that it answers; null for none
     * @return why there is no connection; null if there is one
     */
    @Nullable SetupFailure proven(Link link, Dials.@Nullable Pending pending) {
        var info = link.info();
        metrics.upgraded(info.origin(), true, info.times().total());
        metrics.setUp(info.transport(), info.origin(), info.times().total());
        return switch (greeting.compare(info.hello())) {
            case Greeting.Outcome.Failed(var why) -> notAgreed(link, why);
            case Greeting.Outcome.Agreed(var agreed) -> agreed(link, agreed, pending);
        };
    }

    private SetupFailure notAgreed(Link link, SetupFailure why) {
        var info = link.info();
        link.close(DisconnectReason.REQUESTED_BY_PEER_MANAGER, why.toString());
        if (info.origin() == Origin.INBOUND) {
            metrics.setupRefused(Origin.INBOUND, why.reason());
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "refused a connection from {0}: {1}",
                    info.address(),
                    why);
        }
        return why;
    }

    private @Nullable SetupFailure agreed(
            Link link, Negotiation.Agreed agreed, Dials.@Nullable Pending pending) {
        var info = link.info();
        var common =
                protocols.spoken().stream()
                        .filter(agreed.common()::contains)
                        .collect(Collectors.toUnmodifiableSet());
        var peerInfo =
                new PeerInfo(
                        settings.networkId(),
                        info.peer(),
                        info.id(),
                        info.role(),
                        info.address(),
                        info.origin(),
                        info.transport(),
                        info.suite(),
                        common,
                        info.times());
        var connection =
                new PeerConnection(
                        link,
                        peerInfo,
                        agreed,
                        protocols,
                        settings.limits(),
                        settings.inboundRate(),
                        connectionSettings,
                        budget,
                        clock,
                        metrics.forConnection(),
                        peerHealths.forConnection(),
                        this::connectionClosed);
        connections.put(info.id(), connection);
        var refused =
                apply(
                        peers.on(
                                new Peers.Event.Proven(
                                        new Peers.Connected(
                                                info.id(), info.peer(), info.origin(), info.role()),
                                        dialer.isAhead(info.peer()))));
        if (refused == null) {
            if (pending != null && pending.answer() != null) {
                pending.answer().complete(peerInfo);
            }
            return null;
        }
        var live = connected.find(info.peer());
        if (pending != null && pending.answer() == null && peers.isConnected(info.peer())) {
            return null; // Another connection is there, be it one that is not offered.
        }
        if (pending != null && live != null) {
            if (pending.answer() != null) {
                pending.answer().complete(live.info());
            }
            return null;
        }
        return refused;
    }

    /** Carries effects out; returns why a new connection was refused, null if none was. */
    private @Nullable SetupFailure apply(List<Peers.Effect> effects) {
        SetupFailure refused = null;
        for (var effect : effects) {
            switch (effect) {
                case Peers.Effect.Refuse(var peer, var why, var detail) ->
                        refused = refused(peer, why, detail);
                case Peers.Effect.Withdraw(var peer) -> {
                    store.disconnecting(settings.networkId(), peer.peer(), peer.id());
                    connected.unpublish(peer.peer(), peer.id());
                }
                case Peers.Effect.Evicted _ -> metrics.priorityPeerEviction();
                case Peers.Effect.Answer(var request, var wasConnected) -> {
                    var waiting = disconnects.remove(request);
                    if (waiting != null) {
                        waiting.complete(wasConnected);
                    }
                }
                case Peers.Effect.Start(var peer) -> {
                    var connection = connections.get(peer.id());
                    if (connection != null) {
                        store.connected(connection.info());
                        connected.publish(connection);
                        peerList.begin(clock.now());
                        connection.start();
                    }
                }
                case Peers.Effect.StartHeldBack(var peer) -> {
                    dials.succeeded(peer.peer());
                    var connection = connections.get(peer.id());
                    if (connection != null) {
                        connection.start();
                        watch(connection);
                    }
                }
                case Peers.Effect.Offer(var peer, var isNew) -> {
                    var connection = connections.get(peer.id());
                    if (connection != null) {
                        connection.keep();
                        store.connected(connection.info());
                        connected.publish(connection);
                        peerList.begin(clock.now());
                        if (isNew) {
                            var info = connection.info();
                            listeners.tell(new PeerNews.Event.Up(info));
                        }
                    }
                }
                case Peers.Effect.EndedUnseen(var peer) -> {
                    dialer.disconnected(peer.peer(), peer.id());
                    var connection = connections.get(peer.id());
                    if (connection != null) {
                        health.lost(connection.info());
                        monitoring.lost(connection.info());
                    }
                }
                case Peers.Effect.Drain(var peer, var until) -> {
                    var connection = connections.get(peer.id());
                    if (connection != null) {
                        connection.drain(until);
                    }
                }
                case Peers.Effect.Close(var id, var reason, var detail) -> {
                    var connection = connections.get(id);
                    if (connection != null) {
                        connection.close(reason, detail);
                    }
                }
                case Peers.Effect.PeerUp(var peer) -> {
                    dials.succeeded(peer.peer());
                    var connection = connections.get(peer.id());
                    if (connection != null) {
                        watch(connection);
                        var info = connection.info();
                        listeners.tell(new PeerNews.Event.Up(info));
                    }
                }
                case Peers.Effect.PeerReplaced(var before, var after) -> {
                    var old = connections.get(before.id());
                    var connection = connections.get(after.id());
                    if (connection != null) {
                        watch(connection);
                        if (old != null) {
                            listeners.tell(
                                    new PeerNews.Event.Replaced(old.info(), connection.info()));
                        }
                    }
                }
                case Peers.Effect.PeerDown(var peer, var reason) -> {
                    // What its pings told is worth more than a probe.
                    health.roundTrip(peer.peer())
                            .ifPresent(known -> dialer.measured(peer.peer(), known.smoothed()));
                    dialer.disconnected(peer.peer(), peer.id());
                    store.lost(settings.networkId(), peer.peer(), peer.id());
                    connected.unpublish(peer.peer(), peer.id());
                    var connection = connections.get(peer.id());
                    if (connection != null) {
                        var info = connection.info();
                        health.lost(info);
                        monitoring.lost(info);
                        listeners.tell(new PeerNews.Event.Down(info, reason));
                    }
                }
            }
        }
        return refused;
    }

    /** Tells those of the loop that keep connections. */
    private void watch(PeerConnection connection) {
        dialer.connected(connection.info(), connection.key());
        health.connected(connection.info());
        monitoring.connected(connection.info());
    }

    private SetupFailure refused(Peers.Connected refused, Peers.Refusal why, String detail) {
        var connection = connections.remove(refused.id());
        if (connection != null) {
            connection.close(DisconnectReason.REQUESTED_BY_PEER_MANAGER, detail);
        }
        if (why.isRejection()) {
            metrics.connectionRejected(refused.origin());
        }
        LOG.log(
                System.Logger.Level.DEBUG,
                "refused connection {0}, peer {1}: {2}",
                refused.id(),
                refused.peer().shortText(),
                detail);
        return failure(
                switch (why) {
                    case ACCESS_POLICY, INBOUND_LIMIT, DRAINING -> SetupFailure.Reason.NOT_ADMITTED;
                    case SELF -> SetupFailure.Reason.SELF_DIAL;
                    case TIE_BREAK -> SetupFailure.Reason.ALREADY_CONNECTED;
                },
                detail);
    }

    /** On the connection's owner. */
    private void connectionClosed(PeerConnection connection, LinkClosed how) {
        metrics.disconnected(how.reason());
        metrics.handOffCutOff(connection.callsCutOff());
        var info = connection.info();
        LOG.log(
                System.Logger.Level.DEBUG,
                "connection {0}, peer {1} closed: {2}, {3}",
                info.connection(),
                info.peer().shortText(),
                how.reason().label(),
                how.detail());
        loop.accept(
                () -> {
                    apply(
                            peers.on(
                                    new Peers.Event.Closed(
                                            info.connection(), info.peer(), how.reason())));
                    connections.remove(info.connection());
                });
    }

    private static SetupFailure failure(SetupFailure.Reason reason, String detail) {
        return new SetupFailure(reason, detail);
    }
}
