package dev.aptosnet.node.network;

import dev.aptosnet.domain.connectivity.OwnNode;
import dev.aptosnet.domain.connectivity.PeerDescription;
import dev.aptosnet.domain.network.HandshakeNegotiator;
import dev.aptosnet.domain.network.NetworkEvent;
import dev.aptosnet.domain.network.NetworkMachine;
import dev.aptosnet.domain.network.NetworkSetup;
import dev.aptosnet.domain.rollout.QuicRollout;
import dev.aptosnet.domain.wire.HandshakeMsg;
import dev.aptosnet.node.connection.ProtocolHandlers;
import dev.aptosnet.node.discovery.PeerSources;
import dev.aptosnet.node.loop.NodeLoop;
import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.RoundTrip;
import dev.aptosnet.ports.discovery.LatestValue;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceReport;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.TrustedPeers;

import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * The owner of everything that sees several peers of a network: who is admitted, who is dialed, who
 * is watched, and what follows from a link that opens or closes. It all happens on one loop; what
 * other threads ask is posted there, and {@link #connected} is what they may look at meanwhile.
 */
final class NetworkOwner {
    private static final System.Logger LOG = System.getLogger(NetworkOwner.class.getName());

    private final Clock clock;
    private final NetworkMetrics metrics;
    private final NetworkSettings settings;
    private final ProtocolHandlers protocols;
    private final Transports transports;
    private final NodeLoop loop;
    private final ConnectedPeers connected;
    private final HealthProtocol health;
    private final PeerHealths peerHealths;
    private final PeerSources discovery;
    private volatile boolean closed;

    // Owned by the loop.
    private final NetworkMachine machine;
    private final NetworkExecutor executor;
    private final PeerList peerList;

    /** The newest announcement of the next epoch, until the loop takes it. */
    private final LatestValue<Announcement> announced = new LatestValue<>();

    /** A set and when it is expected to hold; null for none. */
    private record Announcement(@Nullable PeerView view, MonoTime expected) {}

    NetworkOwner(NetworkSettings settings, NodeWide node, NetworkMetrics metrics) {
        this.settings = settings;
        this.clock = node.clock();
        this.metrics = metrics;
        this.health = new HealthProtocol(settings.health().interval(), clock, metrics, this::post);
        var monitoring = new MonitoringProtocol(settings, clock, metrics, node.store(), this::post);
        this.protocols =
                new ProtocolHandlers(
                        monitoring.withAnswers(health.withAnswers(settings.registrations())));
        var hello =
                HandshakeNegotiator.hello(
                        settings.chainId(),
                        settings.networkId(),
                        protocols.spoken(),
                        !settings.quicListen().isEmpty());
        var helloBytes = hello.encode();
        this.connected = new ConnectedPeers(clock);
        this.peerHealths =
                new PeerHealths(
                        settings.peerHealth(),
                        settings.health().interval(),
                        clock,
                        metrics,
                        connected,
                        health);
        this.peerList = new PeerList(connected);
        this.machine =
                new NetworkMachine(
                        setup(settings, hello),
                        node.dials().forNetwork(settings.networkId(), this::placeFreed),
                        node.dials().forApplication(settings.networkId(), this::placeFreed),
                        new SplittableRandom(new SecureRandom().nextLong()),
                        clock.now());
        this.transports =
                new Transports(
                        events ->
                                settings.transportSettings(
                                        this::trusted, () -> helloBytes, events, clock),
                        new LinkEvents(),
                        node.services().transports());
        this.executor =
                new NetworkExecutor(
                        settings,
                        node,
                        metrics,
                        machine,
                        transports,
                        protocols,
                        health,
                        monitoring,
                        connected,
                        peerHealths,
                        peerList,
                        this::post);
        this.loop =
                new NodeLoop(
                        "aptosnet-" + settings.self().shortText(),
                        clock,
                        this::nextDeadline,
                        this::timeReached);
        this.discovery =
                new PeerSources(
                        settings.sources(), clock, metrics, () -> loop.post(this::takeViews));
    }

    private static NetworkSetup setup(NetworkSettings settings, HandshakeMsg hello) {
        return new NetworkSetup(
                new OwnNode(
                        settings.self(),
                        settings.networkId(),
                        settings.validator(),
                        settings.authMode(),
                        settings.admission().access()),
                settings.admission(),
                hello,
                settings.connectivity(),
                settings.health(),
                settings.monitoring().client()
                        ? Optional.of(settings.monitoring())
                        : Optional.empty(),
                settings.quic());
    }

    private Optional<TrustedPeers.TrustedPeer> trusted(PeerId peer) {
        return executor.find(peer);
    }

    private NodeLoop.Deadline nextDeadline() {
        var next = machine.nextDeadline(clock.now());
        return peerList.nextDeadline().isBefore(next.at())
                ? new NodeLoop.Deadline(peerList.nextDeadline(), "PEER_LIST")
                : new NodeLoop.Deadline(next.at(), next.part().name());
    }

    /** Trusts and dials what the settings name, before any peer can connect. */
    void start() {
        settings.trusted()
                .forEach(
                        (peer, known) ->
                                executor.on(
                                        new NetworkEvent.PeerTrusted(
                                                peer, known.keys(), known.role())));
        settings.seeds()
                .forEach(
                        (peer, addresses) ->
                                executor.on(new NetworkEvent.SeedAdded(peer, addresses)));
        loop.start();
    }

    /** Starts to watch the sources of peers. */
    void discover() {
        discovery.start();
    }

    // From any thread.

    /** How each source of peers is doing. */
    List<SourceReport> sources() {
        return discovery.reports();
    }

    ConnectedPeers connected() {
        return connected;
    }

    ProtocolHandlers protocols() {
        return protocols;
    }

    Transports transports() {
        return transports;
    }

    /** Which dials are tried over QUIC, from the next one on. */
    void rollout(QuicRollout next) {
        post(new NetworkEvent.RolloutChanged(next));
    }

    /** How many peers are remembered as out of QUIC's reach. */
    int quicFailures() {
        return executor.quicFailures();
    }

    /** How far away a peer is; empty before its first answer to a ping. */
    Optional<RoundTrip> roundTrip(PeerId peer) {
        return health.roundTrip(peer);
    }

    /** How the connected peers are. */
    PeerHealths peerHealths() {
        return peerHealths;
    }

    /** How many connections of a direction are in set-up. */
    int pendingUpgrades(Origin origin) {
        return origin == Origin.OUTBOUND ? executor.dialsUnderWay() : transports.pendingInbound();
    }

    /** How many latency probes are under way. */
    int probesInFlight() {
        return executor.probesInFlight();
    }

    /** How many dials that the application asked for wait for their turn. */
    int dialsWaiting() {
        return executor.dialsWaiting();
    }

    /** Why the last dial of a peer failed; null if none has since it was connected. */
    @Nullable SetupFailure lastFailure(PeerId peer) {
        return executor.lastFailure(peer);
    }

    /** Dials a peer once; false if the loop has ended or is full. */
    boolean dialOnce(
            DialId id, PeerId peer, NetworkAddress address, CompletableFuture<PeerInfo> answer) {
        var request = new NetworkEvent.DialRequested(id, peer, address);
        return !closed && loop.post(() -> executor.request(request, answer));
    }

    /** Gives a dial up, which is still answered. */
    void cancel(DialId id) {
        post(new NetworkEvent.DialWithdrawn(id));
    }

    /** Keeps a peer connected from now on. */
    void seed(PeerId peer, List<NetworkAddress> addresses) {
        post(new NetworkEvent.SeedAdded(peer, addresses));
    }

    /** Says what a source will say at the next change of epoch; null if nothing is expected. */
    void announce(@Nullable PeerView next, MonoTime expected) {
        if (announced.put(new Announcement(next, expected))) {
            // A loop that is too full for this takes it at the next time that something is due.
            loop.post(this::takeViews);
        }
    }

    /** Ends the connection to a peer; false if there is none. */
    boolean disconnect(PeerId peer, DisconnectReason reason) {
        return connected.contains(peer)
                && posted(
                        new NetworkEvent.DisconnectRequested(
                                peer, reason, NetworkEvent.DisconnectRequested.NO_ANSWER));
    }

    /** The same, answered when it is gone; false if the loop has ended or is full. */
    boolean disconnect(PeerId peer, DisconnectReason reason, CompletableFuture<Boolean> answer) {
        return !closed && loop.post(() -> executor.disconnect(peer, reason, answer));
    }

    /**
     * Ends all connections after what waits has left, or at a limit, then the transports and the
     * loop.
     *
     * @param drainLimit how long what waits may take, and again how long closing may take
     */
    void close(Duration drainLimit) {
        closed = true;
        discovery.close();
        post(new NetworkEvent.Stopping());
        var until = clock.now().plus(drainLimit);
        connected.connections().forEach(connection -> connection.drainAndClose(until));
        awaitNoPeers(until);
        try {
            transports.close();
        } finally {
            awaitNoPeers(clock.now().plus(drainLimit));
            loop.close();
            executor.answerAll();
        }
    }

    private void awaitNoPeers(MonoTime until) {
        try {
            connected.awaitNone(until);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the transports report, on their threads. */
    private final class LinkEvents implements Transports.Events {
        @Override
        public void accepted(Link link) {
            if (!loop.post(() -> executor.accepted(link))) {
                refuse(link);
            }
        }

        @Override
        public void refused(NetworkAddress from, SetupFailure why) {
            metrics.setupRefused(Origin.INBOUND, why.reason());
            LOG.log(System.Logger.Level.DEBUG, "refused a connection from {0}: {1}", from, why);
        }

        @Override
        public void dialed(DialId id, Link link) {
            if (!loop.post(() -> executor.dialed(id, link))) {
                refuse(link);
            }
        }

        @Override
        public void dialFailed(DialId id, SetupFailure why) {
            loop.post(() -> executor.dialFailed(id, why));
        }

        @Override
        public void probed(DialId id, @Nullable Duration took) {
            if (took != null) {
                metrics.pinged("pre_dial", took);
            }
            post(new NetworkEvent.Probed(id, took));
        }
    }

    private static void refuse(Link link) {
        link.close(
                DisconnectReason.REQUESTED_BY_PEER_MANAGER, "the node stops, or its loop is full");
    }

    private void post(NetworkEvent event) {
        loop.post(() -> executor.on(event));
    }

    private boolean posted(NetworkEvent event) {
        return loop.post(() -> executor.on(event));
    }

    /** A dial that had to wait for another to end may go now. */
    private void placeFreed() {
        post(new NetworkEvent.DialPlaceFreed());
    }

    // On the loop.

    private void timeReached() {
        // The loop may have been too full to be told of a view: it is taken now at the latest.
        takeViews();
        executor.on(new NetworkEvent.TimeReached());
        peerList.onTime(clock.now());
    }

    private void takeViews() {
        if (!closed) {
            // What was announced comes true with a view, so it is heard before.
            announced.take().ifPresent(this::announced);
            discovery.take(
                    view -> executor.on(new NetworkEvent.Discovered(view.source(), peers(view))));
        }
    }

    private void announced(Announcement next) {
        var view = next.view();
        executor.on(
                view == null
                        ? new NetworkEvent.EpochRevoked()
                        : new NetworkEvent.EpochAnnounced(
                                view.source(), peers(view), next.expected()));
    }

    private static Map<PeerId, PeerDescription> peers(PeerView view) {
        var known = new TreeMap<PeerId, PeerDescription>();
        view.peers()
                .forEach(
                        (peer, said) ->
                                known.put(
                                        peer,
                                        PeerDescription.of(
                                                said.addresses(), said.keys(), said.role())));
        return known;
    }
}
