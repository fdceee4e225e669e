package dev.aptosnet.ports.discovery;

import dev.aptosnet.ports.model.MonoTime;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a source is doing.
 *
 * @param condition whether its last reading succeeded
 * @param confirmedAt when the view in force was last found to be current; empty before the first
 * @param changedAt when that which led to the view in force happened, as far as the source can
 *     tell: when the file was written, the webhook called, the answer received; empty before the
 *     first
 * @param readings good readings so far, changed or not
 * @param failures failed readings so far by kind, validators whose addresses did not decode, and
 *     what strangers sent to a webhook; kinds that did not occur are missing
 * @param keyMismatch whether the view in force lists this node without the key that it uses; only
 *     the chain's own source looks
 */
public record SourceStatus(
        Condition condition,
        Optional<MonoTime> confirmedAt,
        Optional<MonoTime> changedAt,
        long readings,
        Map<SourceFailure, Long> failures,
        boolean keyMismatch) {
    /** Before the first reading. */
    public static final SourceStatus STARTING =
            new SourceStatus(
                    new Condition.Starting(),
                    Optional.empty(),
                    Optional.empty(),
                    0,
                    Map.of(),
                    false);

    /** Copies the map. */
    public SourceStatus {
        var copy = new EnumMap<SourceFailure, Long>(SourceFailure.class);
        copy.putAll(failures);
        failures = Collections.unmodifiableMap(copy);
    }

    /** How the last reading went. */
    public sealed interface Condition {
        /** None has ended yet. */
        record Starting() implements Condition {}

        /** Well. */
        record Working() implements Condition {}

        /**
         * Not well; the view of the last good reading stays in force.
         *
         * @param kind what sort of failure the last one was
         * @param reason one line for the operator
         * @param since when the first failure of this row was
         * @param inARow how many readings have failed since the last good one
         */
        record Failing(SourceFailure kind, String reason, MonoTime since, int inARow)
                implements Condition {}
    }

    /** How many failures there were of a kind. */
    public long failures(SourceFailure kind) {
        return failures.getOrDefault(kind, 0L);
    }

    /** How long ago the view in force was last found to be current; empty without a view. */
    public Optional<Duration> age(MonoTime now) {
        return confirmedAt.map(now::since);
    }
}
