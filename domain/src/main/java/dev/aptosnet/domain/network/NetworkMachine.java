package dev.aptosnet.domain.network;

import dev.aptosnet.domain.connectivity.Connectivity;
import dev.aptosnet.domain.connectivity.DialAllowance;
import dev.aptosnet.domain.connectivity.PeerDescription;
import dev.aptosnet.domain.health.Departures;
import dev.aptosnet.domain.health.HealthChecker;
import dev.aptosnet.domain.monitoring.PeerMonitor;
import dev.aptosnet.domain.network.NetworkDeadline.Part;
import dev.aptosnet.domain.peer.Peers;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.ports.client.RoundTrip;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator.SplittableGenerator;

/**
 * Everything that sees several peers of one network: who is trusted, dialed, admitted, watched and
 * told of. Its parts are machines of their own; what one orders of another becomes that one's event
 * through a queue, so that effects leave in the order in which they were decided. Events and time
 * in, effects out; the node and the simulator carry the same effects out. Single owner.
 */
public final class NetworkMachine {
    private final Connectivity connectivity;
    private final Peers peers;
    private final HealthChecker health;
    private final @Nullable PeerMonitor monitor;
    private final DialRaces races;
    private final RequestedDials requests;
    private final ConfiguredPeers configured;
    private final HandshakeNegotiator negotiator;
    private final Departures departures = new Departures();

    /** Connections from their admission until they are gone. */
    private final Map<ConnectionId, Admitted> admitted = new LinkedHashMap<>();

    private final Map<DialId, PendingDial> pending = new LinkedHashMap<>();

    /** Peers that the application dials, until that fails or the connection ends. */
    private final TreeSet<PeerId> requested = new TreeSet<>();

    /** The newest answers to pings, of watched peers. */
    private final TreeMap<PeerId, RoundTrip> roundTrips = new TreeMap<>();

    /** What parts have ordered of other parts and is not done yet. */
    private final ArrayDeque<Order> orders = new ArrayDeque<>();

    private List<NetworkEffect> out = new ArrayList<>();
    private boolean stopping;

    /** A part has something to do. */
    private interface Order {
        void carryOut(MonoTime now);
    }

    private record Admitted(ProvenLink link, Negotiation.Agreed agreed) {
        boolean speaks(ProtocolId protocol) {
            return agreed.common().contains(protocol);
        }
    }

    private record PendingDial(PeerId peer, MonoTime since, boolean requested) {}

    /**
     * @param own asked before each dial of the network's own
     * @param application asked before each dial that the application wants
     * @param random a seeded generator
     * @param start the moment of the first check
     */
    public NetworkMachine(
            NetworkSetup setup,
            DialAllowance own,
            DialAllowance application,
            SplittableGenerator random,
            MonoTime start) {
        var node = setup.own();
        this.connectivity =
                new Connectivity(node, setup.connectivity(), own, random.split(), 0, start);
        this.peers =
                new Peers(
                        node.self(),
                        setup.admission(),
                        peer -> connectivity.trusted().find(peer),
                        random.split());
        this.health = new HealthChecker(setup.health(), random.split());
        this.monitor =
                setup.monitoring()
                        .map(
                                settings ->
                                        new PeerMonitor(
                                                settings,
                                                node.network(),
                                                node.validator(),
                                                random.split()))
                        .orElse(null);
        this.races = new DialRaces(node.self(), setup.quic(), new RaceOutcome());
        this.requests = new RequestedDials(application);
        this.configured = new ConfiguredPeers(node.network(), node.validator());
        this.negotiator = new HandshakeNegotiator(setup.hello());
    }

    /** Takes one event. */
    public List<NetworkEffect> on(MonoTime now, NetworkEvent event) {
        out = new ArrayList<>(4);
        take(now, event);
        for (var order = orders.poll(); order != null; order = orders.poll()) {
            order.carryOut(now);
        }
        return out;
    }

