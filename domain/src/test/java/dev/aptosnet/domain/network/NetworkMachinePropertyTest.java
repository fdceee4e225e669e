package dev.aptosnet.domain.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.connectivity.DialLimiter;
import dev.aptosnet.domain.connectivity.OwnNode;
import dev.aptosnet.domain.connectivity.PeerDescription;
import dev.aptosnet.domain.peer.Admission;
import dev.aptosnet.domain.rollout.QuicRollout;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.settings.ConnectivitySettings;
import dev.aptosnet.ports.settings.HealthSettings;
import dev.aptosnet.ports.settings.MonitoringSettings;
import dev.aptosnet.ports.settings.QuicMode;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.SetupFailure;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Random worlds around one machine; a failure names the seed. */
class NetworkMachinePropertyTest {
    private static final int PEERS = 12;
    private static final List<ProtocolId> SPOKEN =
            List.of(ProtocolId.HEALTH_CHECKER_RPC, ProtocolId.PEER_MONITORING_SERVICE_RPC);

    private final Map<DialId, NetworkEffect.Dial> dials = new LinkedHashMap<>();
    private final Map<DialId, Boolean> probes = new LinkedHashMap<>();
    private final Map<ConnectionId, PeerId> open = new LinkedHashMap<>();
    private final Map<DialId, Boolean> requested = new LinkedHashMap<>();
    private long nextLink;

    private static PublicKey key(int index) {
        var bytes = new byte[PublicKey.LENGTH];
        bytes[0] = (byte) index;
        bytes[31] = 1;
        return PublicKey.of(bytes);
    }

    private static PeerId peer(int index) {
        return PeerId.derivedFrom(key(index));
    }

    private static NetworkAddress address(int index) {
        return NetworkAddress.ofTcp(new byte[] {10, 0, 0, (byte) index}, 6180).withKey(key(index));
    }

    private static Map<PeerId, PeerDescription> view(SplittableRandom random) {
        var view = new TreeMap<PeerId, PeerDescription>();
        for (var index = 1; index <= PEERS; index++) {
            if (random.nextInt(3) > 0) {
                // Some have no address, some have no key.
                List<NetworkAddress> addresses =
                        random.nextInt(4) > 0 ? List.of(address(index)) : List.of();
                Set<PublicKey> keys = random.nextInt(6) > 0 ? Set.of(key(index)) : Set.of();
                view.put(peer(index), PeerDescription.of(addresses, keys, PeerRole.VALIDATOR));
            }
        }
        return view;
    }

    private static NetworkMachine machine(NetworkId network, long seed) {
        var hello = HandshakeNegotiator.hello(4, network, SPOKEN, false);
        return new NetworkMachine(
                new NetworkSetup(
                        new OwnNode(
                                peer(0),
                                network,
                                network == NetworkId.VALIDATOR,
                                AuthMode.MUTUAL,
                                AccessPolicy.NONE),
                        Admission.upTo(5),
                        hello,
                        ConnectivitySettings.DEFAULTS,
                        HealthSettings.DEFAULT,
                        Optional.of(MonitoringSettings.DEFAULT),
                        new QuicRollout(QuicMode.RACE, 50)),
                new DialLimiter(20, 10),
                new DialLimiter(20, 10),
                new SplittableRandom(seed),
                new MonoTime(0));
    }

    private NetworkEvent event(SplittableRandom random, MonoTime now, NetworkId network) {
        var source =
                network == NetworkId.VALIDATOR
                        ? SourceKind.ON_CHAIN_VALIDATOR_SET
                        : SourceKind.REST;
        return switch (random.nextInt(11)) {
            case 0 -> new NetworkEvent.Discovered(source, view(random));
            case 1 ->
                    new NetworkEvent.EpochAnnounced(
                            source, view(random), now.plus(Duration.ofSeconds(random.nextInt(90))));
            case 2 -> random.nextInt(4) == 0 ? new NetworkEvent.EpochRevoked() : time();
            case 3 -> {
                var dial = new DialId((1L << 62) + nextLink++);
                requested.put(dial, true);
                var index = 1 + random.nextInt(PEERS);
                yield new NetworkEvent.DialRequested(dial, peer(index), address(index));
            }
            case 4 ->
                    new NetworkEvent.Accepted(
                            link(1 + random.nextInt(PEERS), Origin.INBOUND, network));
            case 5, 6 -> dialAnswer(random, network);
            case 7 ->
                    probes.isEmpty()
                            ? time()
                            : new NetworkEvent.Probed(
                                    first(probes),
                                    random.nextBoolean() ? Duration.ofMillis(20) : null);
            case 8 -> open.isEmpty() ? time() : closed(open.entrySet().iterator().next());
            case 9 ->
                    new NetworkEvent.DisconnectRequested(
                            peer(1 + random.nextInt(PEERS)),
                            DisconnectReason.REQUESTED_BY_PEER_MANAGER,
                            NetworkEvent.DisconnectRequested.NO_ANSWER);
            default -> time();
        };
    }

