package dev.aptosnet.domain.connectivity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.connectivity.Connectivity.Effect;
import dev.aptosnet.domain.connectivity.Connectivity.Event;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.settings.ConnectivitySettings;
import dev.aptosnet.ports.transport.DialId;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** A network that does whatever it likes, and what must hold after every step all the same. */
class ConnectivityPropertyTest {
    private static final int PEERS = 12;
    private static final int LIMIT = 4;
    private static final int MAX_PENDING = 3;
    private static final List<PeerId> IDS =
            IntStream.range(0, PEERS).mapToObj(i -> PeerId.parse("0x" + (50 + 10 * i))).toList();
    private static final PeerId BLOCKED = IDS.get(3);

    /** The world around one machine, driven at random. */
    private static final class World {
        private final String name;
        private final SplittableRandom random;
        private final boolean limited;
        private final Connectivity machine;
        private MonoTime now = new MonoTime(0);
        private final Map<SourceKind, Map<PeerId, PeerDescription>> said = new TreeMap<>();
        private final Map<PeerId, Effect.Dial> open = new TreeMap<>();
        private final Map<PeerId, ConnectionId> connected = new TreeMap<>();
        private final Set<PeerId> outbound = new HashSet<>();
        private final Set<DialId> probing = new LinkedHashSet<>();
        private final ArrayDeque<MonoTime> lately = new ArrayDeque<>();
        private long connections;
        private TrustedSet trusted = TrustedSet.EMPTY;

        World(long seed, NetworkId network, ConnectivitySettings settings) {
            this.name = "seed " + seed + " on " + network;
            this.random = new SplittableRandom(seed);
            this.limited = network != NetworkId.VALIDATOR;
            var own =
                    new OwnNode(
                            PeerId.parse("0x80"),
                            network,
                            !limited,
                            AuthMode.MUTUAL,
                            AccessPolicy.block(List.of(BLOCKED)));
            var pacing = settings.pacing();
            this.machine =
                    new Connectivity(
                            own,
                            settings,
                            new DialLimiter(pacing.dialsPerSecond(), pacing.dialBurst()),
                            random.split(),
                            0,
                            now);
        }

        void on(Event event) {
            for (var effect : machine.on(now, event)) {
                switch (effect) {
                    case Effect.Trust(var peers) -> trusted = peers;
                    case Effect.Dial dial -> dial(dial);
                    case Effect.Probe(var probe, var peer, var address, _) -> {
                        assertThat(trusted.addresses(peer)).as(name).contains(address);
                        assertThat(probing.add(probe)).as(name).isTrue();
                        assertThat(probing).as(name).hasSizeLessThanOrEqualTo(8);
                    }
                    case Effect.CancelDial cancel ->
                            assertThat(open.values())
                                    .as(name)
                                    .anyMatch(dial -> dial.id().equals(cancel.id()));
                    case Effect.Disconnect(var peer, var connection, _) -> {
                        assertThat(trusted.contains(peer)).as(name).isFalse();
                        assertThat(connected).as(name).containsEntry(peer, connection);
                    }
                    case Effect.Drain(var peer, var connection, var until) -> {
                        assertThat(trusted.contains(peer)).as(name).isFalse();
                        assertThat(connected).as(name).containsEntry(peer, connection);
                        assertThat(until).as(name).isGreaterThan(now);
                    }
                    case Effect.Offer(var peer, var connection) -> {
                        assertThat(trusted.contains(peer)).as(name).isTrue();
                        assertThat(connected).as(name).containsEntry(peer, connection);
                    }
                    case Effect.GiveWay(var peer, _) ->
                            assertThat(connected).as(name).containsKey(peer);
                    case Effect.EpochChanged(var joined, var there) ->
                            assertThat(there).as(name).isBetween(0, joined);
                }
            }
            assertThat(trusted).as(name).isEqualTo(machine.trusted());
            assertThat(open).as(name).hasSizeLessThanOrEqualTo(MAX_PENDING);
        }

        private void dial(Effect.Dial dial) {
            var peer = dial.peer();
            assertThat(open).as("%s: two dials to one peer", name).doesNotContainKey(peer);
            assertThat(connected).as("%s: dialed while connected", name).doesNotContainKey(peer);
            assertThat(trusted.addresses(peer)).as(name).contains(dial.address());
            assertThat(peer).as(name).isNotEqualTo(BLOCKED);
            open.put(peer, dial);
            if (limited) {
                assertThat(
                                open.size()
                                        + outbound.stream()
                                                .filter(p -> !open.containsKey(p))
                                                .count())
                        .as("%s: max_outbound_connections", name)
                        .isLessThanOrEqualTo(LIMIT);
            }
            lately.add(now);
            while (now.since(lately.getFirst()).compareTo(Duration.ofSeconds(1)) >= 0) {
                lately.removeFirst();
            }
            assertThat(lately).as("%s: dials in one second", name).hasSizeLessThanOrEqualTo(7);
        }

        void step() {
            switch (random.nextInt(10)) {
                case 0 -> discover();
                case 1, 2, 3 -> answer();
                case 4 -> inbound();
                case 5 -> lose();
                case 6 ->
                        on(
                                new Event.LatencyMeasured(
                                        IDS.get(random.nextInt(PEERS)),
                                        Duration.ofMillis(random.nextInt(300))));
                default -> pass(Duration.ofMillis(random.nextInt(3000)));
            }
        }

