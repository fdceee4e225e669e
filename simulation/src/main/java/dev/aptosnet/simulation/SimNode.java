package dev.aptosnet.simulation;

import dev.aptosnet.domain.connection.ConnectionSettings;
import dev.aptosnet.domain.connectivity.Connectivity;
import dev.aptosnet.domain.connectivity.DialLimiter;
import dev.aptosnet.domain.connectivity.DiscoveredPeer;
import dev.aptosnet.domain.connectivity.OwnNode;
import dev.aptosnet.domain.connectivity.TrustedSet;
import dev.aptosnet.domain.health.HealthChecker;
import dev.aptosnet.domain.peer.Admission;
import dev.aptosnet.domain.peer.Peers;
import dev.aptosnet.domain.wire.HandshakeMsg;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.TransportSettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * One process of a validator: the domain's machines, wired as the runtime wires them. The one place
 * of the simulator that knows which machines a node has.
 */
class SimNode {
    private static final HandshakeMsg HELLO =
            HandshakeMsg.v1(
                    ProtocolSet.of(
                            List.of(ProtocolId.HEALTH_CHECKER_RPC, SimConnection.APPLICATION),
                            EnumSet.of(
                                    Capability.INTERLEAVED_STREAMS,
                                    Capability.MANY_FRAGMENTS,
                                    Capability.REFUSALS,
                                    Capability.DEADLINES,
                                    Capability.STREAM_RESET,
                                    Capability.PRIORITY_CLASSES)),
                    4,
                    NetworkId.VALIDATOR);
    private static final Bytes HELLO_BYTES = HELLO.encode();

    private final Run run;
    private final Host host;
    private final VirtualTransport transport;
    private final SplittableRandom random;
    private final Peers peers;
    private final Connectivity connectivity;
    private final HealthChecker health;
    private final Tuning tuning;
    private TrustedSet trusted = TrustedSet.EMPTY;

    /** When trust was last taken from somebody. */
    private MonoTime trustTakenAt = new MonoTime(0);

    /** By the number of the connection's id. */
    private final TreeMap<Long, SimConnection> connections = new TreeMap<>();

    /** The connections that the application may use. */
    private final List<SimConnection> offered = new ArrayList<>();

    private MonoTime nextCall;
    private World.@Nullable Event timer;
    private MonoTime timerAt = MonoTime.NEVER;

    /** Makes the node of the process that runs on {@code host} now. */
    SimNode(Run run, Host host) {
        this.run = run;
        this.host = host;
        this.random = run.world().newRandom();
        this.transport = run.network().transport(host, transportSettings());
        this.peers =
                new Peers(
                        host.peer(),
                        Admission.upTo(100),
                        peer -> trusted.find(peer),
                        random.split());
        this.tuning = run.tuning();
        var pacing = tuning.connectivity().pacing();
        this.connectivity =
                new Connectivity(
                        new OwnNode(
                                host.peer(),
                                NetworkId.VALIDATOR,
                                true,
                                AuthMode.MUTUAL,
                                AccessPolicy.NONE),
                        tuning.connectivity(),
                        new DialLimiter(pacing.dialsPerSecond(), pacing.dialBurst()),
                        random.split(),
                        0,
                        host.now());
        this.health = new HealthChecker(tuning.health(), random.split());
        this.nextCall =
                tuning.callInterval().isZero()
                        ? MonoTime.NEVER
                        : host.now().plusNanos(random.nextLong(tuning.callInterval().toNanos()));
    }

    private TransportSettings transportSettings() {
        var conditions = run.network().conditions();
        return TransportSettings.builder(
                        host.peer(),
                        Bytes.wrap(host.key().toByteArray()),
                        () -> HELLO_BYTES,
                        this::onTransport)
                .authMode(AuthMode.MUTUAL)
                .trusted(peer -> trusted.find(peer))
                .clock(host)
                .limits(
                        TransportSettings.Limits.builder()
                                .upgradeTimeout(conditions.setupTimeout())
                                .closeTimeout(conditions.setupTimeout())
                                .writeTimeout(conditions.writeTimeout())
                                .maxUnsentBytes(conditions.maxUnsentBytes())
                                .build())
                .build();
    }

    /** Listens, trusts these peers, and keeps connected to them from now on. */
    void start(Collection<Host> validators) {
        transport.listen(new ListenId(0), host.address());
        discovered(validators);
    }

    /** The epoch's validators are these. */
    void discovered(Collection<Host> validators) {
        tell(
                new Connectivity.Event.Discovered(
                        SourceKind.ON_CHAIN_VALIDATOR_SET, view(validators)));
    }

    /** The next epoch's will be these. */
    void announced(Collection<Host> validators, MonoTime expected) {
        tell(
                new Connectivity.Event.NextSetAnnounced(
                        SourceKind.ON_CHAIN_VALIDATOR_SET, view(validators), expected));
    }

    /** What was announced will not come. */
    void revoked() {
        tell(new Connectivity.Event.NextSetRevoked());
    }

