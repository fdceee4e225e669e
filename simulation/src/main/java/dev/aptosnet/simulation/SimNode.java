package dev.aptosnet.simulation;

import dev.aptosnet.domain.connection.ConnectionSettings;
import dev.aptosnet.domain.connectivity.Connectivity;
import dev.aptosnet.domain.connectivity.ConnectivitySettings;
import dev.aptosnet.domain.connectivity.DialLimiter;
import dev.aptosnet.domain.connectivity.DiscoveredPeer;
import dev.aptosnet.domain.connectivity.OwnNode;
import dev.aptosnet.domain.connectivity.TrustedSet;
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
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.DisconnectReason;
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

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
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
                            List.of(ProtocolId.HEALTH_CHECKER_RPC),
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
    private TrustedSet trusted = TrustedSet.EMPTY;

    /** By the number of the connection's id. */
    private final TreeMap<Long, SimConnection> connections = new TreeMap<>();

    private World.@Nullable Event timer;

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
        var pacing = ConnectivitySettings.DEFAULTS.pacing();
        this.connectivity =
                new Connectivity(
                        new OwnNode(
                                host.peer(),
                                NetworkId.VALIDATOR,
                                true,
                                AuthMode.MUTUAL,
                                AccessPolicy.NONE),
                        ConnectivitySettings.DEFAULTS,
                        new DialLimiter(pacing.dialsPerSecond(), pacing.dialBurst()),
                        random.split(),
                        0,
                        host.now());
    }

    private TransportSettings transportSettings() {
        var conditions = run.network().conditions();
        return new TransportSettings(
                host.peer(),
                Bytes.wrap(host.key().toByteArray()),
                List.of(CipherSuite.CHACHAPOLY),
                AuthMode.MUTUAL,
                peer -> trusted.find(peer),
                PeerRole.UNKNOWN,
                () -> HELLO_BYTES,
                this::onTransport,
                host,
                new TransportSettings.Limits(
                        4 << 20,
                        conditions.setupTimeout(),
                        conditions.setupTimeout(),
                        conditions.writeTimeout(),
                        256,
                        64,
                        conditions.maxUnsentBytes(),
                        0,
                        0,
                        false,
                        1));
    }

    /** Listens, trusts these peers, and keeps connected to them from now on. */
    void start(Collection<Host> validators) {
        transport.listen(new ListenId(0), host.address());
        var view = new TreeMap<PeerId, DiscoveredPeer>();
        for (var validator : validators) {
            view.put(
                    validator.peer(),
                    DiscoveredPeer.of(
                            List.of(validator.address()),
                            Set.of(validator.key()),
                            PeerRole.VALIDATOR));
        }
        tell(new Connectivity.Event.Discovered(SourceKind.ON_CHAIN_VALIDATOR_SET, view));
    }

    private void tell(Connectivity.Event event) {
        for (var effect : connectivity.on(host.now(), event)) {
            switch (effect) {
                case Connectivity.Effect.Trust(var peersNow) -> trusted = peersNow;
                case Connectivity.Effect.Dial(var id, var peer, var address) -> {
                    run.dialled(host.index());
                    transport.dial(id, peer, address);
                }
                case Connectivity.Effect.CancelDial(var id, _) -> transport.cancel(id);
                case Connectivity.Effect.Disconnect(var peer, _, var reason) ->
                        apply(peers.on(new Peers.Event.Disconnect(peer, reason)));
            }
        }
        setTimer();
    }

    private void setTimer() {
        if (timer != null) {
            timer.cancel();
        }
        timer =
                host.post(
                        connectivity.nextDeadline(),
                        EventKind.TIMER,
                        host.index(),
                        () -> tell(new Connectivity.Event.TimeReached()));
    }

    private void onTransport(TransportEvent event) {
        switch (event) {
            case TransportEvent.Dialed(var id, var link) -> dialed(id, link);
            case TransportEvent.DialFailed(var id, _) ->
                    tell(new Connectivity.Event.DialEnded(id, false));
            case TransportEvent.Accepted(_, var link) -> proven(link);
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
        var firstPing =
                host.now().plusNanos(random.nextLong(SimConnection.PING_INTERVAL.toNanos()));
        connections.put(
                info.id().number(),
                new SimConnection(
                        this,
                        link,
                        agreed,
                        ConnectionSettings.DEFAULTS,
                        firstPing,
                        this::connectionClosed));
        apply(admit(new Peers.Connected(info.id(), info.peer(), info.origin(), info.role())));
    }

    /** Decides about a proven connection. */
    List<Peers.Effect> admit(Peers.Connected connection) {
        return peers.on(new Peers.Event.Proven(connection));
    }

    private void apply(List<Peers.Effect> effects) {
        for (var effect : effects) {
            switch (effect) {
                case Peers.Effect.Start(var started) -> {
                    var connection = connections.get(started.id().number());
                    if (connection != null) {
                        var link = connection.link();
                        link.start(connection);
                        mesh().set(host.index(), link.other().host().index(), link.wire());
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
                case Peers.Effect.PeerDown(var connected, _) -> {
                    unpublish(connected);
                    tell(new Connectivity.Event.PeerDown(connected.peer(), connected.id()));
                }
                case Peers.Effect.Evicted _, Peers.Effect.Answer _ -> {}
            }
        }
    }

    /** Senders do not find the connection any more, unless it is another one already. */
    private void unpublish(Peers.Connected ended) {
        var connection = connections.get(ended.id().number());
        if (connection != null) {
            var peer = connection.link().other().host().index();
            if (mesh().wire(host.index(), peer) == connection.link().wire()) {
                mesh().clear(host.index(), peer);
            }
        }
    }

    private void up(Peers.Connected peer) {
        tell(
                new Connectivity.Event.PeerUp(
                        peer.peer(), peer.id(), peer.origin(), peer.role(), false));
    }

    private void connectionClosed(SimConnection connection, LinkClosed how) {
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

    /** How many peers it is connected to. */
    int connectedPeers() {
        return peers.all().size();
    }

    Host host() {
        return host;
    }

    Run run() {
        return run;
    }
}
