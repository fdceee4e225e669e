package dev.aptosnet.node.network;

import dev.aptosnet.domain.connectivity.Connectivity;
import dev.aptosnet.domain.connectivity.Connectivity.Effect;
import dev.aptosnet.domain.connectivity.Connectivity.Event;
import dev.aptosnet.domain.connectivity.DialAllowance;
import dev.aptosnet.domain.connectivity.DialRoles;
import dev.aptosnet.domain.connectivity.DiscoveredPeer;
import dev.aptosnet.domain.connectivity.OwnNode;
import dev.aptosnet.domain.connectivity.TrustedSet;
import dev.aptosnet.domain.peer.Peers;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.TrustedPeers;

import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Feeds the machine that keeps the network connected, and hands its orders on. Seeds and trusted
 * peers of the builder are its source {@code Config}. Owned by the loop; the trusted set alone may
 * be asked from any thread.
 */
final class Dialing implements TrustedPeers {
    private final NetworkSettings settings;
    private final Clock clock;
    private final Orders orders;
    private final Connectivity machine;
    private final Map<PeerId, DiscoveredPeer> config = new TreeMap<>();

    /** Peers that the application dials itself, until it fails or the connection ends. */
    private final Set<PeerId> requested = new HashSet<>();

    private volatile TrustedSet trusted = TrustedSet.EMPTY;
    private volatile int probesInFlight;

    /** What the machine orders, on the loop. */
    interface Orders {
        /** Dials; to be answered by {@link #dialEnded}. */
        void dial(DialId id, PeerId peer, NetworkAddress address);

        /** Measures how long a connection takes; to be answered by {@link #probeEnded}. */
        void probe(DialId id, NetworkAddress address, Duration limit);

        /** Gives a dial up, which is still to be answered. */
        void cancel(DialId id, NetworkAddress address);

        /** Ends a connection. */
        void disconnect(PeerId peer, DisconnectReason reason);

        /** These are trusted from now on; first on the thread that starts the node. */
        void trusted(TrustedSet peers);

        /** Does what a change of the trusted set means for a connection. */
        void change(Peers.Event event);

        /** An announced epoch has begun. */
        void epochChanged(int joined, int preConnected);
    }

    /**
     * @param allowance asked before each dial
     */
    Dialing(NetworkSettings settings, DialAllowance allowance, Clock clock, Orders orders) {
        this.settings = settings;
        this.clock = clock;
        this.orders = orders;
        this.machine =
                new Connectivity(
                        new OwnNode(
                                settings.self(),
                                settings.networkId(),
                                settings.validator(),
                                settings.authMode(),
                                settings.admission().access()),
                        settings.connectivity(),
                        allowance,
                        new SplittableRandom(new SecureRandom().nextLong()),
                        0,
                        clock.now());
    }

    /**
     * Trusts whom the settings name, before anybody can connect, and sets out to dial the seeds.
     */
    void begin() {
        settings.trusted()
                .forEach(
                        (peer, known) ->
                                config.put(
                                        peer,
                                        DiscoveredPeer.of(List.of(), known.keys(), known.role())));
        settings.seeds().forEach(this::addSeed);
        on(new Event.Discovered(SourceKind.CONFIG, config));
    }

    /** Keeps a peer connected from now on, at these addresses and no longer at earlier ones. */
    void seed(PeerId peer, List<NetworkAddress> addresses) {
        addSeed(peer, addresses);
        on(new Event.Discovered(SourceKind.CONFIG, config));
    }

    /** A source says something new. */
    void discovered(PeerView view) {
        on(new Event.Discovered(view.source(), peers(view)));
    }

    /** What a source will say at the next change of epoch; null if that is taken back. */
    void announced(@Nullable PeerView next, MonoTime expected) {
        on(
                next == null
                        ? new Event.NextSetRevoked()
                        : new Event.NextSetAnnounced(next.source(), peers(next), expected));
    }

