package dev.aptosnet.node;

import dev.aptosnet.domain.peer.Admission;
import dev.aptosnet.domain.rollout.QuicRollout;
import dev.aptosnet.node.codec.Codecs;
import dev.aptosnet.node.connection.ProtocolRegistration;
import dev.aptosnet.node.network.NetworkSettings;
import dev.aptosnet.node.network.Networks;
import dev.aptosnet.node.network.NodeServices;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.client.Inbox;
import dev.aptosnet.ports.client.MessageHandler;
import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.RpcHandler;
import dev.aptosnet.ports.discovery.PeerSourceSettings;
import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.monitoring.NodeInformationSource;
import dev.aptosnet.ports.settings.BatchDelays;
import dev.aptosnet.ports.settings.BreakerSettings;
import dev.aptosnet.ports.settings.CallSettings;
import dev.aptosnet.ports.settings.ClassWeights;
import dev.aptosnet.ports.settings.ConnectivitySettings;
import dev.aptosnet.ports.settings.HealthSettings;
import dev.aptosnet.ports.settings.InboundRate;
import dev.aptosnet.ports.settings.MessageLimits;
import dev.aptosnet.ports.settings.MonitoringSettings;
import dev.aptosnet.ports.settings.PeerHealthSettings;
import dev.aptosnet.ports.settings.QuicMode;
import dev.aptosnet.ports.settings.ScoreSettings;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.TransportProvider;
import dev.aptosnet.ports.transport.TransportSettings;
import dev.aptosnet.ports.transport.TrustedPeers.TrustedPeer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Says what a node shall be, then {@linkplain #start starts} it. Protocols are agreed when a
 * connection is made, so handlers are registered here and not on the running node. Not thread-safe.
 */
public final class NodeBuilder {
    private int chainId = 4;
    private NetworkId networkId = NetworkId.PUBLIC;
    private @Nullable Identity identity;
    private @Nullable AuthMode authMode;
    private @Nullable List<CipherSuite> suites;
    private boolean validator;
    private int maxInboundConnections = 50;
    private AccessPolicy accessPolicy = AccessPolicy.NONE;
    private Collection<PeerId> priorityInboundPeers = List.of();
    private InboundRate inboundRate = InboundRate.UNLIMITED;
    private MessageLimits limits = MessageLimits.DEFAULT;
    private BatchDelays batchDelays = BatchDelays.NONE;
    private ClassWeights weights = ClassWeights.DEFAULT;
    private HealthSettings health = HealthSettings.DEFAULT;
    private PeerHealthSettings peerHealth = PeerHealthSettings.DEFAULT;
    private MonitoringSettings monitoring = MonitoringSettings.DEFAULT;
    private NodeInformationSource nodeInformation = NodeInformationSource.NO_LEDGER;
    private TransportSettings.Limits transportLimits = TransportSettings.Limits.DEFAULT;
    private @Nullable QuicRollout quic;
    private ConnectivitySettings connectivity = ConnectivitySettings.DEFAULTS;
    private final List<NetworkAddress> listen = new ArrayList<>();
    private final Map<PeerId, List<NetworkAddress>> seeds = new TreeMap<>();
    private final Map<PeerId, TrustedPeer> trusted = new HashMap<>();
    private final Map<ProtocolId, ProtocolRegistration> registrations = new TreeMap<>();
    private final List<NetworkEvents<?>> listeners = new ArrayList<>();
    private final List<PeerSourceSettings> sources = new ArrayList<>();

    private Clock clock = Clock.system();
    private MeterRegistry meters = Metrics.globalRegistry;
    private final List<TransportProvider> transports = new ArrayList<>();

    /** Networks beside this one. */
    private final List<NodeBuilder> others = new ArrayList<>();

    /** The node's own builder, if this is for another network of it. */
    private final @Nullable NodeBuilder first;

    NodeBuilder() {
        this.first = null;
    }

    private NodeBuilder(NodeBuilder first) {
        this.first = first;
    }

    /**
     * Which chain; peers of another are refused.
     *
     * @param chainId 0 to 255; 1 mainnet, 2 testnet, 3 devnet, 4 (the default) testing
     */
    public NodeBuilder chainId(int chainId) {
        requireNode("chain_id");
        if (chainId < 0 || chainId > 255) {
            throw new IllegalArgumentException("chain_id: " + chainId + " (expected: 0 to 255)");
        }
        this.chainId = chainId;
        return this;
    }

    /** Which network; peers of another are refused. Public unless said otherwise. */
    public NodeBuilder networkId(NetworkId networkId) {
        this.networkId = networkId;
        return this;
    }

    /** Who the node is; a fresh identity unless said otherwise. */
    public NodeBuilder identity(Identity identity) {
        this.identity = identity;
        return this;
    }

    /** Whether the node is a validator; matters on the VFN network (wire.md section 4.7). */
    public NodeBuilder validator(boolean validator) {
        requireNode("base.role");
        this.validator = validator;
        return this;
    }

    /**
     * Whether only trusted peers may connect. By default so on the validator network alone, where
     * it cannot be switched off.
     */
    public NodeBuilder mutualAuthentication(boolean mutual) {
        this.authMode = mutual ? AuthMode.MUTUAL : AuthMode.MAYBE_MUTUAL;
        return this;
    }

    /** The cipher suites in order of preference; by default those of the chain. */
    public NodeBuilder suites(CipherSuite... suites) {
        this.suites = List.of(suites);
        return this;
    }

    /** Accepts connections there, such as {@code /ip4/127.0.0.1/tcp/0}; port 0 takes a free one. */
    public NodeBuilder listen(String address) {
        return listen(NetworkAddress.parse(address));
    }

    /** Accepts connections there. */
    public NodeBuilder listen(NetworkAddress address) {
        if (!address.isListenable()) {
            throw new IllegalArgumentException(
                    "listen_address: "
                            + address
                            + " (expected: an IP address and a TCP or QUIC port, or a memory"
                            + " port)");
        }
        listen.add(address);
        return this;
    }

    /**
     * Keeps a peer connected; its id is the one derived from the address's key. A seed is trusted
     * with the keys in its addresses, and is dialed whatever its role and however many others are.
     */
    public NodeBuilder seed(NetworkAddress address) {
        return seed(derivedId(address), address);
    }

    /** Keeps a peer connected, at the first of its addresses that works. */
    public NodeBuilder seed(PeerId peer, NetworkAddress... addresses) {
        for (var address : addresses) {
            if (!address.isDialable()) {
                throw new IllegalArgumentException(
                        "seeds: "
                                + address
                                + " (expected: host, port, /noise-ik/<public key>/handshake/0)");
            }
        }
        seeds.computeIfAbsent(peer, _ -> new ArrayList<>()).addAll(List.of(addresses));
        return this;
    }

    static PeerId derivedId(NetworkAddress address) {
        return PeerId.derivedFrom(
                address.key()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "seeds: "
                                                        + address
                                                        + " (expected: /noise-ik/<public key>)")));
    }

    /**
     * Watches a place where peers are listed, such as a file; at most one of each kind. What it
     * says goes before the seeds.
     */
    public NodeBuilder discover(PeerSourceSettings source) {
        sources.add(source);
        return this;
    }

    /** Trusts a key to speak for a peer. */
    public NodeBuilder trust(PeerId peer, PublicKey key, PeerRole role) {
        trusted.merge(
                peer,
                new TrustedPeer(java.util.Set.of(key), role),
                (before, added) -> {
                    var keys = new HashSet<>(before.keys());
                    keys.addAll(added.keys());
                    return new TrustedPeer(keys, added.role());
                });
        return this;
    }

    /** How many inbound peers of unknown role are let in; 50 unless said otherwise. */
    public NodeBuilder maxInboundConnections(int maxInboundConnections) {
        this.maxInboundConnections = maxInboundConnections;
        return this;
    }

    /** Which peers the node connects with at all, in either direction; all unless said so. */
    public NodeBuilder accessPolicy(AccessPolicy accessPolicy) {
        this.accessPolicy = accessPolicy;
        return this;
    }

    /**
     * Peers of unknown role that are let in even if {@link #maxInboundConnections} is reached: one
     * that is not listed has to go.
     */
    public NodeBuilder priorityInboundPeers(Collection<PeerId> peers) {
        this.priorityInboundPeers = List.copyOf(peers);
        return this;
    }

    /** How fast each connection may send to us; unlimited unless said otherwise. */
    public NodeBuilder inboundRateLimit(InboundRate inboundRate) {
        this.inboundRate = inboundRate;
        return this;
    }

    /**
     * Sizes, counts and durations of messages and calls. The node's bytes are those of its first
     * network.
     */
    public NodeBuilder limits(MessageLimits limits) {
        this.limits = limits;
        return this;
    }

    /** How long messages may wait for company before they leave; not at all unless said. */
    public NodeBuilder batchDelays(BatchDelays batchDelays) {
        this.batchDelays = batchDelays;
        return this;
    }

    /** How classes share a connection; {@code priorities.weights}. */
    public NodeBuilder weights(ClassWeights weights) {
        this.weights = weights;
        return this;
    }

    /**
     * How silent peers are found out; by default one is disconnected within 15 seconds. {@link
     * HealthSettings#APTOS_CORE} is what unmodified nodes do.
     */
    public NodeBuilder health(HealthSettings health) {
        this.health = health;
        return this;
    }

    /**
     * When calls that fail anyway are no longer made; {@link BreakerSettings#OFF} makes them all.
     */
    public NodeBuilder circuitBreaker(BreakerSettings breaker) {
        this.peerHealth = peerHealth.withBreaker(breaker);
        return this;
    }

    /**
     * How long calls may take beside what their callers say. {@link CallSettings#APTOS_CORE} leaves
     * it to the callers.
     */
    public NodeBuilder calls(CallSettings calls) {
        this.peerHealth = peerHealth.withCalls(calls);
        return this;
    }

    /** What makes a peer's score. */
    public NodeBuilder score(ScoreSettings score) {
        this.peerHealth = peerHealth.withScore(score);
        return this;
    }

    /**
     * Treats the health of peers as an unmodified aptos-core node does: pings at its values, no
     * circuit breakers, no limits for calls but the callers' and 10 seconds for serving one.
     */
    public NodeBuilder healthOfAptosCore() {
        this.health = HealthSettings.APTOS_CORE;
        this.peerHealth = PeerHealthSettings.APTOS_CORE;
        return this;
    }

    /**
     * How peers are asked how they are, and answered; as unmodified nodes do unless said otherwise.
     * Those disconnect a node that does not answer.
     */
    public NodeBuilder monitoring(MonitoringSettings monitoring) {
        requireNode("peer_monitoring_service");
        this.monitoring = monitoring;
        return this;
    }

    /** What peers may know of the node's ledger; that it has none unless said otherwise. */
    public NodeBuilder nodeInformation(NodeInformationSource source) {
        requireNode("node information");
        this.nodeInformation = source;
        return this;
    }

    /**
     * Sizes, counts and durations of the transport; its frame size is taken from {@link #limits}.
     */
    public NodeBuilder transportLimits(TransportSettings.Limits transportLimits) {
        this.transportLimits = transportLimits;
        return this;
    }

    /**
     * Tries QUIC on a share of the links. The node then also listens over QUIC, at the ports of its
     * TCP addresses unless {@link #listen} names others, and needs the jar {@code
     * aptosnet-adapter-quic}. Unless this is called QUIC is off, but for a node that is told to
     * listen over QUIC, or of a seed that has no other address. See docs/adr/0015.
     *
     * @param mode what is done for a pair of peers in the share
     * @param rolloutPercent how many of a hundred pairs are in it; 0 opens no UDP socket
     */
    public NodeBuilder quic(QuicMode mode, int rolloutPercent) {
        this.quic = new QuicRollout(mode, rolloutPercent);
        return this;
    }

    /**
     * How the node keeps itself connected: how often and how soon it dials, and how many. {@link
     * ConnectivitySettings#aptosCore} has the values of unmodified nodes.
     */
    public NodeBuilder connectivity(ConnectivitySettings connectivity) {
        this.connectivity = connectivity;
        return this;
    }

    /** Speaks these protocols without serving them: for calls and sends to peers that do. */
    public NodeBuilder protocols(ProtocolId... protocols) {
        for (var protocol : protocols) {
            registrations.computeIfAbsent(protocol, ProtocolRegistration::clientOnly);
        }
        return this;
    }

    /**
     * Serves requests of a protocol with bytes in the protocol's own encoding: compressed where
     * unmodified nodes compress. {@link Codec#BYTES} leaves payloads as they are.
     */
    public NodeBuilder serve(ProtocolId protocol, RpcHandler<Bytes> handler) {
        return serve(protocol, Codecs.bytes(), handler);
    }

    /** Serves requests of a protocol with the application's own messages. */
    public <M> NodeBuilder serve(ProtocolId protocol, Codec<M> codec, RpcHandler<M> handler) {
        return register(ProtocolRegistration.rpc(protocol, codec, handler, false));
    }

    /** As {@link #serve(ProtocolId, RpcHandler)}, on the connection's owner: must never block. */
    public NodeBuilder serveInline(ProtocolId protocol, RpcHandler<Bytes> handler) {
        return serveInline(protocol, Codecs.bytes(), handler);
    }

    /** Serves requests on the connection's owner; neither handler nor codec may ever block. */
    public <M> NodeBuilder serveInline(ProtocolId protocol, Codec<M> codec, RpcHandler<M> handler) {
        return register(ProtocolRegistration.rpc(protocol, codec, handler, true));
    }

    /**
     * Takes direct sends of a protocol as bytes in the protocol's own encoding, as {@link
     * #serve(ProtocolId, RpcHandler)} does.
     */
    public NodeBuilder receive(ProtocolId protocol, MessageHandler<Bytes> handler) {
        return receive(protocol, Codecs.bytes(), handler);
    }

    /** Takes direct sends of a protocol as the application's own messages. */
    public <M> NodeBuilder receive(ProtocolId protocol, Codec<M> codec, MessageHandler<M> handler) {
        return register(ProtocolRegistration.direct(protocol, codec, handler, false));
    }

    /**
     * Takes direct sends of a protocol that wait as the application says, such as the latest of
     * each peer alone.
     */
    public <M> NodeBuilder receive(
            ProtocolId protocol, Codec<M> codec, Inbox inbox, MessageHandler<M> handler) {
        return register(
                ProtocolRegistration.direct(protocol, codec, handler, false).waitingIn(inbox));
    }

    /** As {@link #receive(ProtocolId, MessageHandler)}, on the connection's owner. */
    public NodeBuilder receiveInline(ProtocolId protocol, MessageHandler<Bytes> handler) {
        return receiveInline(protocol, Codecs.bytes(), handler);
    }

    /** Takes direct sends on the connection's owner; neither handler nor codec may ever block. */
    public <M> NodeBuilder receiveInline(
            ProtocolId protocol, Codec<M> codec, MessageHandler<M> handler) {
        return register(ProtocolRegistration.direct(protocol, codec, handler, true));
    }

    /**
     * Registers a whole application: all that arrives under its protocols goes to {@code events}.
     */
    public <M> NodeBuilder application(
            Codec<M> codec, List<ProtocolId> protocols, NetworkEvents<M> events) {
        for (var protocol : protocols) {
            register(ProtocolRegistration.rpc(protocol, codec, events::onRpcRequest, false));
            register(ProtocolRegistration.direct(protocol, codec, events::onMessage, false));
        }
        listeners.add(events);
        return this;
    }

    /** The same, with direct sends that wait as the application says. */
    public <M> NodeBuilder application(
            Codec<M> codec, List<ProtocolId> protocols, Inbox inbox, NetworkEvents<M> events) {
        application(codec, protocols, events);
        protocols.forEach(p -> registrations.computeIfPresent(p, (_, r) -> r.waitingIn(inbox)));
        return this;
    }

    /**
     * Says that the handlers of these protocols, and the callbacks of calls, are done with a
     * payload when they return: its memory then takes the next message. They must keep no part of
     * it, and must not send it on; an answer may contain it. For large messages that come fast:
     * what is put together of one is otherwise copied by the collector again and again; and with
     * inline handlers for small ones, of which many come together, since none is copied (ADR 0021).
     */
    public NodeBuilder borrow(ProtocolId... protocols) {
        for (var protocol : protocols) {
            register(ProtocolRegistration.clientOnly(protocol).borrowing());
        }
        return this;
    }

    /** Hears of peers that come and go. */
    public NodeBuilder onPeers(NetworkEvents<?> events) {
        listeners.add(events);
        return this;
    }

    private NodeBuilder register(ProtocolRegistration added) {
        registrations.merge(added.protocol(), added, ProtocolRegistration::and);
        return this;
    }

    /**
     * Puts the node on one more network, with everything of its own but the chain, the role and the
     * node's byte budget: identity, addresses, peers, protocols, limits.
     *
     * @param network each once
     * @param settings says what the node shall be on that network
     */
    public NodeBuilder network(NetworkId network, Consumer<NodeBuilder> settings) {
        if (first != null) {
            throw new IllegalStateException("a network has no networks of its own");
        }
        var other = new NodeBuilder(this);
        other.networkId = network;
        settings.accept(other);
        others.add(other);
        return this;
    }

    /** Where the node's meters are registered; Micrometer's global registry unless told. */
    public NodeBuilder meters(MeterRegistry registry) {
        requireNode("meters");
        this.meters = registry;
        return this;
    }

    /** The node's clocks, such as one whose time of day comes from elsewhere. */
    public NodeBuilder clock(Clock clock) {
        requireNode("clock");
        this.clock = clock;
        return this;
    }

    /** A transport beside those that the class or module path offers; it is asked first. */
    public NodeBuilder transport(TransportProvider provider) {
        requireNode("transport");
        transports.add(provider);
        return this;
    }

    /** What belongs to the node is said once. */
    private void requireNode(String key) {
        if (first != null) {
            throw new IllegalStateException(key + ": is the node's, not one network's");
        }
    }

    /**
     * Starts the node and returns once it listens on all of its networks. If one cannot start, none
     * does.
     *
     * @throws ConnectFailure if an address cannot be listened at
     * @throws IllegalArgumentException if a setting cannot work; names its configuration key
     */
    public AptosNode start() {
        requireNode("start");
        var identities = new ArrayList<Identity>();
        var settings = new ArrayList<NetworkSettings>();
        var ids = EnumSet.noneOf(NetworkId.class);
        for (var network : Stream.concat(Stream.of(this), others.stream()).toList()) {
            if (!ids.add(network.networkId)) {
                throw new IllegalArgumentException(
                        "network_id: " + network.networkId.configName() + " (expected: each once)");
            }
            var who = network.identity == null ? Identity.generate() : network.identity;
            identities.add(who);
            settings.add(network.settings(who, chainId, validator));
        }
        return new AptosNode(
                identities, Networks.start(settings, new NodeServices(clock, meters, transports)));
    }

    private NetworkSettings settings(Identity who, int chain, boolean asValidator) {
        var mode = authMode;
        if (mode == null) {
            mode = networkId == NetworkId.VALIDATOR ? AuthMode.MUTUAL : AuthMode.MAYBE_MUTUAL;
        }
        if (networkId == NetworkId.VALIDATOR && mode != AuthMode.MUTUAL) {
            throw new IllegalArgumentException(
                    "mutual_authentication: false (expected: true on the validator network)");
        }
        var rollout = rollout();
        if (!rollout.isOn()) {
            for (var address : listen) {
                if (address.isQuic()) {
                    throw new IllegalArgumentException(
                            "listen_address: "
                                    + address
                                    + " (expected: a TCP port, or a mode and a rollout_percent of"
                                    + " transports.quic)");
                }
            }
        }
        var node = first == null ? this : first;
        return new NetworkSettings(
                who.peerId(),
                who.publicKey(),
                who.privateKey(),
                chain,
                networkId,
                asValidator,
                mode,
                suites == null ? CipherSuite.defaultsFor(chain) : suites,
                trusted,
                seeds,
                listen,
                new Admission(maxInboundConnections, accessPolicy, priorityInboundPeers),
                inboundRate,
                limits,
                batchDelays,
                weights,
                health,
                peerHealth,
                node.monitoring,
                node.nodeInformation,
                transportLimits,
                rollout,
                connectivity,
                sources,
                List.copyOf(registrations.values()),
                List.copyOf(listeners));
    }

    /** As told; otherwise QUIC is on only where an address works in no other way. */
    private QuicRollout rollout() {
        if (quic != null) {
            return quic;
        }
        var needed =
                listen.stream().anyMatch(NetworkAddress::isQuic)
                        || seeds.values().stream().anyMatch(NodeBuilder::onlyOverQuic);
        return needed ? new QuicRollout(QuicMode.ONLY, 100) : QuicRollout.OFF;
    }

    private static boolean onlyOverQuic(List<NetworkAddress> addresses) {
        return !addresses.isEmpty() && addresses.stream().allMatch(NetworkAddress::isQuic);
    }
}
