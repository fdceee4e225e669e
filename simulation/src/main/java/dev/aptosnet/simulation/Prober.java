package dev.aptosnet.simulation;

import dev.aptosnet.domain.connectivity.Connectivity;
import dev.aptosnet.domain.connectivity.DialLimiter;
import dev.aptosnet.domain.connectivity.OwnNode;
import dev.aptosnet.domain.connectivity.PeerDescription;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.settings.ConnectivitySettings;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** A full node on the public network that knows candidates, connects to none, and probes them. */
final class Prober {
    private final Run run;
    private final Host host;
    private final Connectivity machine;
    private int mostInFlight;
    private long longestCheckNanos;

    /** Candidates are all other hosts. */
    Prober(Run run, Host host, ConnectivitySettings settings) {
        this.run = run;
        this.host = host;
        var pacing = settings.pacing();
        this.machine =
                new Connectivity(
                        new OwnNode(
                                host.peer(),
                                NetworkId.PUBLIC,
                                false,
                                AuthMode.MAYBE_MUTUAL,
                                AccessPolicy.NONE),
                        settings,
                        new DialLimiter(pacing.dialsPerSecond(), pacing.dialBurst()),
                        run.world().newRandom(),
                        0,
                        run.world().now());
        var view = new TreeMap<PeerId, PeerDescription>();
        for (var candidate : run.network().hosts()) {
            if (candidate != host) {
                view.put(
                        candidate.peer(),
                        PeerDescription.of(
                                List.of(candidate.address()),
                                Set.of(candidate.key()),
                                PeerRole.VALIDATOR_FULL_NODE));
            }
        }
        tell(new Connectivity.Event.Discovered(SourceKind.REST, view));
        wakeAgain();
    }

    void tell(Connectivity.Event event) {
        var begun = run.world().now();
        for (var effect : machine.on(begun, event)) {
            if (effect instanceof Connectivity.Effect.Probe(var id, _, var address, var limit)) {
                run.network()
                        .probe(
                                host,
                                address,
                                limit,
                                id.number(),
                                took -> tell(new Connectivity.Event.ProbeEnded(id, took)));
            }
        }
        mostInFlight = Math.max(mostInFlight, machine.probesInFlight());
        longestCheckNanos = Math.max(longestCheckNanos, run.world().now().nanosSince(begun));
    }

    /** Probes that end may bring the next deadline forward; a tenth of a second is soon enough. */
    private void wakeAgain() {
        run.world()
                .in(
                        Duration.ofMillis(100).toNanos(),
                        EventKind.TIMER,
                        host.index(),
                        1,
                        () -> {
                            if (!run.world().now().isBefore(machine.nextDeadline())) {
                                tell(new Connectivity.Event.TimeReached());
                            }
                            wakeAgain();
                        });
    }

    int mostInFlight() {
        return mostInFlight;
    }

    /** How long the machine has kept anybody waiting. */
    double longestCheckMillis() {
        return longestCheckNanos / 1e6;
    }

    /** Half of all candidates have an estimate younger than this; -1 if half have none. */
    double medianAgeSeconds() {
        var now = run.world().now();
        var ages =
                run.network().hosts().stream()
                        .filter(candidate -> candidate != host)
                        .map(candidate -> machine.latencyAge(now, candidate.peer()))
                        .mapToDouble(age -> age.map(known -> known.toMillis() / 1e3).orElse(1e9))
                        .sorted()
                        .toArray();
        var median = ages[ages.length / 2];
        return median == 1e9 ? -1 : median;
    }

    /** Whether the first peer is held for nearer than the second. */
    boolean prefers(PeerId first, PeerId second) {
        var one = machine.latency(first);
        var other = machine.latency(second);
        return one.isPresent() && (other.isEmpty() || one.get().compareTo(other.get()) < 0);
    }

    MonoTime now() {
        return run.world().now();
    }
}
