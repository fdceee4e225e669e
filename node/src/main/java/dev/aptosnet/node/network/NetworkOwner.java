package dev.aptosnet.node.network;

import dev.aptosnet.domain.connectivity.TrustedSet;
import dev.aptosnet.domain.peer.Peers;
import dev.aptosnet.node.connection.PeerConnection;
import dev.aptosnet.node.connection.ProtocolHandlers;
import dev.aptosnet.node.discovery.PeerSources;
import dev.aptosnet.node.loop.NodeLoop;
import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.node.metrics.TrustedPeerGauges;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.RoundTrip;
import dev.aptosnet.ports.discovery.LatestValue;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceReport;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The owner of everything that sees several peers of a network: who is admitted, who is dialed, who
 * is watched, and what follows from a link that opens or closes. It all happens on one loop; what
 * other threads ask is posted there, and {@link #connected} is what they may look at meanwhile.
 */
final class NetworkOwner {
    private static final System.Logger LOG = System.getLogger(NetworkOwner.class.getName());

    private final NetworkSettings settings;
    private final Clock clock;
    private final NetworkMetrics metrics;
    private final ProtocolHandlers protocols;
    private final Greeting greeting;
    private final Transports transports;
    private final TransportRaces races;
    private final NodeLoop loop;
    private final PeerListeners listeners;
    private final PeerStore store;
    private final ConnectedPeers connected;
    private volatile boolean closed;

    // Owned by the loop.
    private final Dialing dialer;
    private final HealthChecks health;
    private final PeerHealths peerHealths;
    private final Monitoring monitoring;
    private final PeerList peerList;
    private final TrustedPeerGauges trustedPeers;
    private final PeerSources discovery;
    private final Connections connections;
    private final Dials dials;

    /** The newest word on the next epoch, until the loop takes it. */
    private final LatestValue<Announcement> announced = new LatestValue<>();

    /** A set and when it is expected to hold; null for none. */
    private record Announcement(@Nullable PeerView view, MonoTime expected) {}

    NetworkOwner(NetworkSettings settings, NodeWide node, NetworkMetrics metrics) {
        this.settings = settings;
        this.clock = node.clock();
        this.metrics = metrics;
        this.store = node.store();
        this.listeners = new PeerListeners(settings.listeners());
        this.health =
                new HealthChecks(
                        settings.health(),
                        clock,
                        metrics,
                        this::runOnLoop,
                        this::connection,
                        this::unhealthy);
        this.monitoring =
                new Monitoring(
                        settings,
                        clock,
                        metrics,
                        store,
                        this::runOnLoop,
                        this::connection,
                        this::unmonitored);
        this.protocols =
                new ProtocolHandlers(
                        monitoring.withAnswers(health.withAnswers(settings.registrations())));
        this.greeting =
                new Greeting(
                        settings.chainId(),
                        settings.networkId(),
                        protocols.spoken(),
                        !settings.quicListen().isEmpty());
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
        this.trustedPeers = new TrustedPeerGauges(metrics, connected::contains);
        this.dialer =
                new Dialing(
                        settings,
                        node.dials().forNetwork(settings.networkId(), this::maybeDial),
                        clock,
                        new DialOrders());
        this.transports =
                new Transports(
                        events ->
                                settings.transportSettings(
                                        dialer, greeting::encoded, events, clock),
                        new LinkEvents());
        this.races =
                new TransportRaces(
                        settings.self(),
                        settings.quic(),
                        transports,
                        clock,
                        metrics,
                        new DialOutcomes());
        this.dials =
                new Dials(
                        races,
                        transports,
                        dialer,
                        node.dials().forApplication(settings.networkId(), this::maybeDial),
                        clock,
                        metrics,
                        this::runOnLoop,
                        this::proven);
        this.connections =
                new Connections(
                        settings,
                        node,
                        metrics,
                        protocols,
                        greeting,
                        connected,
                        peerHealths,
                        dialer,
                        dials,
                        health,
                        monitoring,
                        listeners,
                        peerList,
                        this::runOnLoop);
        this.loop =
                new NodeLoop(
                        "aptosnet-" + settings.self().shortText(),
                        clock,
                        this::nextDeadline,
                        this::timeReached);
        this.discovery =
                new PeerSources(
                        settings.sources(), clock, metrics, () -> runOnLoop(this::takeViews));
    }

    private MonoTime nextDeadline() {
        return MonoTime.earlier(
                MonoTime.earlier(
                        MonoTime.earlier(dialer.nextDeadline(), dials.nextDeadline()),
                        health.nextDeadline()),
                MonoTime.earlier(
                        races.nextDeadline(),
                        MonoTime.earlier(monitoring.nextDeadline(), peerList.nextDeadline())));
    }

    /** Trusts and dials whom the settings name. */
    void start() {
        dialer.begin();
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

    /** Which dials are tried over QUIC. */
    TransportRaces races() {
        return races;
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
        return origin == Origin.OUTBOUND ? dials.underWay() : transports.pendingInbound();
    }

    /** How many latency probes are under way. */
    int probesInFlight() {
        return dialer.probesInFlight();
    }

    /** How many dials that the application asked for wait for their turn. */
    int dialsWaiting() {
        return dials.waiting();
    }

    /** Why the last dial of a peer failed; null if none has since it was connected. */
    @Nullable SetupFailure lastFailure(PeerId peer) {
        return dials.lastFailure(peer);
    }

    /** Dials a peer once; false if the loop has ended or is full. */
    boolean dialOnce(
            DialId id, PeerId peer, NetworkAddress address, CompletableFuture<PeerInfo> answer) {
        return loop.post(() -> dials.request(id, peer, address, answer));
    }

    /** Gives a dial up, which is still answered. */
    void cancel(DialId id, NetworkAddress address) {
        loop.post(() -> dials.cancel(id, address));
    }

    /** Keeps a peer connected from now on. */
    void seed(PeerId peer, List<NetworkAddress> addresses) {
        loop.post(() -> dialer.seed(peer, addresses));
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
        return connected.contains(peer) && loop.post(() -> connections.disconnect(peer, reason));
    }

    /** The same, answered when it is gone; false if the loop has ended or is full. */
    boolean disconnect(PeerId peer, DisconnectReason reason, CompletableFuture<Boolean> answer) {
        return loop.post(() -> connections.disconnect(peer, reason, answer));
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
        var until = clock.now().plus(drainLimit);
        connected.connections().forEach(connection -> connection.drainAndClose(until));
        awaitNoPeers(until);
        transports.close();
        awaitNoPeers(clock.now().plus(drainLimit));
        loop.close();
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
            if (!loop.post(() -> proven(link, null))) {
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
            if (!loop.post(() -> races.dialed(id, link))) {
                refuse(link);
            }
        }

        @Override
        public void dialFailed(DialId id, SetupFailure why) {
            loop.post(() -> races.dialFailed(id, why));
        }

        @Override
        public void probed(DialId id, @Nullable Duration took) {
            loop.post(() -> dials.probed(id, took));
        }
    }

    /** What comes of dials, whatever way they went. */
    private final class DialOutcomes implements TransportRaces.Outcome {
        @Override
        public void dialed(DialId id, Link link) {
            dials.dialed(id, link);
        }

        @Override
        public void dialFailed(DialId id, SetupFailure why) {
            dials.failed(id, why);
        }
    }

    private static void refuse(Link link) {
        link.close(
                DisconnectReason.REQUESTED_BY_PEER_MANAGER, "the node stops, or its loop is full");
    }

    // On the loop.

    /** What the machine that keeps us connected orders. */
    private final class DialOrders implements Dialing.Orders {
        @Override
        public void dial(DialId id, PeerId peer, NetworkAddress address) {
            if (!closed) {
                dials.dial(id, peer, address);
            }
        }

        @Override
        public void probe(DialId id, NetworkAddress address, Duration limit) {
            dials.probe(id, address, limit);
        }

        @Override
        public void cancel(DialId id, NetworkAddress address) {
            dials.cancel(id, address);
        }

        @Override
        public void disconnect(PeerId peer, DisconnectReason reason) {
            connections.disconnect(peer, reason);
        }

        @Override
        public void trusted(TrustedSet set) {
            store.trusted(settings.networkId(), set);
            if (settings.networkId() == NetworkId.VALIDATOR) {
                trustedPeers.trusted(set.peers().keySet());
            }
        }

        @Override
        public void change(Peers.Event event) {
            connections.on(event);
        }

        @Override
        public void epochChanged(int joined, int preConnected) {
            metrics.epochChanged(joined, preConnected);
            LOG.log(
                    System.Logger.Level.INFO,
                    "an announced epoch has begun: {0} peers are new, {1} of them connected",
                    joined,
                    preConnected);
        }
    }

    private void timeReached() {
        // The loop may have been too full to be told of a view: it is taken now at the latest.
        takeViews();
        races.onTime();
        dialer.timeReached();
        dials.timeReached();
        health.onTime();
        monitoring.onTime();
        peerList.onTime(clock.now());
    }

    /** A dial that had to wait for another to end may go now. */
    private void maybeDial() {
        loop.post(
                () -> {
                    dialer.timeReached();
                    dials.timeReached();
                });
    }

    private void takeViews() {
        if (!closed) {
            // What was announced comes true with a view, so it is heard before.
            announced.take().ifPresent(next -> dialer.announced(next.view(), next.expected()));
            discovery.take(dialer::discovered);
        }
    }

    private void runOnLoop(Runnable task) {
        loop.post(task);
    }

    private @Nullable PeerConnection connection(ConnectionId id) {
        return connections.find(id);
    }

    private void unmonitored(PeerId peer) {
        connections.disconnect(peer, DisconnectReason.PEER_MONITORING_PING_FAILURE);
    }

    private void unhealthy(PeerId peer) {
        connections.disconnect(peer, DisconnectReason.NETWORK_HEALTH_CHECK_FAILURE);
    }

    private @Nullable SetupFailure proven(Link link, Dials.@Nullable Pending pending) {
        if (closed) {
            refuse(link);
            return new SetupFailure(SetupFailure.Reason.CANCELED, "the node stops");
        }
        return connections.proven(link, pending);
    }
}
