package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.settings.ConnectivitySettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.TreeMap;

/**
 * A model of how aptos-core measures distances (behaviour.md section 12.5), to compare {@link
 * Prober} with: a check asks all candidates of which it knows nothing, all at once, and does
 * nothing else until each has answered or its time is over. Of each candidate up to two socket
 * addresses are tried in turn; here each has two, as a name with an IPv4 and an IPv6 address gives.
 * What was measured once is never measured again.
 */
final class WaitingProber {
    private static final int SOCKET_ADDRESSES = 2;

    private final Run run;
    private final Host host;
    private final Duration interval = ConnectivitySettings.DEFAULTS.checkInterval();
    private final Duration limit = ConnectivitySettings.DEFAULTS.probing().limit();
    private final TreeMap<Integer, MonoTime> measured = new TreeMap<>();
    private long probes;
    private int inFlight;
    private int mostInFlight;
    private MonoTime begun;
    private long longestCheckNanos;

    /** Candidates are all other hosts. */
    WaitingProber(Run run, Host host) {
        this.run = run;
        this.host = host;
        this.begun = run.world().now();
        check();
    }

    private void check() {
        begun = run.world().now();
        for (var candidate : run.network().hosts()) {
            if (candidate != host && !measured.containsKey(candidate.index())) {
                inFlight++;
                probe(candidate, SOCKET_ADDRESSES);
            }
        }
        mostInFlight = Math.max(mostInFlight, inFlight);
        if (inFlight == 0) {
            ended();
        }
    }

    private void probe(Host candidate, int addressesLeft) {
        run.network()
                .probe(
                        host,
                        candidate.address(),
                        limit,
                        probes++,
                        took -> probed(candidate, addressesLeft - 1, took));
    }

    private void probed(Host candidate, int addressesLeft, @Nullable Duration took) {
        if (took == null && addressesLeft > 0) {
            probe(candidate, addressesLeft);
            return;
        }
        if (took != null) {
            measured.put(candidate.index(), run.world().now());
        }
        inFlight--;
        if (inFlight == 0) {
            ended();
        }
    }

    private void ended() {
        var took = run.world().now().nanosSince(begun);
        longestCheckNanos = Math.max(longestCheckNanos, took);
        run.world()
                .in(
                        Math.max(0, interval.toNanos() - took),
                        EventKind.TIMER,
                        host.index(),
                        1,
                        this::check);
    }

    int mostInFlight() {
        return mostInFlight;
    }

    /** How long the longest check has kept everybody waiting. */
    double longestCheckMillis() {
        return longestCheckNanos / 1e6;
    }

    /** Half of all candidates have an estimate younger than this; -1 if half have none. */
    double medianAgeSeconds() {
        var now = run.world().now();
        var ages =
                run.network().hosts().stream()
                        .filter(candidate -> candidate != host)
                        .map(candidate -> measured.get(candidate.index()))
                        .mapToDouble(at -> at == null ? 1e9 : now.since(at).toMillis() / 1e3)
                        .sorted()
                        .toArray();
        var median = ages[ages.length / 2];
        return median == 1e9 ? -1 : median;
    }
}