    private static Map<PeerId, DiscoveredPeer> view(Collection<Host> validators) {
        var view = new TreeMap<PeerId, DiscoveredPeer>();
        for (var validator : validators) {
            view.put(
                    validator.peer(),
                    DiscoveredPeer.of(
                            List.of(validator.address()),
                            Set.of(validator.key()),
                            PeerRole.VALIDATOR));
        }
        return view;
    }

    private void tell(Connectivity.Event event) {
        for (var effect : connectivity.on(host.now(), event)) {
            switch (effect) {
                case Connectivity.Effect.Trust(var peersNow) -> {
                    if (!peersNow.peers().keySet().containsAll(trusted.peers().keySet())) {
                        trustTakenAt = host.now();
                    }
                    trusted = peersNow;
                }
                case Connectivity.Effect.Dial(var id, var peer, var address) -> {
                    run.dialed(host.index());
                    transport.dial(id, peer, address);
                }
                case Connectivity.Effect.Probe(var id, _, var address, var limit) ->
                        transport.probe(id, address, limit);
                case Connectivity.Effect.CancelDial(var id, _) -> transport.cancel(id);
                case Connectivity.Effect.Disconnect(var peer, _, var reason) ->
                        disconnect(peer, reason);
                case Connectivity.Effect.Offer(var peer, var id) ->
                        apply(peers.on(new Peers.Event.Belongs(peer, id)));
                case Connectivity.Effect.Drain(var peer, var id, var until) ->
                        apply(peers.on(new Peers.Event.Leaves(peer, id, until)));
                case Connectivity.Effect.GiveWay(var peer, var id) ->
                        apply(peers.on(new Peers.Event.Rekeyed(peer, id)));
                case Connectivity.Effect.EpochChanged _ -> {}
            }
        }
        setTimer();
    }

    /** Something happened that the health checker wants to know. */
    void tell(HealthChecker.Event event) {
        for (var effect : health.on(host.now(), event)) {
            switch (effect) {
                case HealthChecker.Effect.Ping ping -> {
                    var connection = connections.get(ping.connection().number());
                    if (connection != null) {
                        connection.ping(ping);
                    }
                }
                case HealthChecker.Effect.Disconnect(var peer, _, _) -> {
                    run.noticed(host, peer);
                    disconnect(peer, DisconnectReason.NETWORK_HEALTH_CHECK_FAILURE);
                }
                case HealthChecker.Effect.Suspected(var peer, var failures) -> {
                    // Without the order to disconnect this is all that comes of it.
                    if (failures > tuning.health().failuresTolerated()) {
                        run.noticed(host, peer);
                    }
                }
                case HealthChecker.Effect.Measured _,
                        HealthChecker.Effect.Recovered _,
                        HealthChecker.Effect.WrongNonce _,
                        HealthChecker.Effect.WasLate _ -> {}
            }
        }
        setTimer();
    }

    /** As the runtime's loop: one timer for all that wants to be woken. */
    private void setTimer() {
        var next =
                MonoTime.earlier(
                        nextCall,
                        MonoTime.earlier(connectivity.nextDeadline(), health.nextDeadline()));
        // Being woken early costs less than a new timer each time.
        if (next.isBefore(timerAt)) {
            if (timer != null) {
                timer.cancel();
            }
            timerAt = next;
            timer = host.post(next, EventKind.TIMER, host.index(), this::timeReached);
        }
    }

    private void timeReached() {
        timerAt = MonoTime.NEVER;
        timer = null;
        var now = host.now();
        if (!now.isBefore(connectivity.nextDeadline())) {
            tell(new Connectivity.Event.TimeReached());
        }
        if (!now.isBefore(health.nextDeadline())) {
            tell(new HealthChecker.Event.TimeReached());
        }
        if (!now.isBefore(nextCall)) {
            nextCall = now.plus(tuning.callInterval());
            if (!offered.isEmpty()) {
                offered.get(random.nextInt(offered.size())).ask();
            }
        }
        setTimer();
    }

    private void onTransport(TransportEvent event) {
        switch (event) {
            case TransportEvent.Dialed(var id, var link) -> dialed(id, link);
            case TransportEvent.DialFailed(var id, _) ->
                    tell(new Connectivity.Event.DialEnded(id, false));
            case TransportEvent.Accepted(_, var link) -> proven(link);
            case TransportEvent.Probed(var id, var took) ->
                    tell(new Connectivity.Event.ProbeEnded(id, took));
            case TransportEvent.Listening _,
                    TransportEvent.ListenFailed _,
                    TransportEvent.Refused _ -> {}
        }
    }

    private void dialed(DialId id, Link link) {
        proven(link);
        // Refused for another connection to the same peer: what was wanted is there.
        var there = peers.isConnected(link.info().peer());
        tell(new Connectivity.Event.DialEnded(id, there));
    }

    private void proven(Link proven) {
        var link = (VirtualLink) proven;
        var info = link.info();
        if (!(HandshakeMsg.negotiate(HELLO, HandshakeMsg.decode(info.hello()))
                instanceof Negotiation.Agreed agreed)) {
            link.close(DisconnectReason.REQUESTED_BY_PEER_MANAGER, "nothing in common");
            return;
        }
        if (peers.isConnected(info.peer())) {
            run.tally().collisions++;
        }
        connections.put(
                info.id().number(),
                new SimConnection(this, link, agreed, ConnectionSettings.DEFAULTS));
        apply(admit(new Peers.Connected(info.id(), info.peer(), info.origin(), info.role())));
    }

