package dev.aptosnet.domain.health;

import dev.aptosnet.ports.client.ApplicationHealth;
import dev.aptosnet.ports.model.MonoTime;

import java.time.Duration;

/**
 * What an application of this node last said of itself, and when (improvements.md I-06).
 *
 * @param said in its words
 * @param at when
 * @param limit how long that holds
 */
public record ReportedHealth(ApplicationHealth said, MonoTime at, Duration limit) {
    /** Refuses what cannot work. */
    public ReportedHealth {
        if (!limit.isPositive()) {
            throw new IllegalArgumentException("heartbeat: " + limit + " (expected: > 0)");
        }
    }

    /** How it is now: stuck, if it has not said anything for too long. */
    public ApplicationHealth at(MonoTime now) {
        return now.since(at).compareTo(limit) > 0 ? ApplicationHealth.STUCK : said;
    }
}