    /** When the machine wants {@link NetworkEvent.TimeReached}. */
    public NetworkDeadline nextDeadline(MonoTime now) {
        var next = new NetworkDeadline(connectivity.nextDeadline(), Part.CONNECTIVITY);
        next = earlier(next, requests.nextDeadline(now), Part.REQUESTED_DIALS);
        next = earlier(next, races.nextDeadline(), Part.RACES);
        next = earlier(next, health.nextDeadline(), Part.HEALTH);
        return monitor == null ? next : earlier(next, monitor.nextDeadline(), Part.MONITORING);
    }

    private static NetworkDeadline earlier(NetworkDeadline next, MonoTime at, Part part) {
        return at.isBefore(next.at()) ? new NetworkDeadline(at, part) : next;
    }

    /** How many dials are under way. */
    public int dialsUnderWay() {
        return pending.size();
    }

    /** How many dials that the application wants wait for their turn. */
    public int dialsWaiting() {
        return requests.size();
    }

    /** How many latency probes are under way. */
    public int probesInFlight() {
        return connectivity.probesInFlight();
    }

    /** How many peers are remembered as out of QUIC's reach. */
    public int quicFailures() {
        return races.rememberedFailures();
    }

    /** How many peers are connected, held back and draining ones included. */
    public int connectedPeers() {
        return peers.all().size();
    }

    private void take(MonoTime now, NetworkEvent event) {
        switch (event) {
            case NetworkEvent.PeerTrusted(var peer, var keys, var role) -> {
                configured.trust(peer, keys, role);
                discovered(SourceKind.CONFIG, configured.view());
            }
            case NetworkEvent.SeedAdded(var peer, var addresses) -> {
                configured.seed(peer, addresses);
                discovered(SourceKind.CONFIG, configured.view());
            }
            case NetworkEvent.Discovered(var source, var view) -> discovered(source, view);
            case NetworkEvent.EpochAnnounced(var source, var view, var expected) ->
                    tell(new Connectivity.Event.NextSetAnnounced(source, view, expected));
            case NetworkEvent.EpochRevoked _ -> tell(new Connectivity.Event.NextSetRevoked());
            case NetworkEvent.Accepted(var link) -> proven(link);
            case NetworkEvent.Dialed(var dial, var link) -> races.dialed(now, dial, link);
            case NetworkEvent.DialFailed(var dial, var why) -> races.failed(now, dial, why);
            case NetworkEvent.Probed(var probe, var took) ->
                    tell(new Connectivity.Event.ProbeEnded(probe, took));
            case NetworkEvent.Closed(var connection, var peer, var reason) -> {
                apply(now, peers.on(new Peers.Event.Closed(connection, peer, reason)));
                orders.add(_ -> admitted.remove(connection));
            }
            case NetworkEvent.DialRequested(var dial, var peer, var address) ->
                    dialRequested(now, new RequestedDials.Request(dial, peer, address));
            case NetworkEvent.DialWithdrawn(var dial) -> withdrawn(now, dial);
            case NetworkEvent.DisconnectRequested(var peer, var reason, var request) ->
                    apply(now, peers.on(new Peers.Event.Disconnect(peer, reason, request)));
            case NetworkEvent.Ponged(var ping, var nonce, var roundTrip) ->
                    tell(new HealthChecker.Event.Ponged(ping, nonce, roundTrip));
            case NetworkEvent.PingFailed(var ping) ->
                    tell(new HealthChecker.Event.PingFailed(ping));
            case NetworkEvent.Pinged(var peer) -> tell(new HealthChecker.Event.Pinged(peer));
            case NetworkEvent.MonitoringAnswered(var ask, var payload, var took) ->
                    tell(new PeerMonitor.Event.Answered(ask, payload, took));
            case NetworkEvent.MonitoringTimedOut(var ask) ->
                    tell(new PeerMonitor.Event.TimedOut(ask));
            case NetworkEvent.MonitoringNotAsked(var ask) ->
                    tell(new PeerMonitor.Event.NotAsked(ask));
            case NetworkEvent.RolloutChanged(var rollout) -> races.rollout(rollout);
            case NetworkEvent.DialPlaceFreed _ -> {
                tell(new Connectivity.Event.TimeReached());
                dialRequested(now);
            }
            case NetworkEvent.Stopping _ -> stop(now);
            case NetworkEvent.TimeReached _ -> timeReached(now);
        }
    }

