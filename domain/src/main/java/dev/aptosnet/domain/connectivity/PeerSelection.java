package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/** Which candidates are dialed when there are more than wanted (behaviour.md section 12.5). */
final class PeerSelection {
    private static final long HALVED_EVERY_NANOS = 25_000_000;

    private PeerSelection() {}

    /**
     * A peer that might be dialed.
     *
     * @param latency a measured round trip; null if there is none
     */
    record Candidate(
            PeerId peer, PeerRole role, boolean recentlyDialed, @Nullable Duration latency) {}

    /** A candidate and its place in a random order. */
    private record Drawn(Candidate candidate, double place) {}

    /** Whether latencies matter on this network. */
    static boolean isByLatency(NetworkId network, boolean enabled) {
        return enabled && network == NetworkId.PUBLIC;
    }

    /** At most {@code count}: not recently dialed ones first, then by role, else at random. */
    static List<Candidate> random(RandomGenerator random, List<Candidate> from, int count) {
        var shuffled = new ArrayList<>(from);
        Collections.shuffle(shuffled, random);
        shuffled.sort(
                Comparator.comparing(Candidate::recentlyDialed).thenComparing(Candidate::role));
        return List.copyOf(shuffled.subList(0, Math.min(count, shuffled.size())));
    }

    /**
     * At most {@code count}: those not recently dialed first, then the others; of both, those with
     * a latency first, drawn by weight, then the rest uniformly.
     *
     * <p>aptos-core takes all that have a latency before any that has none, because it probes the
     * latter before it chooses. We never wait for a probe, so that a peer that was not probed yet
     * would wait behind dead ones.
     */
    static List<Candidate> byLatency(RandomGenerator random, List<Candidate> from, int count) {
        var chosen = new ArrayList<Candidate>();
        for (var recently : List.of(false, true)) {
            var rest =
                    new ArrayList<>(
                            from.stream().filter(c -> c.recentlyDialed() == recently).toList());
            draw(random, rest, count - chosen.size(), chosen);
            rest.removeAll(chosen);
            Collections.shuffle(rest, random);
            chosen.addAll(rest.subList(0, Math.min(count - chosen.size(), rest.size())));
        }
        return List.copyOf(chosen);
    }

    /**
     * Draws without replacement. Each gets an exponentially distributed place with its weight as
     * the rate; the smallest places are then a weighted sample (Efraimidis and Spirakis, 2006).
     */
    private static void draw(
            RandomGenerator random, List<Candidate> from, int count, List<Candidate> chosen) {
        var drawn = new ArrayList<Drawn>();
        for (var candidate : from) {
            var weight = candidate.latency() == null ? 0 : weight(candidate.latency());
            if (weight > 0) {
                drawn.add(new Drawn(candidate, random.nextExponential() / weight));
            }
        }
        drawn.sort(Comparator.comparingDouble(Drawn::place));
        drawn.stream().limit(count).map(Drawn::candidate).forEach(chosen::add);
    }

    /** The inverse of the latency in seconds, halved once for each full 25 ms; 0 for none. */
    static double weight(Duration latency) {
        var nanos = latency.toNanos();
        if (nanos <= 0) {
            return 0;
        }
        return Math.scalb(1e9 / nanos, (int) -Math.min(2000, nanos / HALVED_EVERY_NANOS));
    }
}
