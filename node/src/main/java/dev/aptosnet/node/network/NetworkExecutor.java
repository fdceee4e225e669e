package dev.aptosnet.node.network;

import dev.aptosnet.domain.connectivity.TrustedSet;
import dev.aptosnet.domain.network.NetworkEffect;
import dev.aptosnet.domain.network.NetworkEvent;
import dev.aptosnet.domain.network.NetworkMachine;
import dev.aptosnet.domain.network.ProvenLink;
import dev.aptosnet.domain.peer.PeerNews;
import dev.aptosnet.domain.rollout.DialRace;
import dev.aptosnet.node.connection.PeerConnection;
import dev.aptosnet.node.connection.ProtocolHandlers;
import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.node.metrics.TrustedPeerGauges;
import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.TrustedPeers;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Carries out what {@link NetworkMachine} orders. On the network's loop, unless a method says
 * otherwise. Effects of one event are all carried out before the next event is taken, also where
 * one of them fails at once.
 */
final class NetworkExecutor implements TrustedPeers {
    private static final System.Logger LOG = System.getLogger(NetworkExecutor.class.getName());

    private final NetworkSettings settings;
    private final NodeWide node;
    private final Clock clock;
    private final NetworkMetrics metrics;
    private final NetworkMachine machine;
    private final Transports transports;
    private final ProtocolHandlers protocols;
    private final HealthProtocol health;
    private final MonitoringProtocol monitoring;
    private final ConnectedPeers connected;
    private final PeerHealths peerHealths;
    private final PeerListeners listeners;
    private final PeerList peerList;
    private final TrustedPeerGauges trustedPeers;
    private final DialFailures failures = new DialFailures();
    private final RaceTickets tickets = new RaceTickets();
    private final Consumer<NetworkEvent> loop;

    /** Proven links that the machine has not decided about. */
    private final Map<ConnectionId, Link> proven = new HashMap<>();

    private final Map<ConnectionId, PeerConnection> connections = new HashMap<>();
    private final Map<Long, CompletableFuture<Boolean>> disconnects = new HashMap<>();
    private final Map<DialId, CompletableFuture<PeerInfo>> dials = new HashMap<>();

    /** What effects led to at once; taken when the effects before are carried out. */
    private final ArrayDeque<NetworkEvent> following = new ArrayDeque<>();

    private long disconnectRequests;
    private volatile TrustedSet trusted = TrustedSet.EMPTY;
    private volatile int dialsUnderWay;
    private volatile int dialsWaiting;
    private volatile int probesInFlight;
    private volatile int quicFailures;

    /**
     * @param loop takes what a connection reports, to be given to {@link #on} on the loop
     */
    NetworkExecutor(
            NetworkSettings settings,
            NodeWide node,
            NetworkMetrics metrics,
            NetworkMachine machine,
            Transports transports,
            ProtocolHandlers protocols,
            HealthProtocol health,
            MonitoringProtocol monitoring,
            ConnectedPeers connected,
            PeerHealths peerHealths,
            PeerList peerList,
            Consumer<NetworkEvent> loop) {
        this.settings = settings;
        this.node = node;
        this.clock = node.clock();
        this.metrics = metrics;
        this.machine = machine;
        this.transports = transports;
        this.protocols = protocols;
        this.health = health;
        this.monitoring = monitoring;
        this.connected = connected;
        this.peerHealths = peerHealths;
        this.listeners = new PeerListeners(settings.listeners());
        this.peerList = peerList;
        this.trustedPeers = new TrustedPeerGauges(metrics, connected::contains);
        this.loop = loop;
    }

    // Any thread.

    @Override
    public Optional<TrustedPeer> find(PeerId peer) {
        return trusted.find(peer);
    }

    int dialsUnderWay() {
        return dialsUnderWay;
    }

    int dialsWaiting() {
        return dialsWaiting;
    }

    int probesInFlight() {
        return probesInFlight;
    }

    int quicFailures() {
        return quicFailures;
    }

    @Nullable SetupFailure lastFailure(PeerId peer) {
        return failures.find(peer);
    }