    private void timeReached(MonoTime now) {
        races.timeReached(now);
        if (!now.isBefore(connectivity.nextDeadline())) {
            tell(new Connectivity.Event.TimeReached());
        }
        dialRequested(now);
        if (!now.isBefore(health.nextDeadline())) {
            tell(new HealthChecker.Event.TimeReached());
        }
        if (monitor != null && !now.isBefore(monitor.nextDeadline())) {
            tell(new PeerMonitor.Event.TimeReached());
        }
    }

    private void stop(MonoTime now) {
        stopping = true;
        for (var request : requests.withdrawAll()) {
            out.add(new NetworkEffect.DialFailed(request.id(), request.peer(), nodeStops(), null));
        }
        for (var dial : List.copyOf(pending.keySet())) {
            races.cancel(now, dial);
        }
    }

    private static SetupFailure nodeStops() {
        return new SetupFailure(SetupFailure.Reason.CANCELED, "the node stops");
    }

    // What parts order of each other.

    private void discovered(SourceKind source, Map<PeerId, PeerDescription> view) {
        tell(new Connectivity.Event.Discovered(source, view));
    }

    private void tell(Connectivity.Event event) {
        orders.add(now -> connectivity.on(now, event).forEach(effect -> apply(now, effect)));
    }

    private void tell(HealthChecker.Event event) {
        orders.add(now -> health.on(now, event).forEach(this::apply));
    }

    private void tell(PeerMonitor.Event event) {
        if (monitor != null) {
            orders.add(now -> monitor.on(now, event).forEach(this::apply));
        }
    }

    private void tell(Peers.Event event) {
        orders.add(now -> apply(now, peers.on(event)));
    }

    private void apply(MonoTime now, Connectivity.Effect effect) {
        switch (effect) {
            case Connectivity.Effect.Trust(var trusted) ->
                    out.add(new NetworkEffect.Trust(trusted));
            case Connectivity.Effect.Dial(var id, var peer, var address) -> {
                if (!stopping) {
                    dial(now, id, peer, address, false);
                }
            }
            case Connectivity.Effect.Probe(var id, _, var address, var limit) -> {
                if (races.allows(address) && !stopping) {
                    out.add(new NetworkEffect.Probe(id, address, limit));
                } else {
                    tell(new Connectivity.Event.ProbeEnded(id, null));
                }
            }
            case Connectivity.Effect.CancelDial(var id, _) -> races.cancel(now, id);
            case Connectivity.Effect.Disconnect(var peer, _, var reason) ->
                    tell(new Peers.Event.Disconnect(peer, reason));
            case Connectivity.Effect.Offer(var peer, var id) ->
                    tell(new Peers.Event.Belongs(peer, id));
            case Connectivity.Effect.Drain(var peer, var id, var until) ->
                    tell(new Peers.Event.Leaves(peer, id, until));
            case Connectivity.Effect.GiveWay(var peer, var id) ->
                    tell(new Peers.Event.Rekeyed(peer, id));
            case Connectivity.Effect.EpochChanged(var joined, var there) ->
                    out.add(new NetworkEffect.EpochChanged(joined, there));
        }
    }

