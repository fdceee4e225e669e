package dev.aptosnet.ports.discovery;

import dev.aptosnet.ports.model.MonoTime;

import java.time.Duration;
import java.util.Optional;

/**
 * How a source is doing.
 *
 * @param condition whether its last reading succeeded
 * @param confirmedAt when the view in force was last found to be current; empty before the first
 * @param readings good readings so far, changed or not
 * @param failures failed readings so far, and validators whose addresses did not decode
 * @param keyMismatch whether the view in force lists this node without the key that it uses; only
 *     the chain's own source looks
 */
public record SourceStatus(
        Condition condition,
        Optional<MonoTime> confirmedAt,
        long readings,
        long failures,
        boolean keyMismatch) {
    /** Before the first reading. */
    public static final SourceStatus STARTING =
            new SourceStatus(new Condition.Starting(), Optional.empty(), 0, 0, false);

    /** How the last reading went. */
    public sealed interface Condition {
        /** None has ended yet. */
        record Starting() implements Condition {}

        /** Well. */
        record Working() implements Condition {}

        /**
         * Not well; the view of the last good reading stays in force.
         *
         * @param reason one line for the operator
         * @param since when the first failure of this row was
         * @param inARow how many readings have failed since the last good one
         */
        record Failing(String reason, MonoTime since, int inARow) implements Condition {}
    }

    /** How long ago the view in force was last found to be current; empty without a view. */
    public Optional<Duration> age(MonoTime now) {
        return confirmedAt.map(now::since);
    }
}