    private static NetworkEvent closed(Map.Entry<ConnectionId, PeerId> connection) {
        return new NetworkEvent.Closed(
                connection.getKey(), connection.getValue(), DisconnectReason.CONNECTION_CLOSED);
    }

    private static NetworkEvent time() {
        return new NetworkEvent.TimeReached();
    }

    private static <K> K first(Map<K, ?> map) {
        return map.keySet().iterator().next();
    }

    private NetworkEvent dialAnswer(SplittableRandom random, NetworkId network) {
        if (dials.isEmpty()) {
            return time();
        }
        var dial = dials.values().iterator().next();
        if (random.nextBoolean()) {
            return new NetworkEvent.DialFailed(
                    dial.leg(), new SetupFailure(SetupFailure.Reason.TIMEOUT, "planted"));
        }
        for (var index = 1; index <= PEERS; index++) {
            if (peer(index).equals(dial.peer())) {
                return new NetworkEvent.Dialed(dial.leg(), link(index, Origin.OUTBOUND, network));
            }
        }
        throw new AssertionError(dial);
    }

    private ProvenLink link(int index, Origin origin, NetworkId network) {
        return new ProvenLink(
                new ConnectionId(nextLink++),
                peer(index),
                origin,
                PeerRole.VALIDATOR,
                key(index),
                HandshakeNegotiator.hello(4, network, SPOKEN, false).encode(),
                Duration.ofMillis(30));
    }

    private void note(NetworkEvent event, List<NetworkEffect> effects) {
        switch (event) {
            case NetworkEvent.Dialed(var leg, _) -> dials.remove(leg);
            case NetworkEvent.DialFailed(var leg, _) -> dials.remove(leg);
            case NetworkEvent.Probed(var probe, _) -> probes.remove(probe);
            case NetworkEvent.Closed(var id, _, _) -> open.remove(id);
            default -> {}
        }
        for (var effect : effects) {
            switch (effect) {
                case NetworkEffect.Dial dial -> dials.put(dial.leg(), dial);
                case NetworkEffect.Probe(var probe, _, _) -> probes.put(probe, true);
                case NetworkEffect.Open(var link, _, _) -> open.put(link.id(), link.peer());
                case NetworkEffect.DialSucceeded(var dial, _, _) -> requested.remove(dial);
                case NetworkEffect.DialFailed(var dial, _, _, _) -> requested.remove(dial);
                default -> {}
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void theNextDeadlineAfterTimeReachedIsLater(long seed) {
        for (var network : List.of(NetworkId.VALIDATOR, NetworkId.PUBLIC)) {
            var random = new SplittableRandom(seed);
            var machine = machine(network, seed);
            var now = new MonoTime(0);
            for (var step = 0; step < 2_000; step++) {
                now = now.plusNanos(random.nextLong(3_000_000_000L));
                var event = event(random, now, network);
                note(event, machine.on(now, event));
                var at = now;
                var due = machine.nextDeadline(at);
                if (!at.isBefore(due.at())) {
                    note(time(), machine.on(at, time()));
                    assertThat(machine.nextDeadline(at).at())
                            .as("seed %d, %s, step %d: %s", seed, network, step, due.part())
                            .isGreaterThan(at);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24})
    void everyRequestIsAnsweredAndEveryTableIsEmptyAfterTheStop(long seed) {
        var network = NetworkId.PUBLIC;
        var random = new SplittableRandom(seed);
        var machine = machine(network, seed);
        var now = new MonoTime(0);
        for (var step = 0; step < 500; step++) {
            now = now.plusNanos(random.nextLong(200_000_000L));
            var event = event(random, now, network);
            note(event, machine.on(now, event));
        }
        var stopping = new NetworkEvent.Stopping();
        note(stopping, machine.on(now, stopping));
        assertThat(machine.dialsWaiting()).as("seed %d", seed).isZero();
        for (var i = 0; i < 1_000 && !dials.isEmpty(); i++) {
            var failed =
                    new NetworkEvent.DialFailed(
                            first(dials), new SetupFailure(SetupFailure.Reason.CANCELED, "stop"));
            note(failed, machine.on(now, failed));
        }
        for (var i = 0; i < 1_000 && !open.isEmpty(); i++) {
            var event = closed(open.entrySet().iterator().next());
            note(event, machine.on(now, event));
        }
        assertThat(requested).as("seed %d: requests without an answer", seed).isEmpty();
        assertThat(machine.dialsUnderWay()).as("seed %d", seed).isZero();
        assertThat(machine.connectedPeers()).as("seed %d", seed).isZero();
    }
}