    private void apply(HealthChecker.Effect effect) {
        switch (effect) {
            case HealthChecker.Effect.Ping ping -> out.add(new NetworkEffect.Ping(ping));
            case HealthChecker.Effect.Disconnect(var peer, _, var failures) -> {
                out.add(new NetworkEffect.Unresponsive(peer, failures));
                tell(
                        new Peers.Event.Disconnect(
                                peer, DisconnectReason.NETWORK_HEALTH_CHECK_FAILURE));
            }
            case HealthChecker.Effect.Measured(var peer, var roundTrip) -> {
                roundTrips.put(peer, roundTrip);
                out.add(new NetworkEffect.Measured(peer, roundTrip));
            }
            case HealthChecker.Effect.Suspected(var peer, var failures) ->
                    out.add(new NetworkEffect.Suspected(peer, failures));
            case HealthChecker.Effect.Recovered(var peer) ->
                    out.add(new NetworkEffect.Recovered(peer));
            case HealthChecker.Effect.WrongNonce(var peer) ->
                    out.add(new NetworkEffect.WrongNonce(peer));
            case HealthChecker.Effect.WasLate(var by) -> out.add(new NetworkEffect.WasLate(by));
        }
    }

    private void apply(PeerMonitor.Effect effect) {
        switch (effect) {
            case PeerMonitor.Effect.Ask ask -> out.add(new NetworkEffect.Ask(ask));
            case PeerMonitor.Effect.Succeeded(_, var kind, var took, var known) ->
                    out.add(new NetworkEffect.MonitoringSucceeded(kind, took, known));
            case PeerMonitor.Effect.Failed(var peer, var kind, var why, var failures) ->
                    out.add(new NetworkEffect.MonitoringFailed(peer, kind, why, failures));
            case PeerMonitor.Effect.Disconnect(var peer, _, var failures) -> {
                out.add(new NetworkEffect.Unmonitored(peer, failures));
                tell(
                        new Peers.Event.Disconnect(
                                peer, DisconnectReason.PEER_MONITORING_PING_FAILURE));
            }
            case PeerMonitor.Effect.Update(var all) ->
                    out.add(new NetworkEffect.MonitoringUpdate(all));
        }
    }

    /** Carries admission's effects out; returns why a new connection was refused, or null. */
    private @Nullable SetupFailure apply(MonoTime now, List<Peers.Effect> effects) {
        SetupFailure refused = null;
        for (var effect : effects) {
            switch (effect) {
                case Peers.Effect.Refuse(var connection, var why, var detail) -> {
                    refused = failure(why, detail);
                    var known = admitted.remove(connection.id());
                    if (known != null) {
                        out.add(new NetworkEffect.Refuse(known.link(), refused, why));
                    }
                }
                case Peers.Effect.Start(var connection) -> {
                    open(connection.id());
                    // Senders see it first, so that an early message can be answered at once.
                    out.add(new NetworkEffect.Offer(connection.id()));
                    out.add(new NetworkEffect.Start(connection.id()));
                }
                case Peers.Effect.StartHeldBack(var connection) -> {
                    open(connection.id());
                    out.add(new NetworkEffect.Start(connection.id()));
                    watch(connection);
                }
                case Peers.Effect.Offer(var connection, var isNew) -> {
                    out.add(new NetworkEffect.Offer(connection.id()));
                    if (isNew) {
                        out.add(new NetworkEffect.PeerUp(connection.id()));
                    }
                }
                case Peers.Effect.Drain(var connection, var until) ->
                        out.add(new NetworkEffect.Drain(connection.id(), until));
                case Peers.Effect.Withdraw(var connection) ->
                        out.add(new NetworkEffect.Withdraw(connection.id(), connection.peer()));
                case Peers.Effect.Close(var id, var reason, var detail) ->
                        out.add(new NetworkEffect.Close(id, reason, detail));
                case Peers.Effect.Evicted(var connection, _) ->
                        out.add(new NetworkEffect.Evicted(connection.id()));
                case Peers.Effect.PeerUp(var connection) -> {
                    watch(connection);
                    out.add(new NetworkEffect.PeerUp(connection.id()));
                }
                case Peers.Effect.PeerReplaced(var before, var after) -> {
                    watch(after);
                    out.add(new NetworkEffect.PeerReplaced(before.id(), after.id()));
                }
                case Peers.Effect.PeerDown(var connection, var reason) -> {
                    out.add(new NetworkEffect.PeerDown(connection.id(), connection.peer(), reason));
                    // What its pings told is worth more than a probe.
                    var known = roundTrips.get(connection.peer());
                    if (known != null) {
                        tell(
                                new Connectivity.Event.LatencyMeasured(
                                        connection.peer(), known.smoothed()));
                    }
                    unwatch(now, connection);
                }
                case Peers.Effect.EndedUnseen(var connection) -> unwatch(now, connection);
                case Peers.Effect.Answer(var request, var wasConnected) ->
                        out.add(new NetworkEffect.Answer(request, wasConnected));
            }
        }
        return refused;
    }