        private void discover() {
            var source = SourceKind.values()[random.nextInt(SourceKind.values().length)];
            var view = new TreeMap<PeerId, PeerDescription>();
            for (var i = 0; i < PEERS; i++) {
                if (random.nextBoolean()) {
                    view.put(
                            IDS.get(i),
                            PeerDescription.of(
                                    List.of(Net.at(100 + i), Net.at(200 + random.nextInt(3))),
                                    random.nextInt(4) == 0 ? Set.of() : Set.of(Net.key(i)),
                                    limited ? PeerRole.UPSTREAM : PeerRole.VALIDATOR));
                }
            }
            say(source, view);
        }

        void say(SourceKind source, Map<PeerId, PeerDescription> view) {
            said.put(source, view);
            on(new Event.Discovered(source, view));
        }

        private void answer() {
            if (!probing.isEmpty() && random.nextBoolean()) {
                var probe = probing.iterator().next();
                probing.remove(probe);
                var took = random.nextInt(3) == 0 ? null : Duration.ofMillis(random.nextInt(300));
                on(new Event.ProbeEnded(probe, took));
            }
            if (open.isEmpty()) {
                return;
            }
            var peers = List.copyOf(open.keySet());
            answer(peers.get(random.nextInt(peers.size())), random.nextBoolean());
        }

        private void answer(PeerId peer, boolean succeeds) {
            var dial = open.remove(peer);
            if (dial == null) {
                throw new AssertionError(name);
            }
            if (succeeds && !connected.containsKey(peer)) {
                outbound.add(peer);
                up(peer, Origin.OUTBOUND);
            }
            on(new Event.DialEnded(dial.id(), succeeds));
        }

        private void inbound() {
            var peer = IDS.get(random.nextInt(PEERS));
            if (!connected.containsKey(peer)) {
                up(peer, Origin.INBOUND);
            }
        }

        private void up(PeerId peer, Origin origin) {
            var id = new ConnectionId(connections++);
            connected.put(peer, id);
            on(new Event.PeerUp(peer, id, origin, PeerRole.UPSTREAM, false, null));
        }

        private void lose() {
            var peer = IDS.get(random.nextInt(PEERS));
            lose(peer);
        }

        void lose(PeerId peer) {
            var connection = connected.remove(peer);
            outbound.remove(peer);
            if (connection != null) {
                on(new Event.PeerDown(peer, connection));
            }
        }

        void pass(Duration length) {
            var until = now.plus(length);
            while (!until.isBefore(machine.nextDeadline())) {
                now = machine.nextDeadline().isBefore(now) ? now : machine.nextDeadline();
                on(new Event.TimeReached());
            }
            now = until;
        }

        /** Every dial answered, again and again; gives who was dialed meanwhile. */
        Set<PeerId> failEverything(Duration length) {
            var seen = new HashSet<PeerId>(open.keySet());
            for (var until = now.plus(length); now.isBefore(until); ) {
                List.copyOf(open.keySet()).forEach(peer -> answer(peer, false));
                pass(Duration.ofMillis(100));
                seen.addAll(open.keySet());
            }
            return seen;
        }
    }

    private static ConnectivitySettings.Builder tight(ConnectivitySettings.Builder builder) {
        return builder.maxOutboundConnections(LIMIT)
                .maxPending(MAX_PENDING)
                .dialsPerSecond(4)
                .dialBurst(3);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whateverHappensNoRuleIsBrokenAndNobodyIsForgotten(long seed) {
        for (var network : List.of(NetworkId.VALIDATOR, NetworkId.PUBLIC)) {
            for (var builder :
                    List.of(ConnectivitySettings.builder(), ConnectivitySettings.aptosCore())) {
                var world = new World(seed, network, tight(builder).build());
                for (var i = 0; i < 1500; i++) {
                    world.step();
                }
                // Now nobody can be reached, and still every trusted peer is dialed.
                var view = new TreeMap<PeerId, PeerDescription>();
                for (var i = 0; i < PEERS; i++) {
                    view.put(
                            IDS.get(i),
                            Net.peer(
                                    network == NetworkId.VALIDATOR
                                            ? PeerRole.VALIDATOR
                                            : PeerRole.UPSTREAM,
                                    i,
                                    i + 1));
                }
                for (var source : SourceKind.values()) {
                    world.say(source, view);
                }
                IDS.forEach(world::lose);
                world.failEverything(Duration.ofMinutes(10));
                var dialed = world.failEverything(Duration.ofMinutes(10));
                var wanted = new HashSet<>(IDS);
                wanted.remove(BLOCKED);
                wanted.remove(PeerId.parse("0x80"));
                assertThat(dialed).as(world.name).isEqualTo(wanted);
            }
        }
    }

    /** Every pair of a hundred validators loses its link at the same moment. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12})
    void afterALossOfAllLinksDialsAreStaggeredAndSeldomCollide(long seed) {
        var herd = new Herd(seed, 100, Duration.ofMillis(100));
        herd.run(Duration.ofSeconds(60));
        assertThat(herd.missing()).as("seed %d: pairs not connected", seed).isZero();
        assertThat(herd.mostInOneSecond()).as("seed %d", seed).isLessThanOrEqualTo(70);
        assertThat(herd.collisions())
                .as("seed %d: of %d pairs", seed, herd.pairs())
                .isLessThanOrEqualTo(herd.pairs() / 10);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {21})
    void oneLostLinkIsBackWithinThreeSeconds(long seed) {
        var slow = 0;
        for (var round = 0; round < 200; round++) {
            var pair = new Herd(seed + round, 2, Duration.ofMillis(100));
            pair.run(Duration.ofSeconds(3));
            slow += pair.missing();
        }
        assertThat(slow).as("seed %d: of 200 slower than 3 s", seed).isLessThanOrEqualTo(10);
    }
}
