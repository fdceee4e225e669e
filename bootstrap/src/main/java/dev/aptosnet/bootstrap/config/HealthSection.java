package dev.aptosnet.bootstrap.config;

import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.BreakerSettings;
import dev.aptosnet.ports.settings.CallSettings;
import dev.aptosnet.ports.settings.HealthSettings;
import dev.aptosnet.ports.settings.PeerHealthSettings;
import dev.aptosnet.ports.settings.ScoreSettings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Reads what a network does about the health of its peers: aptos-core's keys (behaviour.md section
 * 19.2), and ours beside them (docs/peer-health.md).
 */
final class HealthSection {
    private static final int MAX = Integer.MAX_VALUE;

    private final Section section;

    HealthSection(Section section) {
        this.section = section;
    }

    void read(NetworkConfig.Draft draft) {
        var profile = section.text("health_profile").orElse("aptosnet");
        var core =
                switch (profile) {
                    case "aptosnet" -> false;
                    case "aptos-core" -> true;
                    default ->
                            throw section.refused(
                                    "health_profile",
                                    "\"" + profile + "\"",
                                    "aptosnet or aptos-core");
                };
        draft.health(pings(core ? HealthSettings.APTOS_CORE : HealthSettings.DEFAULT));
        var usually = core ? PeerHealthSettings.APTOS_CORE : PeerHealthSettings.DEFAULT;
        draft.peerHealth(
                new PeerHealthSettings(
                        breaker(usually.breaker()),
                        calls(usually.calls()),
                        score(usually.score())));
    }

    private HealthSettings pings(HealthSettings usually) {
        return new HealthSettings(
                section.millis("ping_interval_ms", 1).orElse(usually.interval()),
                section.millis("ping_timeout_ms", 1).orElse(usually.timeout()),
                section.integer("ping_failures_tolerated", 0, MAX)
                        .orElse(usually.failuresTolerated()),
                section.bool("ping_adaptive").orElse(usually.adaptive()),
                section.bool("disconnect_on_health_check_failure").orElse(usually.disconnect()));
    }

    private BreakerSettings breaker(BreakerSettings usually) {
        var found = section.section("circuit_breaker");
        if (found.isEmpty()) {
            return usually;
        }
        var inner = found.get();
        var window = inner.integer("window", 1, 64).orElse(usually.window());
        var open = inner.millis("open_ms", 1).orElse(usually.open());
        var settings =
                new BreakerSettings(
                        inner.bool("enabled").orElse(usually.enabled()),
                        window,
                        inner.integer("minimum_calls", 1, window)
                                .orElse(Math.min(window, usually.minimumCalls())),
                        inner.integer("failure_percent", 1, 100).orElse(usually.failurePercent()),
                        open,
                        inner.millis("max_open_ms", open.toMillis())
                                .orElse(
                                        open.compareTo(usually.longestOpen()) > 0
                                                ? open
                                                : usually.longestOpen()),
                        inner.integer("probes", 1, 100).orElse(usually.probes()),
                        inner.integer("open_peers_one_in", 1, 1_000_000)
                                .orElse(usually.openPeersOneIn()),
                        inner.bool("critical").orElse(usually.critical()));
        inner.refuseUnknown();
        return settings;
    }

    private CallSettings calls(CallSettings usually) {
        var settings = usually;
        var found = section.section("rpc_deadlines");
        if (found.isPresent()) {
            var inner = found.get();
            var shortest = inner.millis("min_ms", 1).orElse(usually.shortest());
            settings =
                    new CallSettings(
                            inner.bool("adaptive").orElse(usually.adaptive()),
                            shortest,
                            inner.millis("max_ms", shortest.toMillis())
                                    .orElse(
                                            shortest.compareTo(usually.longest()) > 0
                                                    ? shortest
                                                    : usually.longest()),
                            inner.integer("small_bytes", 0, MAX).orElse(usually.smallBytes()),
                            usually.served());
            inner.refuseUnknown();
        }
        var limits = section.section("inbound_rpc_timeouts_ms");
        if (limits.isPresent()) {
            for (var name : List.copyOf(limits.get().keys())) {
                var limit = limits.get().millis(name, 1).orElse(Duration.ZERO);
                if (limit.isPositive()) {
                    settings = settings.withServed(protocol(limits.get(), name), limit);
                }
            }
        }
        return settings;
    }

    private ScoreSettings score(ScoreSettings usually) {
        var found = section.section("peer_score");
        if (found.isEmpty()) {
            return usually;
        }
        var inner = found.get();
        var success = inner.integer("success", 0, 100).orElse(usually.success());
        var latency = inner.integer("latency", 0, 100).orElse(usually.latency());
        var liveness = inner.integer("liveness", 0, 100).orElse(usually.liveness());
        var stability = inner.integer("stability", 0, 100).orElse(usually.stability());
        var sum = success + latency + liveness + stability;
        if (sum != 100) {
            throw section.refused("peer_score", "a sum of " + sum, "parts that make 100");
        }
        var classes = new ArrayList<>(usually.classes());
        inner.section("classes")
                .ifPresent(
                        given -> {
                            for (var each : MessageClass.values()) {
                                given.integer(each.name().toLowerCase(Locale.ROOT), 1, 1000)
                                        .ifPresent(weight -> classes.set(each.index(), weight));
                            }
                            given.refuseUnknown();
                        });
        inner.refuseUnknown();
        return new ScoreSettings(success, latency, liveness, stability, classes);
    }

    /** One of AptosNet's, by its name; an application's own has none before the node is built. */
    private static ProtocolId protocol(Section in, String name) {
        var byName = new TreeMap<String, ProtocolId>();
        ProtocolId.aptosNet().forEach(protocol -> byName.put(protocol.name(), protocol));
        var found = byName.get(name);
        if (found == null) {
            throw in.refused(name, "is no protocol", "one such as StorageServiceRpc");
        }
        return found;
    }
}
