package dev.aptosnet.simulation;

import dev.aptosnet.domain.connection.ConnectionSettings;
import dev.aptosnet.domain.peer.Peers;
import dev.aptosnet.domain.peer.SeedDialler;
import dev.aptosnet.domain.wire.HandshakeMsg;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.TransportSettings;
import dev.aptosnet.ports.transport.TrustedPeers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
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

    private static final Duration BACKOFF_BASE = Duration.ofMillis(500);
    private static final Duration BACKOFF_CAP = Duration.ofSeconds(60);

    private final Run run;
    private final Host host;
    private final VirtualTransport transport;
    private final SplittableRandom random;
    private final Peers peers;
    private final SeedDialler dialler;

    /** By the number of the connection's id. */
    private final TreeMap<Long, SimConnection> connections = new TreeMap<>();

    private World.@Nullable Event dialTimer;

    /** Makes the node of the process that runs on {@code host} now. */
    SimNode(Run run, Host host) {
        this.run = run;
        this.host = host;
        this.random = run.world().newRandom();
        this.transport = run.network().transport(host, transportSettings());
        this.peers = new Peers(host.peer(), 100);
        this.dialler = new SeedDialler(BACKOFF_BASE, BACKOFF_CAP, random.split(), 0);
    }

    private TransportSettings transportSettings() {
        var conditions = run.network().conditions();
        return new TransportSettings(
                host.peer(),
                Bytes.wrap(host.key().toByteArray()),
                List.of(CipherSuite.CHACHAPOLY),
                AuthMode.MUTUAL,
                peer ->
                        Optional.ofNullable(run.trusted().get(peer))
                                .map(
                                        other ->
                                                new TrustedPeers.TrustedPeer(
                                                        Set.of(other.key()), PeerRole.VALIDATOR)),
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

    /** Listens, and keeps these peers connected from now on. */
    void start(Collection<Host> seeds) {
        transport.listen(new ListenId(0), host.address());
        for (var seed : seeds) {
            if (seed != host) {
                dialler.seed(host.now(), seed.peer(), List.of(seed.address()));
            }
        }
        dialDue();
    }

    private void dialDue() {
        for (var dial : dialler.due(host.now())) {
            run.dialled(host.index());
            transport.dial(dial.id(), dial.peer(), dial.address());
        }
        if (dialTimer != null) {
            dialTimer.cancel();
            dialTimer = null;
        }
        var next = dialler.nextDeadline();
        if (!next.equals(MonoTime.NEVER)) {
            dialTimer = host.post(next, EventKind.TIMER, host.index(), this::dialDue);
        }
    }

    private void onTransport(TransportEvent event) {
        switch (event) {
            case TransportEvent.Dialed(var id, var link) -> dialed(id, link);
            case TransportEvent.DialFailed(var id, _) -> dialler.dialEnded(host.now(), id, false);
            case TransportEvent.Accepted(_, var link) -> proven(link);
            case TransportEvent.Listening _,
                    TransportEvent.ListenFailed _,
                    TransportEvent.Refused _ -> {}
        }
        dialDue();
    }

    private void dialed(DialId id, Link link) {
        proven(link);
        // Refused for another connection to the same peer: what was wanted is there.
        dialler.dialEnded(host.now(), id, peers.isConnected(link.info().peer()));
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
                case Peers.Effect.Close(var id, var reason, var detail) -> {
                    var connection = connections.get(id.number());
                    if (connection != null) {
                        connection.link().close(reason, detail);
                        if (!connection.link().isStarted()) {
                            connections.remove(id.number());
                        }
                    }
                }
                case Peers.Effect.PeerUp(var connected) -> dialler.connected(connected.peer());
                case Peers.Effect.PeerReplaced(_, var after) -> dialler.connected(after.peer());
                case Peers.Effect.PeerDown(var connected, _) -> {
                    dialler.disconnected(host.now(), connected.peer());
                    var other = run.trusted().get(connected.peer());
                    if (other != null) {
                        mesh().clear(host.index(), other.index());
                    }
                }
            }
        }
    }

    private void connectionClosed(SimConnection connection, LinkClosed how) {
        var info = connection.link().info();
        apply(peers.on(new Peers.Event.Closed(info.id(), info.peer(), how.reason())));
        connections.remove(info.id().number());
        dialDue();
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