    // On the loop.

    /** A peer connected to us. */
    void accepted(Link link) {
        proven.put(link.info().id(), link);
        on(new NetworkEvent.Accepted(ProvenLink.of(link.info())));
    }

    /** A dial reached its peer. */
    void dialed(DialId leg, Link link) {
        tickets.answered(leg);
        proven.put(link.info().id(), link);
        on(new NetworkEvent.Dialed(leg, ProvenLink.of(link.info())));
    }

    void dialFailed(DialId leg, SetupFailure why) {
        tickets.failed(leg);
        on(new NetworkEvent.DialFailed(leg, why));
    }

    /** Dials once for the application. */
    void request(NetworkEvent.DialRequested request, CompletableFuture<PeerInfo> answer) {
        dials.put(request.dial(), answer);
        on(request);
    }

    /** Ends the connection to a peer; answered when it is gone. */
    void disconnect(PeerId peer, DisconnectReason reason, CompletableFuture<Boolean> answer) {
        var request = disconnectRequests++;
        disconnects.put(request, answer);
        on(new NetworkEvent.DisconnectRequested(peer, reason, request));
    }

    void on(NetworkEvent event) {
        for (var next = event; next != null; next = following.poll()) {
            for (var effect : machine.on(clock.now(), next)) {
                carryOut(effect);
            }
            if (next instanceof NetworkEvent.Closed closed) {
                connections.remove(closed.connection());
            }
        }
        dialsUnderWay = machine.dialsUnderWay();
        dialsWaiting = machine.dialsWaiting();
        probesInFlight = machine.probesInFlight();
        quicFailures = machine.quicFailures();
    }

    /** The loop has ended: whatever still waits for an answer gets one. */
    void answerAll() {
        disconnects.values().forEach(answer -> answer.complete(true));
        disconnects.clear();
        var why = new SetupFailure(SetupFailure.Reason.CANCELED, "the node stops");
        dials.values().forEach(answer -> answer.completeExceptionally(new ConnectFailure(why)));
        dials.clear();
        proven.values().forEach(link -> close(link, why));
        proven.clear();
    }

    private static void close(Link link, SetupFailure why) {
        link.close(DisconnectReason.REQUESTED_BY_PEER_MANAGER, why.detail());
    }

