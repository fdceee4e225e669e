package dev.aptosnet.domain.connectivity;

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

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Validators whose machines run on one virtual clock. All links were up for a minute and are lost
 * at the same moment; each dial takes a while and succeeds at both ends at once.
 */
final class Herd {
    private static final MonoTime LOSS = new MonoTime(Duration.ofMinutes(1).toNanos());

    private final List<Connectivity> machines = new ArrayList<>();
    private final Duration setUp;
    private final PriorityQueue<Arrival> arrivals =
            new PriorityQueue<>(
                    Comparator.comparing(Arrival::at).thenComparingLong(Arrival::number));
    private final List<List<MonoTime>> dials = new ArrayList<>();
    private final Set<Pair> links = new HashSet<>();
    private final Set<Pair> underWay = new HashSet<>();
    private final Set<Pair> collided = new HashSet<>();
    private MonoTime now = LOSS;
    private long numbers;

    /** From one node to another. */
    private record Pair(int from, int to) {
        Pair reversed() {
            return new Pair(to, from);
        }

        Pair ordered() {
            return from < to ? this : reversed();
        }
    }

    /** A dial that comes to its end. */
    private record Arrival(MonoTime at, long number, Pair pair, Effect.Dial dial) {}

    Herd(long seed, int nodes, Duration setUp) {
        this.setUp = setUp;
        var random = new SplittableRandom(seed);
        var settings = ConnectivitySettings.DEFAULTS;
        for (var i = 0; i < nodes; i++) {
            machines.add(
                    new Connectivity(
                            new OwnNode(
                                    id(i),
                                    NetworkId.VALIDATOR,
                                    true,
                                    AuthMode.MUTUAL,
                                    AccessPolicy.NONE),
                            settings,
                            new DialLimiter(50, 20),
                            random.split(),
                            0,
                            new MonoTime(random.nextLong(5_000_000_000L))));
            dials.add(new ArrayList<>());
        }
        now = new MonoTime(5_000_000_000L);
        for (var i = 0; i < nodes; i++) {
            var view = new TreeMap<PeerId, PeerDescription>();
            for (var other = 0; other < nodes; other++) {
                view.put(id(other), Net.peer(PeerRole.VALIDATOR, other, other + 1));
                if (other != i) {
                    machines.get(i).on(now, up(i, other));
                }
            }
            machines.get(i).on(now, new Event.Discovered(SourceKind.CONFIG, view));
        }
        now = LOSS;
        for (var i = 0; i < nodes; i++) {
            for (var other = 0; other < nodes; other++) {
                if (other != i) {
                    on(i, new Event.PeerDown(id(other), connection(i, other)));
                }
            }
        }
    }

    private static PeerId id(int node) {
        return PeerId.parse("0x" + (1000 + node));
    }

    private static int node(PeerId id) {
        return Integer.parseInt(id.toConfigText().replaceFirst("^0+", "")) - 1000;
    }

    private static ConnectionId connection(int a, int b) {
        return new ConnectionId(Math.min(a, b) * 10_000L + Math.max(a, b));
    }

    private static Event up(int node, int other) {
        return new Event.PeerUp(
                id(other),
                connection(node, other),
                node < other ? Origin.OUTBOUND : Origin.INBOUND,
                PeerRole.VALIDATOR,
                false,
                null);
    }

    private void on(int node, Event event) {
        for (var effect : machines.get(node).on(now, event)) {
            if (effect instanceof Effect.Dial dial) {
                var pair = new Pair(node, node(dial.peer()));
                dials.get(node).add(now);
                underWay.add(pair);
                if (underWay.contains(pair.reversed())) {
                    collided.add(pair.ordered());
                }
                arrivals.add(new Arrival(now.plus(setUp), numbers++, pair, dial));
            }
        }
    }

    void run(Duration length) {
        var until = now.plus(length);
        while (now.isBefore(until)) {
            var next = arrivals.isEmpty() ? MonoTime.NEVER : arrivals.peek().at();
            for (var machine : machines) {
                next = MonoTime.earlier(next, machine.nextDeadline());
            }
            now = next.isBefore(now) ? now : next;
            while (!arrivals.isEmpty() && !now.isBefore(arrivals.peek().at())) {
                arrive(arrivals.remove());
            }
            for (var i = 0; i < machines.size(); i++) {
                if (!now.isBefore(machines.get(i).nextDeadline())) {
                    on(i, new Event.TimeReached());
                }
            }
        }
    }

    private void arrive(Arrival arrival) {
        var pair = arrival.pair();
        underWay.remove(pair);
        if (links.add(pair.ordered())) {
            on(pair.from(), up(pair.from(), pair.to()));
            on(pair.to(), up(pair.to(), pair.from()));
        }
        on(pair.from(), new Event.DialEnded(arrival.dial().id(), true));
    }

    int pairs() {
        return machines.size() * (machines.size() - 1) / 2;
    }

    int missing() {
        return pairs() - links.size();
    }

    int collisions() {
        return collided.size();
    }

    /** The most dials of one node in any second. */
    int mostInOneSecond() {
        var most = 0;
        for (var times : dials) {
            var first = 0;
            for (var last = 0; last < times.size(); last++) {
                while (times.get(last).since(times.get(first)).toNanos() >= 1_000_000_000L) {
                    first++;
                }
                most = Math.max(most, last - first + 1);
            }
        }
        return most;
    }
}
