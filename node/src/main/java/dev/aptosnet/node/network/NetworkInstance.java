package dev.aptosnet.node.network;

import dev.aptosnet.domain.rollout.QuicRollout;
import dev.aptosnet.node.budget.NodeBudget;
import dev.aptosnet.node.budget.StreamBudget;
import dev.aptosnet.node.connection.PeerConnection;
import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.ports.client.ApplicationHealth;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.client.HealthSignal;
import dev.aptosnet.ports.client.NetworkClient;
import dev.aptosnet.ports.client.PeerHealth;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.RoundTrip;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceReport;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.MessageLimits;
import dev.aptosnet.ports.settings.QuicMode;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One network of a node, running. Everything that sees several peers happens on its loop; senders
 * look connections up in an immutable snapshot.
 */
public final class NetworkInstance implements AutoCloseable {
    /** How long a stopping node waits for queued messages to leave. */
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(1);

    /** Dial ids of {@link #connect}; those of the owner are below. */
    private static final long FIRST_OWN_DIAL = 1L << 62;

    /** The name of that transport. */
    private static final String QUIC = "quic";

    private final NetworkSettings settings;
    private final Clock clock;
    private final NetworkMetrics metrics;
    private final NetworkOwner owner;
    private final Applications applications;
    private final AtomicLong dialIds = new AtomicLong(FIRST_OWN_DIAL);
    private final List<NetworkAddress> listenAddresses = new ArrayList<>();
    private boolean closed;

    private NetworkInstance(NetworkSettings settings, NodeWide node) {
        this.settings = settings;
        this.clock = node.clock();
        this.metrics =
                new NetworkMetrics(
                        node.services().meters(),
                        settings.networkId(),
                        settings.self(),
                        settings.validator());
        this.applications = new Applications(clock, metrics);
        try {
            this.owner = new NetworkOwner(settings, node, metrics);
        } catch (RuntimeException | Error e) {
            metrics.close();
            throw e;
        }
    }