    private void carryOut(NetworkEffect effect) {
        switch (effect) {
            case NetworkEffect.Trust(var peers) -> trust(peers);
            case NetworkEffect.EpochChanged(var joined, var there) -> epochChanged(joined, there);
            case NetworkEffect.DialStarted _ -> metrics.dialed();
            case NetworkEffect.Dial dial -> dial(dial);
            case NetworkEffect.CancelDial(var leg, var address) -> transports.cancel(leg, address);
            case NetworkEffect.DialSucceeded(var dial, _, var connection) ->
                    dialSucceeded(dial, connection);
            case NetworkEffect.DialFailed failed -> dialFailed(failed);
            case NetworkEffect.RaceEnded ended -> raceEnded(ended);
            case NetworkEffect.Probe probe -> probe(probe);
            case NetworkEffect.Refuse refuse -> refuse(refuse);
            case NetworkEffect.Open open -> open(open);
            case NetworkEffect.Start(var id) -> find(id).ifPresent(PeerConnection::start);
            case NetworkEffect.Offer(var id) -> find(id).ifPresent(this::offer);
            case NetworkEffect.Withdraw(var id, var peer) -> {
                node.store().disconnecting(settings.networkId(), peer, id);
                connected.unpublish(peer, id);
            }
            case NetworkEffect.Drain(var id, var until) ->
                    find(id).ifPresent(
                                    connection -> {
                                        node.store()
                                                .draining(
                                                        settings.networkId(),
                                                        connection.peer(),
                                                        id);
                                        connection.drain(until);
                                    });
            case NetworkEffect.Close(var id, var reason, var detail) ->
                    find(id).ifPresent(connection -> connection.close(reason, detail));
            case NetworkEffect.Evicted _ -> metrics.priorityPeerEviction();
            case NetworkEffect.PeerUp(var id) ->
                    find(id).ifPresent(
                                    connection ->
                                            listeners.tell(
                                                    new PeerNews.Event.Up(connection.info())));
            case NetworkEffect.PeerReplaced(var before, var after) -> replaced(before, after);
            case NetworkEffect.PeerDown(var id, var peer, var reason) -> down(id, peer, reason);
            case NetworkEffect.Answer(var request, var wasConnected) -> {
                var waiting = disconnects.remove(request);
                if (waiting != null) {
                    waiting.complete(wasConnected);
                }
            }
            // A connection that has closed meanwhile reports it; that is on the way to us.
            case NetworkEffect.Ping(var ping) ->
                    find(ping.connection()).ifPresent(connection -> health.send(ping, connection));
            case NetworkEffect.Measured(var peer, var roundTrip) ->
                    health.measured(peer, roundTrip);
            case NetworkEffect.HealthForgotten(var peer) -> health.forget(peer);
            case NetworkEffect.Suspected(var peer, var failed) -> health.suspected(peer, failed);
            case NetworkEffect.Recovered(var peer) -> health.recovered(peer);
            case NetworkEffect.Unresponsive(var peer, var failed) ->
                    health.unresponsive(peer, failed);
            case NetworkEffect.WrongNonce(var peer) -> health.wrongNonce(peer);
            case NetworkEffect.WasLate(var by) -> health.wasLate(by);
            case NetworkEffect.Ask(var ask) ->
                    find(ask.connection())
                            .ifPresent(connection -> monitoring.send(ask, connection));
            case NetworkEffect.MonitoringSucceeded(var kind, var took, var known) ->
                    monitoring.succeeded(kind, took, known);
            case NetworkEffect.MonitoringFailed(var peer, var kind, var why, var failed) ->
                    monitoring.failed(peer, kind, why, failed);
            case NetworkEffect.Unmonitored(var peer, var failed) ->
                    monitoring.unmonitored(peer, failed);
            case NetworkEffect.MonitoringUpdate(var all) ->
                    node.store().monitored(settings.networkId(), all);
        }
    }

    private Optional<PeerConnection> find(ConnectionId id) {
        return Optional.ofNullable(connections.get(id));
    }

    private void trust(TrustedSet peers) {
        trusted = peers;
        node.store().trusted(settings.networkId(), peers);
        if (settings.networkId() == NetworkId.VALIDATOR) {
            trustedPeers.trusted(peers.peers().keySet());
        }
    }

    private void epochChanged(int joined, int preConnected) {
        metrics.epochChanged(joined, preConnected);
        LOG.log(
                System.Logger.Level.INFO,
                "an announced epoch has begun: {0} peers are new, {1} of them connected",
                joined,
                preConnected);
    }

    private void dial(NetworkEffect.Dial dial) {
        var race = dial.race();
        var ticket = race == null ? RaceTicket.FREE : tickets.ticket(race, dial.leg());
        try {
            transports.dial(dial.leg(), dial.peer(), dial.address(), ticket);
        } catch (ConnectFailure e) {
            tickets.failed(dial.leg());
            following.add(new NetworkEvent.DialFailed(dial.leg(), e.failure()));
        }
    }

    private void probe(NetworkEffect.Probe probe) {
        try {
            transports.probe(probe.probe(), probe.address(), probe.limit());
        } catch (ConnectFailure _) {
            // No transport takes such an address, which a dial will tell.
            following.add(new NetworkEvent.Probed(probe.probe(), null));
        }
    }

    private void dialSucceeded(DialId dial, ConnectionId connection) {
        var answer = dials.remove(dial);
        if (answer != null) {
            find(connection).ifPresent(there -> answer.complete(there.info()));
        }
    }