    private static SetupFailure failure(Peers.Refusal why, String detail) {
        return new SetupFailure(
                switch (why) {
                    case ACCESS_POLICY, INBOUND_LIMIT, DRAINING -> SetupFailure.Reason.NOT_ADMITTED;
                    case SELF -> SetupFailure.Reason.SELF_DIAL;
                    case TIE_BREAK -> SetupFailure.Reason.ALREADY_CONNECTED;
                },
                detail);
    }

    private void open(ConnectionId id) {
        var connection = admitted.get(id);
        if (connection != null) {
            out.add(
                    new NetworkEffect.Open(
                            connection.link(),
                            connection.agreed(),
                            Arrays.stream(departures.of(connection.link().peer()))
                                    .boxed()
                                    .toList()));
        }
    }

    /** The parts that keep connections learn of one. */
    private void watch(Peers.Connected up) {
        var connection = admitted.get(up.id());
        if (connection == null) {
            return;
        }
        var link = connection.link();
        tell(
                new Connectivity.Event.PeerUp(
                        up.peer(),
                        up.id(),
                        up.origin(),
                        up.role(),
                        requested.contains(up.peer()),
                        link.key()));
        if (up.origin() == Origin.OUTBOUND) {
            tell(new Connectivity.Event.LatencyMeasured(up.peer(), link.connectTook()));
        }
        forgetHealth(up.peer());
        if (connection.speaks(ProtocolId.HEALTH_CHECKER_RPC)) {
            tell(new HealthChecker.Event.Connected(up.peer(), up.id()));
        }
        if (connection.speaks(ProtocolId.PEER_MONITORING_SERVICE_RPC)) {
            tell(new PeerMonitor.Event.Connected(up.peer(), up.id(), up.role()));
        }
    }

    private void unwatch(MonoTime now, Peers.Connected gone) {
        requested.remove(gone.peer());
        departures.lost(now, gone.peer());
        tell(new Connectivity.Event.PeerDown(gone.peer(), gone.id()));
        forgetHealth(gone.peer());
        tell(new HealthChecker.Event.Lost(gone.peer(), gone.id()));
        tell(new PeerMonitor.Event.Lost(gone.peer(), gone.id()));
    }

    private void forgetHealth(PeerId peer) {
        roundTrips.remove(peer);
        out.add(new NetworkEffect.HealthForgotten(peer));
    }

    // Dials.

    private void dialRequested(MonoTime now, RequestedDials.Request request) {
        SetupFailure refused = null;
        if (stopping) {
            refused = nodeStops();
        } else if (!requests.add(request)) {
            refused =
                    new SetupFailure(
                            SetupFailure.Reason.TOO_MANY_PENDING,
                            RequestedDials.MAX_WAITING
                                    + " dials wait (dials_per_second, max_pending_outbound)");
        }
        if (refused != null) {
            out.add(new NetworkEffect.DialFailed(request.id(), request.peer(), refused, null));
        }
        dialRequested(now);
    }

    private void dialRequested(MonoTime now) {
        for (var next = requests.next(now); next != null; next = requests.next(now)) {
            dial(now, next.id(), next.peer(), next.address(), true);
        }
    }

