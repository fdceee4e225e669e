package dev.aptosnet.domain.connection;

import dev.aptosnet.ports.model.MonoTime;

import java.time.Duration;

/**
 * How long a connection stays that nothing more is to be opened on (improvements.md I-08): until
 * nothing is under way in either direction and the peer was silent for a moment, since it may not
 * know yet; and no longer than to a limit.
 *
 * @param until the limit
 */
public record Drain(MonoTime until) {
    private static final Duration SILENCE = Duration.ofSeconds(1);

    /**
     * Whether the connection has to end now.
     *
     * @param idle whether nothing is under way
     * @param heardAt when the last frame came
     */
    public boolean isOver(MonoTime now, boolean idle, MonoTime heardAt) {
        return !now.isBefore(until) || (idle && !now.isBefore(heardAt.plus(SILENCE)));
    }

    /** When to ask again at the latest. */
    public MonoTime askAgainAt(MonoTime now) {
        return MonoTime.earlier(until, now.plus(SILENCE));
    }
}