    /**
     * Starts a network; returns once it listens.
     *
     * @param node what its networks share
     * @throws ConnectFailure if an address cannot be listened at
     */
    static NetworkInstance start(NetworkSettings settings, NodeWide node) {
        var network = new NetworkInstance(settings, node);
        try {
            network.open();
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
        return network;
    }

    private void open() {
        requireTransport(settings.quic());
        var quic = settings.quic().isOn() || !settings.quicListen().isEmpty();
        owner.transports().open(name -> quic || !name.equals(QUIC));
        for (var origin : Origin.values()) {
            var direction = NetworkMetrics.label(origin);
            metrics.gauge(
                    "aptos_connections",
                    owner,
                    each -> each.connected().count(origin),
                    "direction",
                    direction);
            metrics.gauge(
                    "aptos_network_pending_connection_upgrades",
                    owner,
                    each -> each.pendingUpgrades(origin),
                    "direction",
                    direction);
        }
        metrics.gauge("aptosnet_draining_connections", owner.connected(), ConnectedPeers::draining);
        metrics.gauge("aptosnet_latency_probes_in_flight", owner, NetworkOwner::probesInFlight);
        metrics.gauge("aptosnet_requested_dials_waiting", owner, NetworkOwner::dialsWaiting);
        metrics.gauge("aptosnet_spare_bytes", owner.transports(), Transports::spareBytes);
        for (var transport : owner.transports().names()) {
            metrics.gauge(
                    "aptosnet_connections",
                    owner.connected(),
                    each -> each.count(transport),
                    "transport",
                    transport);
        }
        metrics.gauge("aptosnet_quic_failures_remembered", owner, NetworkOwner::quicFailures);
        metrics.total(
                "aptosnet_quic_packets_sent_total",
                owner.transports(),
                transports -> transports.packets(QUIC).sent());
        metrics.total(
                "aptosnet_quic_packets_lost_total",
                owner.transports(),
                transports -> transports.packets(QUIC).lost());
        metrics.total(
                "aptosnet_quic_quick_dials_total", owner.transports(), Transports::quickDials);
        metrics.gauge(
                "aptosnet_quic_tls_sessions", owner.transports(), Transports::rememberedSessions);
        owner.peerHealths().register(metrics);
        owner.start();
        var overQuic = settings.quicListen();
        settings.listen().stream()
                .filter(address -> !overQuic.contains(address))
                .forEach(this::listen);
        overQuic.forEach(this::listen);
        owner.discover();
    }

    private void listen(NetworkAddress address) {
        listenAddresses.add(
                owner.transports().listen(address, settings.transportLimits().upgradeTimeout()));
    }

    private void requireTransport(QuicRollout quic) {
        if (quic.mode() != QuicMode.OFF && !owner.transports().names().contains(QUIC)) {
            throw new IllegalArgumentException(
                    "transports.quic.mode: "
                            + quic.mode().configName()
                            + " (expected: off, or the jar aptosnet-adapter-quic and what it needs"
                            + " on the module or class path)");
        }
    }

    /** Shows what the networks share among this network's meters; once for a node. */
    void show(NodeWide node) {
        var budget = node.budget();
        metrics.gauge("aptosnet_budget_used_bytes", budget, NodeBudget::used);
        metrics.gauge("aptosnet_budget_limit_bytes", budget, NodeBudget::limit);
        var refusals = "aptosnet_budget_refusals_total";
        metrics.total(refusals, budget, NodeBudget::refusedFull, "reason", "full");
        metrics.total(refusals, budget, NodeBudget::refusedShare, "reason", "share");
        metrics.gauge("aptosnet_stream_bytes", budget.streams(), StreamBudget::used);
        metrics.gauge("aptosnet_stream_limit_bytes", budget.streams(), StreamBudget::limit);
        metrics.gauge("aptosnet_node_dials_in_flight", node.dials(), NodeDials::underWay);
    }

    private static SetupFailure failure(SetupFailure.Reason reason, String detail) {
        return new SetupFailure(reason, detail);
    }

    // From any thread.

    Clock clock() {
        return clock;
    }

    MessageLimits limits() {
        return settings.limits();
    }

    @Nullable PeerConnection connection(PeerId peer) {
        return owner.connected().find(peer);
    }

    /** Which network. */
    public NetworkId networkId() {
        return settings.networkId();
    }

    /** What peers dial. */
    public List<NetworkAddress> listenAddresses() {
        return List.copyOf(listenAddresses);
    }

    /** All protocols that are announced. */
    public List<ProtocolId> protocols() {
        return owner.protocols().spoken();
    }

    /** Who is connected, by peer id. */
    public List<PeerInfo> peers() {
        return owner.connected().infos();
    }

    /** How far away a peer is; empty before its first answer to a ping. */
    public Optional<RoundTrip> roundTrip(PeerId peer) {
        return owner.roundTrip(peer);
    }

    /** How the connected peers are. */
    PeerHealths peerHealths() {
        return owner.peerHealths();
    }

    /** How a connected peer is; empty if there is no connection. */
    public Optional<PeerHealth> health(PeerId peer) {
        return owner.peerHealths().find(peer);
    }

    /** How all connected peers are, by peer id. */
    public List<PeerHealth> healths() {
        return owner.peerHealths().all();
    }

    /** Where an application says how it is, at least as often as it promises. */
    public HealthSignal healthSignal(String application, Duration heartbeat) {
        return applications.add(application, heartbeat);
    }

    /** What the applications say, by name. */
    public Map<String, ApplicationHealth> applications() {
        return applications.all();
    }

    /** How each source of peers is doing. */
    public List<SourceReport> sources() {
        return owner.sources();
    }

    /** A client for one application. */
    public <M> NetworkClient<M> client(Codec<M> codec, List<ProtocolId> spoken) {
        for (var protocol : spoken) {
            if (!owner.protocols().spoken().contains(protocol)) {
                throw new IllegalArgumentException(
                        protocol
                                + ": not announced by this node (builder: protocols, serve or"
                                + " receive)");
            }
        }
        return new PeerClient<>(this, codec, spoken);
    }

    /** Waits until a peer is owner.connected(). */
    public void awaitPeer(PeerId peer, Duration timeout) throws InterruptedException {
        if (!owner.connected().await(peer, clock.now().plus(timeout))) {
            var last = owner.lastFailure(peer);
            throw new ConnectFailure(
                    last != null
                            ? last
                            : failure(
                                    SetupFailure.Reason.TIMEOUT,
                                    "peer " + peer + " did not connect in " + timeout));
        }
    }

    /** Dials a peer once. */
    public PeerInfo connect(PeerId peer, NetworkAddress address, Duration timeout)
            throws InterruptedException {
        var live = owner.connected().usable(peer);
        if (live != null) {
            return live.info();
        }
        var answer = new CompletableFuture<PeerInfo>();
        var id = new DialId(dialIds.getAndIncrement());
        if (!owner.dialOnce(id, peer, address, answer)) {
            throw new ConnectFailure(failure(SetupFailure.Reason.CANCELED, "the node stops"));
        }
        try {
            return answer.get(MonoTime.saturatedNanos(timeout), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            owner.cancel(id);
            throw new ConnectFailure(
                    failure(SetupFailure.Reason.TIMEOUT, address + ": no link in " + timeout));
        } catch (InterruptedException e) {
            owner.cancel(id);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ConnectFailure failed) {
                throw failed;
            }
            throw new AssertionError(e);
        }
    }

    /** Keeps a peer connected from now on. */
    public void addSeed(PeerId peer, List<NetworkAddress> addresses) {
        owner.seed(peer, addresses);
    }

    /** Which links are tried over QUIC, from the next dial on. */
    public void quic(QuicRollout rollout) {
        requireTransport(rollout);
        if (rollout.isOn()) {
            owner.transports().open(QUIC::equals);
        }
        owner.rollout(rollout);
    }

    /** Says what a source will say at the next change of epoch. */
    public void announceNextEpoch(PeerView next, Duration in) {
        owner.announce(next, clock.now().plus(in));
    }

    /** Takes that back. */
    public void revokeNextEpoch() {
        owner.announce(null, MonoTime.NEVER);
    }

    /** Ends the connection to a peer; false if there is none. */
    boolean disconnect(PeerId peer, DisconnectReason reason) {
        return owner.disconnect(peer, reason);
    }

    /** The same, and waits until it is gone. */
    boolean disconnect(PeerId peer, DisconnectReason reason, Duration timeout)
            throws InterruptedException, TimeoutException {
        var answer = new CompletableFuture<Boolean>();
        if (!owner.disconnect(peer, reason, answer)) {
            return false; // The node has stopped, and its connections with it.
        }
        try {
            return answer.get(MonoTime.saturatedNanos(timeout), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            owner.close(DRAIN_LIMIT);
        } finally {
            metrics.close();
        }
    }
}