    private void withdrawn(MonoTime now, DialId dial) {
        var request = requests.withdraw(dial);
        if (request == null) {
            races.cancel(now, dial);
            return;
        }
        out.add(
                new NetworkEffect.DialFailed(
                        dial,
                        request.peer(),
                        new SetupFailure(
                                SetupFailure.Reason.CANCELED,
                                "canceled before it began (dials_per_second,"
                                        + " max_pending_outbound)"),
                        null));
    }

    private void dial(
            MonoTime now, DialId id, PeerId peer, NetworkAddress address, boolean byRequest) {
        pending.put(id, new PendingDial(peer, now, byRequest));
        if (byRequest) {
            requested.add(peer);
        }
        out.add(new NetworkEffect.DialStarted(id, peer));
        // A request names an address and wants that one.
        races.dial(
                now, id, peer, address, byRequest ? List.of() : connectivity.quicAddresses(peer));
    }

    private final class RaceOutcome implements DialRaces.Outcome {
        @Override
        public void dialed(MonoTime now, DialId id, ProvenLink link) {
            NetworkMachine.this.dialed(now, id, link);
        }

        @Override
        public void dialFailed(MonoTime now, DialId id, SetupFailure why) {
            NetworkMachine.this.dialFailed(now, id, why);
        }

        @Override
        public void order(NetworkEffect effect) {
            out.add(effect);
        }
    }

    private void dialed(MonoTime now, DialId id, ProvenLink link) {
        var refused = admit(now, link);
        var dial = pending.get(id);
        if (refused != null && (dial == null || !isReached(dial))) {
            dialFailed(now, id, refused);
            return;
        }
        if (dial == null) {
            return;
        }
        pending.remove(id);
        if (dial.requested()) {
            requests.ended();
        }
        tell(new Connectivity.Event.DialEnded(id, true));
        find(link.peer())
                .ifPresent(
                        connection ->
                                out.add(
                                        new NetworkEffect.DialSucceeded(
                                                id, link.peer(), connection.id())));
    }

    /**
     * Whether a dial has its purpose although its own link was refused. A request wants a
     * connection that senders may use; the network's own dial is content with one held back.
     */
    private boolean isReached(PendingDial dial) {
        return dial.requested() ? peers.isOffered(dial.peer()) : peers.isConnected(dial.peer());
    }

    private Optional<Peers.Connected> find(PeerId peer) {
        return peers.find(peer);
    }

    private void dialFailed(MonoTime now, DialId id, SetupFailure why) {
        var dial = pending.remove(id);
        if (dial == null) {
            return;
        }
        if (dial.requested()) {
            requests.ended();
            requested.remove(dial.peer());
        }
        tell(new Connectivity.Event.DialEnded(id, false));
        out.add(new NetworkEffect.DialFailed(id, dial.peer(), why, now.since(dial.since())));
    }

    // Admission.

    private void proven(ProvenLink link) {
        orders.add(now -> admit(now, link));
    }

    /** Makes a connection of a link, or refuses it and says why. */
    private @Nullable SetupFailure admit(MonoTime now, ProvenLink link) {
        if (stopping) {
            out.add(new NetworkEffect.Refuse(link, nodeStops(), null));
            return nodeStops();
        }
        return switch (negotiator.compare(link.hello())) {
            case HandshakeNegotiator.Outcome.Failed(var why) -> {
                out.add(new NetworkEffect.Refuse(link, why, null));
                yield why;
            }
            case HandshakeNegotiator.Outcome.Agreed(var agreed) -> {
                admitted.put(link.id(), new Admitted(link, agreed));
                yield apply(
                        now,
                        peers.on(
                                new Peers.Event.Proven(
                                        new Peers.Connected(
                                                link.id(), link.peer(), link.origin(), link.role()),
                                        connectivity.isAhead(link.peer()))));
            }
        };
    }
}
