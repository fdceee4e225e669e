package dev.aptosnet.bootstrap.runtime;

import dev.aptosnet.bootstrap.metrics.NetworkMetrics;
import dev.aptosnet.domain.connection.ConnectionSettings;
import dev.aptosnet.domain.peer.Peers;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.client.MessageLimits;
import dev.aptosnet.ports.client.NetworkClient;
import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.RoundTrip;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.TransportSettings;

import io.micrometer.core.instrument.Metrics;

import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * One network of a node, running. Everything that sees several peers happens on its loop; senders
 * look connections up in an immutable snapshot.
 */
public final class NetworkInstance implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(NetworkInstance.class.getName());

    /** How long a stopping node waits for queued messages to leave. */
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(1);

    private final NetworkSettings settings;
    private final Clock clock = Clock.system();
    private final Protocols protocols;
    private final Greeting greeting;
    private final ConnectionSettings connectionSettings;
    private final SendAccount.NodeBudget budget;
    private final NetworkMetrics metrics;
    private final Transports transports;
    private final AtomicLong ids = new AtomicLong();
    private final NodeLoop loop;
    private final Serial listeners = new Serial("aptosnet-peers");
    private final List<NetworkAddress> listenAddresses = new ArrayList<>();
    private final ConnectedPeers connected;

    // Owned by the loop.
    private final Peers peers;
    private final Dialling dialler;
    private final HealthChecks health;
    private final Discovery discovery;
    private final Map<ConnectionId, PeerConnection> connections = new HashMap<>();
    private final Map<DialId, Pending> dials = new HashMap<>();
    private final Map<Long, CompletableFuture<Boolean>> disconnects = new HashMap<>();

    private final ConcurrentHashMap<PeerId, SetupFailure> lastFailures = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** A dial under way; {@code answer} is null for the dialler's own. */
    private record Pending(
            PeerId peer, MonoTime since, @Nullable CompletableFuture<PeerInfo> answer) {}

    private NetworkInstance(NetworkSettings settings) {
        this.settings = settings;
        this.metrics =
                new NetworkMetrics(
                        Metrics.globalRegistry,
                        settings.networkId(),
                        settings.self(),
                        settings.validator());
        this.health =
                new HealthChecks(
                        settings.health(),
                        clock,
                        metrics,
                        this::runOnLoop,
                        this::connection,
                        this::unhealthy);
        this.protocols = new Protocols(health.withAnswers(settings.registrations()));
        this.greeting = new Greeting(settings.chainId(), settings.networkId(), protocols.spoken());
        this.connectionSettings = connectionSettings(settings.limits());
        this.budget = new SendAccount.NodeBudget(settings.limits().nodeBytes());
        this.connected = new ConnectedPeers(clock);
        this.transports = new Transports(this::transportSettings, new LinkEvents());
        this.dialler =
                new Dialling(settings, settings.admission().access(), clock, new DialOrders());
        this.peers =
                new Peers(
                        settings.self(),
                        settings.admission(),
                        dialler,
                        new SplittableRandom(new SecureRandom().nextLong()));
        this.loop =
                new NodeLoop(
                        "aptosnet-" + settings.self().shortText(),
                        clock,
                        () -> MonoTime.earlier(dialler.nextDeadline(), health.nextDeadline()),
                        this::timeReached);
        this.discovery = new Discovery(settings.sources(), clock, () -> runOnLoop(this::takeViews));
    }

    /** Dial ids of {@link #connect}; those of the dialler are below. */
    private static final long FIRST_OWN_DIAL = 1L << 62;

    private static ConnectionSettings connectionSettings(MessageLimits limits) {
        var builder =
                ConnectionSettings.builder()
                        .maxFrameBytes(limits.maxFrameBytes())
                        .maxMessageBytes(limits.maxMessageBytes())
                        .minPieceBytes(limits.minPieceBytes())
                        .maxInboundCalls(limits.maxInboundRpcs())
                        .maxOutboundCalls(limits.maxOutboundRpcs())
                        .inboundCallLimit(limits.inboundRpcTimeout())
                        .maxInboundStreams(limits.maxInboundStreams())
                        .streamProgressLimit(limits.streamProgressTimeout());
        int[] weights = {8, 8, 4, 2};
        for (var i = 0; i < MessageClass.COUNT; i++) {
            builder.queue(
                    MessageClass.ofIndex(i),
                    new ConnectionSettings.Queue(
                            limits.queueMessages(), limits.queueBytes(), weights[i]));
        }
        return builder.build();
    }

    /**
     * Starts a network; returns once it listens.
     *
     * @throws ConnectFailure if an address cannot be listened at
     */
    public static NetworkInstance start(NetworkSettings settings) {
        var network = new NetworkInstance(settings);
        try {
            network.open();
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
        return network;
    }

    private void open() {
        for (var origin : Origin.values()) {
            metrics.gauge(
                    "aptos_connections",
                    this,
                    network -> network.connected.count(origin),
                    "direction",
                    origin == Origin.INBOUND ? "inbound" : "outbound");
        }
        metrics.gauge("aptosnet_budget_used_bytes", budget, SendAccount.NodeBudget::used);
        metrics.gauge("aptosnet_budget_limit_bytes", budget, SendAccount.NodeBudget::limit);
        dialler.begin();
        loop.start();
        for (var address : settings.listen()) {
            listenAddresses.add(
                    transports.listen(address, settings.transportLimits().upgradeTimeout()));
        }
        discovery.start();
    }

    private static SetupFailure failure(SetupFailure.Reason reason, String detail) {
        return new SetupFailure(reason, detail);
    }

    private TransportSettings transportSettings(Consumer<TransportEvent> events) {
        var given = settings.transportLimits();
        var onVfn = settings.validator() && settings.networkId() == NetworkId.VFN;
        return new TransportSettings(
                settings.self(),
                settings.privateKey(),
                settings.suites(),
                settings.authMode(),
                dialler,
                onVfn ? PeerRole.VALIDATOR_FULL_NODE : PeerRole.UNKNOWN,
                greeting::encoded,
                events,
                clock,
                new TransportSettings.Limits(
                        settings.limits().maxFrameBytes(),
                        given.upgradeTimeout(),
                        given.closeTimeout(),
                        given.writeTimeout(),
                        given.maxPendingInbound(),
                        given.maxPendingPerAddress(),
                        given.maxUnsentBytes(),
                        given.receiveBufferBytes(),
                        given.sendBufferBytes(),
                        given.proxyProtocol(),
                        given.threads()));
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
            if (!loop.post(() -> NetworkInstance.this.dialed(id, link))) {
                refuse(link);
            }
        }

        @Override
        public void dialFailed(DialId id, SetupFailure why) {
            loop.post(() -> NetworkInstance.this.dialFailed(id, why));
        }
    }

    private static void refuse(Link link) {
        link.close(
                DisconnectReason.REQUESTED_BY_PEER_MANAGER, "the node stops, or its loop is full");
    }

    // On the loop.

    /** What the machine that keeps us connected orders. */
    private final class DialOrders implements Dialling.Orders {
        @Override
        public void dial(DialId id, PeerId peer, NetworkAddress address) {
            if (!closed) {
                NetworkInstance.this.dial(id, peer, address, null);
            }
        }

        @Override
        public void cancel(DialId id, NetworkAddress address) {
            transports.cancel(id, address);
        }

        @Override
        public void disconnect(PeerId peer, DisconnectReason reason) {
            apply(peers.on(new Peers.Event.Disconnect(peer, reason)));
        }
    }

    private void timeReached() {
        // The loop may have been too full to be told of a view: it is taken now at the latest.
        takeViews();
        dialler.timeReached();
        health.onTime();
    }

    private void takeViews() {
        if (!closed) {
            discovery.take(dialler::discovered);
        }
    }

    private void runOnLoop(Runnable task) {
        loop.post(task);
    }

    private @Nullable PeerConnection connection(ConnectionId id) {
        return connections.get(id);
    }

    private void unhealthy(PeerId peer) {
        apply(
                peers.on(
                        new Peers.Event.Disconnect(
                                peer, DisconnectReason.NETWORK_HEALTH_CHECK_FAILURE)));
    }

    private void dial(
            DialId id,
            PeerId peer,
            NetworkAddress address,
            @Nullable CompletableFuture<PeerInfo> answer) {
        dials.put(id, new Pending(peer, clock.now(), answer));
        if (answer != null) {
            dialler.requested(peer);
        }
        metrics.dialled();
        try {
            transports.dial(id, peer, address);
        } catch (ConnectFailure e) {
            dialFailed(id, e.failure());
        }
    }

    private void dialFailed(DialId id, SetupFailure failure) {
        var pending = dials.remove(id);
        if (pending == null) {
            return;
        }
        if (pending.answer() != null) {
            dialler.requestFailed(pending.peer());
        }
        dialler.dialEnded(id, false);
        metrics.setupRefused(Origin.OUTBOUND, failure.reason());
        metrics.upgraded(Origin.OUTBOUND, false, clock.now().since(pending.since()));
        var before = lastFailures.put(pending.peer(), failure);
        // The first failure of a kind is told, repetitions are not: one line, not a wall of them.
        var level =
                before != null && before.reason() == failure.reason()
                        ? System.Logger.Level.DEBUG
                        : System.Logger.Level.INFO;
        LOG.log(level, "cannot connect to peer {0}: {1}", pending.peer().shortText(), failure);
        if (pending.answer() != null) {
            pending.answer().completeExceptionally(new ConnectFailure(failure));
        }
    }

    private void dialed(DialId id, Link link) {
        var pending = dials.get(id);
        var failure = proven(link, pending);
        if (failure != null) {
            dialFailed(id, failure);
            return;
        }
        dials.remove(id);
        dialler.dialEnded(id, true);
    }

    private @Nullable SetupFailure proven(Link link, @Nullable Pending pending) {
        var info = link.info();
        if (closed) {
            refuse(link);
            return failure(SetupFailure.Reason.CANCELLED, "the node stops");
        }
        metrics.upgraded(info.origin(), true, info.times().total());
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
            Link link, Negotiation.Agreed agreed, @Nullable Pending pending) {
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
                        this::connectionClosed);
        connections.put(info.id(), connection);
        var refused =
                apply(
                        peers.on(
                                new Peers.Event.Proven(
                                        new Peers.Connected(
                                                info.id(),
                                                info.peer(),
                                                info.origin(),
                                                info.role()))));
        if (refused == null) {
            if (pending != null && pending.answer() != null) {
                pending.answer().complete(peerInfo);
            }
            return null;
        }
        var live = connected.find(info.peer());
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
                case Peers.Effect.Withdraw(var peer) -> connected.unpublish(peer.peer(), peer.id());
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
                        connected.publish(connection);
                        connection.start();
                    }
                }
                case Peers.Effect.Close(var id, var reason, var detail) -> {
                    var connection = connections.get(id);
                    if (connection != null) {
                        connection.close(reason, detail);
                    }
                }
                case Peers.Effect.PeerUp(var peer) -> {
                    lastFailures.remove(peer.peer());
                    var connection = connections.get(peer.id());
                    if (connection != null) {
                        var info = connection.info();
                        dialler.connected(info);
                        health.connected(info);
                        tell(listener -> listener.onPeerUp(info));
                    }
                }
                case Peers.Effect.PeerReplaced(var before, var after) -> {
                    var old = connections.get(before.id());
                    var connection = connections.get(after.id());
                    if (connection != null) {
                        var is = connection.info();
                        dialler.connected(is);
                        health.connected(is);
                        if (old != null) {
                            var was = old.info();
                            tell(listener -> listener.onPeerReplaced(was, is));
                        }
                    }
                }
                case Peers.Effect.PeerDown(var peer, var reason) -> {
                    dialler.disconnected(peer.peer(), peer.id());
                    connected.unpublish(peer.peer(), peer.id());
                    var connection = connections.get(peer.id());
                    if (connection != null) {
                        var info = connection.info();
                        health.lost(info);
                        tell(listener -> listener.onPeerDown(info, reason));
                    }
                }
            }
        }
        return refused;
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
                    case ACCESS_POLICY, INBOUND_LIMIT -> SetupFailure.Reason.NOT_ADMITTED;
                    case SELF -> SetupFailure.Reason.SELF_DIAL;
                    case TIE_BREAK -> SetupFailure.Reason.ALREADY_CONNECTED;
                },
                detail);
    }

    private void tell(Consumer<NetworkEvents<?>> what) {
        for (var listener : settings.listeners()) {
            listeners.run(() -> what.accept(listener));
        }
    }

    /** On the connection's owner. */
    private void connectionClosed(PeerConnection connection, LinkClosed how) {
        metrics.disconnected(how.reason());
        var info = connection.info();
        LOG.log(
                System.Logger.Level.DEBUG,
                "connection {0}, peer {1} closed: {2}, {3}",
                info.connection(),
                info.peer().shortText(),
                how.reason().label(),
                how.detail());
        loop.post(
                () -> {
                    apply(
                            peers.on(
                                    new Peers.Event.Closed(
                                            info.connection(), info.peer(), how.reason())));
                    connections.remove(info.connection());
                });
    }

    // From any thread.

    Clock clock() {
        return clock;
    }

    MessageLimits limits() {
        return settings.limits();
    }

    @Nullable PeerConnection connection(PeerId peer) {
        return connected.find(peer);
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
        return protocols.spoken();
    }

    /** Who is connected, by peer id. */
    public List<PeerInfo> peers() {
        return connected.infos();
    }

    /** How far away a peer is; empty before its first answer to a ping. */
    public Optional<RoundTrip> roundTrip(PeerId peer) {
        return health.roundTrip(peer);
    }

    /** A client for one application. */
    public <M> NetworkClient<M> client(Codec<M> codec, List<ProtocolId> spoken) {
        for (var protocol : spoken) {
            if (!protocols.spoken().contains(protocol)) {
                throw new IllegalArgumentException(
                        protocol
                                + ": not announced by this node (builder: protocols, serve or"
                                + " receive)");
            }
        }
        return new PeerClient<>(this, codec, spoken);
    }

    /** Waits until a peer is connected. */
    public void awaitPeer(PeerId peer, Duration timeout) throws InterruptedException {
        if (!connected.await(peer, clock.now().plus(timeout))) {
            var last = lastFailures.get(peer);
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
        var live = connected.find(peer);
        if (live != null) {
            return live.info();
        }
        var answer = new CompletableFuture<PeerInfo>();
        var id = new DialId(FIRST_OWN_DIAL + ids.getAndIncrement());
        if (!loop.post(() -> dial(id, peer, address, answer))) {
            throw new ConnectFailure(failure(SetupFailure.Reason.CANCELLED, "the node stops"));
        }
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            loop.post(() -> transports.cancel(id, address));
            throw new ConnectFailure(
                    failure(SetupFailure.Reason.TIMEOUT, address + ": no link in " + timeout));
        } catch (InterruptedException e) {
            loop.post(() -> transports.cancel(id, address));
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
        loop.post(() -> dialler.seed(peer, addresses));
    }

    /** Ends the connection to a peer; false if there is none. */
    boolean disconnect(PeerId peer, DisconnectReason reason) {
        return connected.contains(peer)
                && loop.post(() -> apply(peers.on(new Peers.Event.Disconnect(peer, reason))));
    }

    /** The same, and waits until it is gone. */
    boolean disconnect(PeerId peer, DisconnectReason reason, Duration timeout)
            throws InterruptedException, TimeoutException {
        var answer = new CompletableFuture<Boolean>();
        var request = ids.getAndIncrement();
        var asked =
                loop.post(
                        () -> {
                            disconnects.put(request, answer);
                            apply(peers.on(new Peers.Event.Disconnect(peer, reason, request)));
                        });
        if (!asked) {
            return false; // The node has stopped, and its connections with it.
        }
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        discovery.close();
        var until = clock.now().plus(DRAIN_LIMIT);
        connected.connections().forEach(connection -> connection.drainAndClose(until));
        awaitNoPeers(until);
        transports.close();
        awaitNoPeers(clock.now().plus(DRAIN_LIMIT));
        loop.close();
        metrics.close();
    }

    private void awaitNoPeers(MonoTime until) {
        try {
            connected.awaitNone(until);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
