package dev.aptosnet.domain.connectivity;

import dev.aptosnet.domain.connectivity.Connectivity.Effect;
import dev.aptosnet.domain.connectivity.Connectivity.Event;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.settings.ConnectivitySettings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** One machine, its clock, and what it has ordered and not been answered yet. */
final class Net {
    static final PeerId SELF = PeerId.parse("0x80");
    static final PeerId A = PeerId.parse("0xa0");
    static final PeerId B = PeerId.parse("0xb0");
    static final PeerId C = PeerId.parse("0xc0");
    static final Duration CHECK = Duration.ofSeconds(5);

    final Connectivity machine;
    MonoTime now = new MonoTime(0);
    final List<Effect.Dial> dials = new ArrayList<>();
    final List<Effect.Probe> probes = new ArrayList<>();
    final List<Effect.CancelDial> cancels = new ArrayList<>();
    final List<Effect.Disconnect> disconnects = new ArrayList<>();
    final List<TrustedSet> trusts = new ArrayList<>();

    /** What came of changes of epoch. */
    final List<Effect> handOffs = new ArrayList<>();

    private long connections;

    Net(NetworkId network, AuthMode mode, ConnectivitySettings settings) {
        this(network, mode, AccessPolicy.NONE, settings);
    }

    Net(NetworkId network, AuthMode mode, AccessPolicy access, ConnectivitySettings settings) {
        machine =
                new Connectivity(
                        new OwnNode(SELF, network, network == NetworkId.VALIDATOR, mode, access),
                        settings,
                        new DialLimiter(
                                settings.pacing().dialsPerSecond(), settings.pacing().dialBurst()),
                        new SplittableRandom(7),
                        0,
                        now);
    }

    /** The common set-up of conformance.md section 9. */
    static Net reference(AuthMode mode) {
        return new Net(NetworkId.PUBLIC, mode, reference().build());
    }

    static ConnectivitySettings.Builder reference() {
        return ConnectivitySettings.aptosCore()
                .maxDelay(Duration.ofMillis(100))
                .maxOutboundConnections(3)
                .latencyAware(false);
    }

    void on(Event event) {
        for (var effect : machine.on(now, event)) {
            switch (effect) {
                case Effect.Trust(var peers) -> trusts.add(peers);
                case Effect.Dial dial -> dials.add(dial);
                case Effect.CancelDial cancel -> cancels.add(cancel);
                case Effect.Probe probe -> probes.add(probe);
                case Effect.Disconnect disconnect -> disconnects.add(disconnect);
                case Effect.Offer _, Effect.Drain _, Effect.GiveWay _, Effect.EpochChanged _ ->
                        handOffs.add(effect);
            }
        }
    }

    /** Lets time pass, waking the machine whenever it wants to be woken. */
    void pass(Duration length) {
        var until = now.plus(length);
        while (!until.isBefore(machine.nextDeadline())) {
            now = machine.nextDeadline().isBefore(now) ? now : machine.nextDeadline();
            on(new Event.TimeReached());
        }
        now = until;
    }

    /** Up to the next check and long enough for the dials that it queues. */
    void check() {
        var sinceCheck = now.nanos() % CHECK.toNanos();
        pass(CHECK.minusNanos(sinceCheck).plusMillis(400));
    }

    void discovered(SourceKind source, Map<PeerId, PeerDescription> view) {
        on(new Event.Discovered(source, view));
    }

    /** Takes the only dial that was ordered. */
    Effect.Dial dial() {
        if (dials.size() != 1) {
            throw new AssertionError("one dial expected, not " + dials);
        }
        return dials.removeFirst();
    }

    void fail(Effect.Dial dial) {
        on(new Event.DialEnded(dial.id(), false));
    }

    ConnectionId succeed(Effect.Dial dial) {
        var connection = up(dial.peer(), Origin.OUTBOUND, PeerRole.VALIDATOR_FULL_NODE);
        on(new Event.DialEnded(dial.id(), true));
        return connection;
    }

    ConnectionId up(PeerId peer, Origin origin, PeerRole role) {
        var connection = new ConnectionId(connections++);
        on(new Event.PeerUp(peer, connection, origin, role, false, null));
        return connection;
    }

    /** The peer has proven this key. */
    ConnectionId up(PeerId peer, Origin origin, PublicKey key) {
        var connection = new ConnectionId(connections++);
        on(new Event.PeerUp(peer, connection, origin, PeerRole.VALIDATOR, false, key));
        return connection;
    }

    void down(PeerId peer, ConnectionId connection) {
        on(new Event.PeerDown(peer, connection));
    }

    static NetworkAddress at(int port) {
        return NetworkAddress.parse("/ip4/10.0.0.1/tcp/" + port).withKey(key(port));
    }

    static PublicKey key(int number) {
        var bytes = new byte[32];
        bytes[30] = (byte) (number >> 8);
        bytes[31] = (byte) number;
        return PublicKey.of(bytes);
    }

    /** A full node with one key, reachable at these ports of one host. */
    static PeerDescription peer(int key, Integer... ports) {
        return peer(PeerRole.VALIDATOR_FULL_NODE, key, ports);
    }

    static PeerDescription peer(PeerRole role, int key, Integer... ports) {
        return PeerDescription.of(
                Arrays.stream(ports).map(Net::at).toList(), Set.of(key(key)), role);
    }

    static Map<PeerId, PeerDescription> only(PeerId peer, PeerDescription said) {
        return new TreeMap<>(Map.of(peer, said));
    }
}
