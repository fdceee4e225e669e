package dev.aptosnet.simulation;

import dev.aptosnet.domain.connection.ConnectionSettings;
import dev.aptosnet.domain.connectivity.DialLimiter;
import dev.aptosnet.domain.connectivity.OwnNode;
import dev.aptosnet.domain.connectivity.PeerDescription;
import dev.aptosnet.domain.connectivity.TrustedSet;
import dev.aptosnet.domain.network.NetworkEffect;
import dev.aptosnet.domain.network.NetworkEvent;
import dev.aptosnet.domain.network.NetworkMachine;
import dev.aptosnet.domain.network.NetworkSetup;
import dev.aptosnet.domain.network.ProvenLink;
import dev.aptosnet.domain.peer.Admission;
import dev.aptosnet.domain.rollout.QuicRollout;
import dev.aptosnet.domain.wire.HandshakeMsg;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.TransportSettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * One process of a validator: carries out, in virtual time, the effects of the same {@link
 * NetworkMachine} that the node runs.
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
    private final NetworkMachine machine;
    private final Tuning tuning;
    private TrustedSet trusted = TrustedSet.EMPTY;

    /** When trust was last taken from somebody. */
    private MonoTime trustTakenAt = new MonoTime(0);

    /** Proven links that the machine has not decided about, by the number of their ids. */
    private final TreeMap<Long, VirtualLink> proven = new TreeMap<>();

    /** By the number of the connection's id. */
    private final TreeMap<Long, SimConnection> connections = new TreeMap<>();

    /** What effects led to at once; taken when the effects before are carried out. */
    private final ArrayDeque<NetworkEvent> following = new ArrayDeque<>();

    private boolean carryingOut;

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
        this.tuning = run.tuning();
        var pacing = tuning.connectivity().pacing();
        this.machine =
                new NetworkMachine(
                        new NetworkSetup(
                                new OwnNode(
                                        host.peer(),
                                        NetworkId.VALIDATOR,
                                        true,
                                        AuthMode.MUTUAL,
                                        AccessPolicy.NONE),
                                Admission.upTo(100),
                                HELLO,
                                tuning.connectivity(),
                                tuning.health(),
                                Optional.empty(),
                                QuicRollout.OFF),
                        new DialLimiter(pacing.dialsPerSecond(), pacing.dialBurst()),
                        new DialLimiter(pacing.dialsPerSecond(), pacing.dialBurst()),
                        random.split(),
                        host.now());
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
        on(new NetworkEvent.Discovered(SourceKind.ON_CHAIN_VALIDATOR_SET, view(validators)));
    }

    /** The next epoch's will be these. */
    void announced(Collection<Host> validators, MonoTime expected) {
        on(
                new NetworkEvent.EpochAnnounced(
                        SourceKind.ON_CHAIN_VALIDATOR_SET, view(validators), expected));
    }

    /** What was announced will not come. */
    void revoked() {
        on(new NetworkEvent.EpochRevoked());
    }

    private static Map<PeerId, PeerDescription> view(Collection<Host> validators) {
        var view = new TreeMap<PeerId, PeerDescription>();
        for (var validator : validators) {
            view.put(
                    validator.peer(),
                    PeerDescription.of(
                            List.of(validator.address()),
                            Set.of(validator.key()),
                            PeerRole.VALIDATOR));
        }
        return view;
    }

    /** Something happened to the network; taken when the effects before are carried out. */
    void on(NetworkEvent event) {
        following.add(event);
        if (carryingOut) {
            return;
        }
        carryingOut = true;
        for (var next = following.poll(); next != null; next = following.poll()) {
            decide(host.now(), next).forEach(this::carryOut);
            if (next instanceof NetworkEvent.Closed closed) {
                var gone = connections.remove(closed.connection().number());
                if (gone != null) {
                    unpublish(gone);
                }
            }
        }
        carryingOut = false;
        setTimer();
    }

    /** What an event leads to; tests plant faults here. */
    List<NetworkEffect> decide(MonoTime now, NetworkEvent event) {
        return machine.on(now, event);
    }

    private void carryOut(NetworkEffect effect) {
        switch (effect) {
            case NetworkEffect.Trust(var peersNow) -> {
                if (!peersNow.peers().keySet().containsAll(trusted.peers().keySet())) {
                    trustTakenAt = host.now();
                }
                trusted = peersNow;
            }
            case NetworkEffect.Dial(var leg, var peer, var address, _) -> {
                run.dialed(host.index());
                transport.dial(leg, peer, address);
            }
            case NetworkEffect.CancelDial(var leg, _) -> transport.cancel(leg);
            case NetworkEffect.Probe(var id, var address, var limit) ->
                    transport.probe(id, address, limit);
            case NetworkEffect.Refuse(var link, var why, _) -> {
                var refused = proven.remove(link.id().number());
                if (refused != null) {
                    refused.close(DisconnectReason.REQUESTED_BY_PEER_MANAGER, why.detail());
                }
            }
            case NetworkEffect.Open(var link, var agreed, _) -> {
                var opened = proven.remove(link.id().number());
                if (opened != null) {
                    connections.put(
                            link.id().number(),
                            new SimConnection(this, opened, agreed, ConnectionSettings.DEFAULTS));
                }
            }
            case NetworkEffect.Start(var id) -> {
                var connection = find(id);
                if (connection != null) {
                    var link = connection.link();
                    link.start(connection);
                    mesh().set(host.index(), link.other().host().index(), link.wire());
                }
            }
            case NetworkEffect.Offer(var id) -> {
                var connection = find(id);
                if (connection != null) {
                    connection.keep();
                    if (!offered.contains(connection)) {
                        offered.add(connection);
                    }
                }
            }
            case NetworkEffect.Withdraw(var id, _) -> {
                var connection = find(id);
                if (connection != null) {
                    unpublish(connection);
                }
            }
            case NetworkEffect.Drain(var id, var until) -> {
                var connection = find(id);
                if (connection != null) {
                    offered.remove(connection);
                    connection.drain(until);
                }
            }
            case NetworkEffect.Close(var id, var reason, var detail) -> {
                var connection = find(id);
                if (connection != null) {
                    connection.link().close(reason, detail);
                }
            }
            case NetworkEffect.PeerDown(var id, _, _) -> {
                var connection = find(id);
                if (connection != null) {
                    unpublish(connection);
                }
            }
            case NetworkEffect.Ping(var ping) -> {
                var connection = find(ping.connection());
                if (connection != null) {
                    connection.ping(ping);
                }
            }
            case NetworkEffect.Unresponsive(var peer, _) -> run.noticed(host, peer);
            case NetworkEffect.Suspected(var peer, var failures) -> {
                // Without the order to disconnect this is all that comes of it.
                if (failures > tuning.health().failuresTolerated()) {
                    run.noticed(host, peer);
                }
            }
            // What the node counts, logs or tells applications of; nothing of it acts.
            case NetworkEffect.EpochChanged _,
                    NetworkEffect.DialStarted _,
                    NetworkEffect.DialSucceeded _,
                    NetworkEffect.DialFailed _,
                    NetworkEffect.RaceEnded _,
                    NetworkEffect.Evicted _,
                    NetworkEffect.PeerUp _,
                    NetworkEffect.PeerReplaced _,
                    NetworkEffect.Answer _,
                    NetworkEffect.Measured _,
                    NetworkEffect.HealthForgotten _,
                    NetworkEffect.Recovered _,
                    NetworkEffect.WrongNonce _,
                    NetworkEffect.WasLate _,
                    NetworkEffect.Ask _,
                    NetworkEffect.MonitoringSucceeded _,
                    NetworkEffect.MonitoringFailed _,
                    NetworkEffect.Unmonitored _,
                    NetworkEffect.MonitoringUpdate _ -> {}
        }
    }

    private @Nullable SimConnection find(ConnectionId id) {
        return connections.get(id.number());
    }

    /** As the runtime's loop: one timer for all that wants to be woken. */
    private void setTimer() {
        var next = MonoTime.earlier(nextCall, machine.nextDeadline(host.now()).at());
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
        if (!now.isBefore(machine.nextDeadline(now).at())) {
            on(new NetworkEvent.TimeReached());
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
            case TransportEvent.Dialed(var id, var link) ->
                    on(new NetworkEvent.Dialed(id, proven(link)));
            case TransportEvent.DialFailed(var id, var why) ->
                    on(new NetworkEvent.DialFailed(id, why));
            case TransportEvent.Accepted(_, var link) ->
                    on(new NetworkEvent.Accepted(proven(link)));
            case TransportEvent.Probed(var id, var took) -> on(new NetworkEvent.Probed(id, took));
            case TransportEvent.Listening _,
                    TransportEvent.ListenFailed _,
                    TransportEvent.Refused _ -> {}
        }
    }

    private ProvenLink proven(Link link) {
        var info = link.info();
        if (connections.values().stream().anyMatch(there -> there.isTo(info.peer()))) {
            run.tally().collisions++;
        }
        proven.put(info.id().number(), (VirtualLink) link);
        return ProvenLink.of(info);
    }

    /** Ends the connection to a peer. */
    void disconnect(PeerId peer, DisconnectReason reason) {
        on(
                new NetworkEvent.DisconnectRequested(
                        peer, reason, NetworkEvent.DisconnectRequested.NO_ANSWER));
    }

    /** Senders do not find the connection any more, unless it is another one already. */
    private void unpublish(SimConnection connection) {
        offered.remove(connection);
        var peer = connection.link().other().host().index();
        if (mesh().wire(host.index(), peer) == connection.link().wire()) {
            mesh().clear(host.index(), peer);
        }
    }

    void connectionClosed(SimConnection connection, LinkClosed how) {
        offered.remove(connection);
        var info = connection.link().info();
        on(new NetworkEvent.Closed(info.id(), info.peer(), how.reason()));
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
        return machine.connectedPeers();
    }

    Host host() {
        return host;
    }

    Run run() {
        return run;
    }
}
