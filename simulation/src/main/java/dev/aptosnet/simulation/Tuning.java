package dev.aptosnet.simulation;

import dev.aptosnet.ports.settings.ConnectivitySettings;
import dev.aptosnet.ports.settings.HealthSettings;

import java.time.Duration;

/**
 * How the nodes of a run are set.
 *
 * @param health how a silent peer is noticed
 * @param callInterval how often each node asks a random peer something, besides its pings; zero for
 *     never
 */
record Tuning(ConnectivitySettings connectivity, HealthSettings health, Duration callInterval) {
    /** All defaults, and a call each second. */
    static final Tuning DEFAULT =
            new Tuning(
                    ConnectivitySettings.DEFAULTS, HealthSettings.DEFAULT, Duration.ofSeconds(1));

    /** What an unmodified node does. */
    static final Tuning APTOS_CORE =
            new Tuning(
                    ConnectivitySettings.aptosCore().build(),
                    HealthSettings.APTOS_CORE,
                    Duration.ofSeconds(1));

    Tuning with(ConnectivitySettings other) {
        return new Tuning(other, health, callInterval);
    }

    Tuning with(HealthSettings other) {
        return new Tuning(connectivity, other, callInterval);
    }

    Tuning withCallInterval(Duration other) {
        return new Tuning(connectivity, health, other);
    }
}