    private void dialFailed(NetworkEffect.DialFailed failed) {
        var why = failed.why();
        if (failed.took() != null) {
            metrics.setupRefused(Origin.OUTBOUND, why.reason());
            metrics.upgraded(Origin.OUTBOUND, false, failed.took());
            var before = failures.put(failed.peer(), why);
            // The first failure of a kind is told, repetitions are not: one line, not a wall.
            var level =
                    before != null && before.reason() == why.reason()
                            ? System.Logger.Level.DEBUG
                            : System.Logger.Level.INFO;
            LOG.log(level, "cannot connect to peer {0}: {1}", failed.peer().shortText(), why);
        }
        var answer = dials.remove(failed.dial());
        if (answer != null) {
            answer.completeExceptionally(new ConnectFailure(why));
        }
    }

    private void raceEnded(NetworkEffect.RaceEnded ended) {
        tickets.ended(ended.dial());
        metrics.raceEnded(ended.winner() == null ? "none" : label(ended.winner()));
        var fallback = ended.fallback();
        if (fallback == null) {
            return;
        }
        metrics.fellBack(
                switch (fallback) {
                    case DialRace.Fallback.Failed(var why) -> label(why.reason());
                    case DialRace.Fallback.Overtaken _ -> "overtaken";
                });
        LOG.log(
                System.Logger.Level.DEBUG,
                "peer {0} is connected over TCP: {1}",
                ended.peer().shortText(),
                fallback);
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private void refuse(NetworkEffect.Refuse refuse) {
        var link = proven.remove(refuse.link().id());
        if (link == null) {
            return;
        }
        var why = refuse.why();
        close(link, why);
        if (why.equals(RaceTicket.NOT_OURS)) {
            return;
        }
        var info = link.info();
        metrics.upgraded(info.origin(), true, info.times().total());
        metrics.setUp(info.transport(), info.origin(), info.times().total());
        if (refuse.refusal() == null && info.origin() == Origin.INBOUND) {
            metrics.setupRefused(Origin.INBOUND, why.reason());
        }
        if (refuse.refusal() != null && refuse.refusal().isRejection()) {
            metrics.connectionRejected(info.origin());
        }
        LOG.log(
                System.Logger.Level.DEBUG,
                "refused connection {0}, peer {1} at {2}: {3}",
                info.id(),
                info.peer().shortText(),
                info.address(),
                why);
    }

    private void open(NetworkEffect.Open open) {
        var link = proven.remove(open.link().id());
        if (link == null) {
            return;
        }
        var info = link.info();
        metrics.upgraded(info.origin(), true, info.times().total());
        metrics.setUp(info.transport(), info.origin(), info.times().total());
        var common =
                protocols.spoken().stream()
                        .filter(open.agreed().common()::contains)
                        .collect(Collectors.toUnmodifiableSet());
        var connection =
                new PeerConnection(
                        link,
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
                                info.times()),
                        open.agreed(),
                        protocols,
                        settings.limits(),
                        settings.inboundRate(),
                        settings.connectionSettings(),
                        node.budget(),
                        clock,
                        metrics.forConnection(),
                        peerHealths.forConnection(),
                        this::connectionClosed);
        connection.health().remember(open.losses().stream().mapToLong(Long::longValue).toArray());
        connections.put(info.id(), connection);
        failures.forget(info.peer());
    }

    private void offer(PeerConnection connection) {
        connection.keep();
        node.store().connected(connection.info());
        connected.publish(connection);
        peerList.begin(clock.now());
    }

    private void replaced(ConnectionId before, ConnectionId after) {
        var old = connections.get(before);
        var connection = connections.get(after);
        if (old != null && connection != null) {
            listeners.tell(new PeerNews.Event.Replaced(old.info(), connection.info()));
        }
    }

    private void down(ConnectionId id, PeerId peer, DisconnectReason reason) {
        node.store().lost(settings.networkId(), peer, id);
        connected.unpublish(peer, id);
        find(id).ifPresent(
                        connection ->
                                listeners.tell(new PeerNews.Event.Down(connection.info(), reason)));
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
        loop.accept(new NetworkEvent.Closed(info.connection(), info.peer(), how.reason()));
    }

    List<PeerConnection> connections() {
        return List.copyOf(connections.values());
    }
}