    /** Ends the connection to a peer. */
    void disconnect(PeerId peer, DisconnectReason reason) {
        apply(peers.on(new Peers.Event.Disconnect(peer, reason)));
    }

    /** Lets a connection come to its end. */
    void drain(SimConnection connection, MonoTime until) {
        connection.drain(until);
    }

    /** Decides about a proven connection. */
    List<Peers.Effect> admit(Peers.Connected connection) {
        return peers.on(
                new Peers.Event.Proven(connection, connectivity.isAhead(connection.peer())));
    }

    private void apply(List<Peers.Effect> effects) {
        for (var effect : effects) {
            switch (effect) {
                case Peers.Effect.Start(var started) -> {
                    var connection = begin(started);
                    if (connection != null) {
                        offered.add(connection);
                    }
                }
                case Peers.Effect.StartHeldBack(var started) -> {
                    begin(started);
                    up(started);
                }
                case Peers.Effect.Offer(var belongs, _) -> {
                    var connection = connections.get(belongs.id().number());
                    if (connection != null) {
                        connection.keep();
                        offered.add(connection);
                    }
                }
                case Peers.Effect.Drain(var leaving, var until) -> {
                    var connection = connections.get(leaving.id().number());
                    if (connection != null) {
                        offered.remove(connection);
                        drain(connection, until);
                    }
                }
                case Peers.Effect.Refuse(var refused, _, var detail) -> {
                    var connection = connections.remove(refused.id().number());
                    if (connection != null) {
                        connection.link().close(DisconnectReason.REQUESTED_BY_PEER_MANAGER, detail);
                    }
                }
                case Peers.Effect.Close(var id, var reason, var detail) -> {
                    var connection = connections.get(id.number());
                    if (connection != null) {
                        connection.link().close(reason, detail);
                    }
                }
                case Peers.Effect.Withdraw(var withdrawn) -> unpublish(withdrawn);
                case Peers.Effect.PeerUp(var connected) -> up(connected);
                case Peers.Effect.PeerReplaced(_, var after) -> up(after);
                case Peers.Effect.PeerDown(var connected, _) -> down(connected);
                case Peers.Effect.EndedUnseen(var connected) -> down(connected);
                case Peers.Effect.Evicted _, Peers.Effect.Answer _ -> {}
            }
        }
    }

    private @Nullable SimConnection begin(Peers.Connected started) {
        var connection = connections.get(started.id().number());
        if (connection != null) {
            var link = connection.link();
            link.start(connection);
            mesh().set(host.index(), link.other().host().index(), link.wire());
        }
        return connection;
    }

    /** Senders do not find the connection any more, unless it is another one already. */
    private void unpublish(Peers.Connected ended) {
        var connection = connections.get(ended.id().number());
        if (connection != null) {
            offered.remove(connection);
            var peer = connection.link().other().host().index();
            if (mesh().wire(host.index(), peer) == connection.link().wire()) {
                mesh().clear(host.index(), peer);
            }
        }
    }

    private void up(Peers.Connected peer) {
        var connection = connections.get(peer.id().number());
        tell(
                new Connectivity.Event.PeerUp(
                        peer.peer(),
                        peer.id(),
                        peer.origin(),
                        peer.role(),
                        false,
                        connection == null ? null : connection.link().info().key()));
        tell(new HealthChecker.Event.Connected(peer.peer(), peer.id()));
    }

    private void down(Peers.Connected peer) {
        unpublish(peer);
        tell(new HealthChecker.Event.Lost(peer.peer(), peer.id()));
        tell(new Connectivity.Event.PeerDown(peer.peer(), peer.id()));
    }

    void connectionClosed(SimConnection connection, LinkClosed how) {
        offered.remove(connection);
        var info = connection.link().info();
        apply(peers.on(new Peers.Event.Closed(info.id(), info.peer(), how.reason())));
        connections.remove(info.id().number());
    }

    private Mesh mesh() {
        return run.mesh();
    }

    Collection<SimConnection> connections() {
        return connections.values();
    }

    /** Whether it has no reason to keep this connection any longer than until now. */
    boolean isOverdue(SimConnection connection) {
        if (trusted.contains(connection.link().info().peer())) {
            return false;
        }
        var goneBy = connection.goneBy();
        var since = connection.since().isBefore(trustTakenAt) ? trustTakenAt : connection.since();
        var limit = goneBy == null ? since : goneBy;
        return limit.plus(tuning.connectivity().checkInterval())
                .plus(Duration.ofSeconds(1))
                .isBefore(host.now());
    }

    /** How many peers it is connected to. */
    int connectedPeers() {
        return peers.all().size();
    }

    /** Keeps it connected to the right peers. */
    Connectivity connectivity() {
        return connectivity;
    }

    Host host() {
        return host;
    }

    Run run() {
        return run;
    }
}
