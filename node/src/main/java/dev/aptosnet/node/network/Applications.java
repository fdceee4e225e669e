package dev.aptosnet.node.network;

import dev.aptosnet.domain.health.ReportedHealth;
import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.ports.client.ApplicationHealth;
import dev.aptosnet.ports.client.HealthSignal;
import dev.aptosnet.ports.transport.Clock;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** What the applications of this node say of themselves. Any thread. */
final class Applications {
    /** How many may say something. */
    private static final int MAX_APPLICATIONS = 64;

    private final Clock clock;
    private final NetworkMetrics metrics;
    private final ConcurrentHashMap<String, Signal> signals = new ConcurrentHashMap<>();

    Applications(Clock clock, NetworkMetrics metrics) {
        this.clock = clock;
        this.metrics = metrics;
    }

    /**
     * For an application, which is well until it says otherwise or the limit passes.
     *
     * @throws IllegalArgumentException if the name is taken, or there are too many
     */
    synchronized HealthSignal add(String name, Duration limit) {
        if (signals.size() >= MAX_APPLICATIONS) {
            throw new IllegalArgumentException(
                    "applications: more than " + MAX_APPLICATIONS + " with a health signal");
        }
        var signal = new Signal(limit);
        if (signals.putIfAbsent(name, signal) != null) {
            throw new IllegalArgumentException("application " + name + ": has a health signal");
        }
        metrics.gauge(
                "aptosnet_application_health",
                signal,
                s -> s.health().ordinal(),
                "application",
                name);
        return signal;
    }

    /** By name. */
    Map<String, ApplicationHealth> all() {
        var all = new TreeMap<String, ApplicationHealth>();
        signals.forEach((name, signal) -> all.put(name, signal.health()));
        return Collections.unmodifiableMap(all);
    }

    private final class Signal implements HealthSignal {
        private final Duration limit;
        private volatile ReportedHealth last;

        Signal(Duration limit) {
            this.limit = limit;
            this.last = new ReportedHealth(ApplicationHealth.OK, clock.now(), limit);
        }

        @Override
        public void report(ApplicationHealth health) {
            last = new ReportedHealth(health, clock.now(), limit);
        }

        ApplicationHealth health() {
            return last.at(clock.now());
        }
    }
}