    private static Map<PeerId, DiscoveredPeer> peers(PeerView view) {
        var known = new TreeMap<PeerId, DiscoveredPeer>();
        view.peers()
                .forEach(
                        (peer, said) ->
                                known.put(
                                        peer,
                                        DiscoveredPeer.of(
                                                said.addresses(), said.keys(), said.role())));
        return known;
    }

    /** Whether a peer, if it connects now, comes ahead of its epoch. */
    boolean isAhead(PeerId peer) {
        return machine.isAhead(peer);
    }

    private void addSeed(PeerId peer, List<NetworkAddress> addresses) {
        var before = config.get(peer);
        var keys = new TreeSet<PublicKey>();
        var role = DialRoles.ofSeed(settings.networkId(), settings.validator());
        if (before != null) {
            keys.addAll(before.keys());
            role = before.role();
        }
        addresses.stream().map(NetworkAddress::key).flatMap(Optional::stream).forEach(keys::add);
        config.put(peer, new DiscoveredPeer(addresses, keys, role, true));
    }

    /** Where a peer that is to be dialed may be reached over QUIC. */
    List<NetworkAddress> quicAddresses(PeerId peer) {
        return machine.quicAddresses(peer);
    }

    /** The application dials the peer itself, which need not be trusted then. */
    void requested(PeerId peer) {
        requested.add(peer);
    }

    /** A dial that the application asked for has failed. */
    void requestFailed(PeerId peer) {
        requested.remove(peer);
    }

    /** A connection to the peer is there, whoever dialed it, and the peer proved this key. */
    void connected(PeerInfo info, PublicKey key) {
        on(
                new Event.PeerUp(
                        info.peer(),
                        info.connection(),
                        info.origin(),
                        info.role(),
                        requested.contains(info.peer()),
                        key));
        if (info.origin() == Origin.OUTBOUND) {
            on(new Event.LatencyMeasured(info.peer(), info.times().connect()));
        }
    }

    /** A connection is gone, and no other to the peer is left. */
    void disconnected(PeerId peer, ConnectionId connection) {
        requested.remove(peer);
        on(new Event.PeerDown(peer, connection));
    }

    /** A dial ended; of no consequence if it was not the machine's. */
    void dialEnded(DialId id, boolean succeeded) {
        on(new Event.DialEnded(id, succeeded));
    }

    /** A probe ended; null if nothing answered. */
    void probeEnded(DialId id, @Nullable Duration took) {
        on(new Event.ProbeEnded(id, took));
    }

    /** How far away a peer is by its pings. */
    void measured(PeerId peer, Duration roundTrip) {
        on(new Event.LatencyMeasured(peer, roundTrip));
    }

    /** How many probes are under way. Any thread. */
    int probesInFlight() {
        return probesInFlight;
    }

    /** Does what is due. */
    void timeReached() {
        on(new Event.TimeReached());
    }

    MonoTime nextDeadline() {
        return machine.nextDeadline();
    }

    @Override
    public Optional<TrustedPeer> find(PeerId peer) {
        return trusted.find(peer);
    }

    private void on(Event event) {
        for (var effect : machine.on(clock.now(), event)) {
            switch (effect) {
                case Effect.Trust(var peers) -> {
                    trusted = peers;
                    orders.trusted(peers);
                }
                case Effect.Dial(var id, var peer, var address) -> orders.dial(id, peer, address);
                case Effect.Probe(var id, _, var address, var limit) ->
                        orders.probe(id, address, limit);
                case Effect.CancelDial(var id, var address) -> orders.cancel(id, address);
                case Effect.Disconnect(var peer, _, var reason) -> orders.disconnect(peer, reason);
                case Effect.Offer(var peer, var id) ->
                        orders.change(new Peers.Event.Belongs(peer, id));
                case Effect.Drain(var peer, var id, var until) ->
                        orders.change(new Peers.Event.Leaves(peer, id, until));
                case Effect.GiveWay(var peer, var id) ->
                        orders.change(new Peers.Event.Rekeyed(peer, id));
                case Effect.EpochChanged(var joined, var there) ->
                        orders.epochChanged(joined, there);
            }
        }
        probesInFlight = machine.probesInFlight();
    }
}
