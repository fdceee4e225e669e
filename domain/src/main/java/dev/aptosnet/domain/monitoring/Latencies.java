package dev.aptosnet.domain.monitoring;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;

/** The newest round trips of one peer. */
final class Latencies {
    private final int retained;
    private final ArrayDeque<Duration> newest = new ArrayDeque<>(1);

    /**
     * @param retained how many are kept at most
     */
    Latencies(int retained) {
        this.retained = retained;
    }

    void add(Duration latency) {
        if (newest.size() == retained) {
            newest.removeFirst();
        }
        newest.addLast(latency);
    }

    int count() {
        return newest.size();
    }

    Optional<Duration> latest() {
        return Optional.ofNullable(newest.peekLast());
    }

    Optional<Duration> average() {
        return newest.stream().reduce(Duration::plus).map(sum -> sum.dividedBy(newest.size()));
    }
}
