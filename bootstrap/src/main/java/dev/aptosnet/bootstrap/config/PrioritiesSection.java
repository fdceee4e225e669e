package dev.aptosnet.bootstrap.config;

import dev.aptosnet.ports.settings.BatchDelays;
import dev.aptosnet.ports.settings.ClassWeights;
import dev.aptosnet.ports.settings.MessageLimits;

import java.time.Duration;

/** Reads {@code priorities}: how messages of the four classes wait and share a connection. */
final class PrioritiesSection {
    private static final int MOST_MICROS = (int) (BatchDelays.MOST.toNanos() / 1000);

    private final Section section;

    PrioritiesSection(Section priorities) {
        this.section = priorities;
    }

    void read(NetworkConfig.Draft draft, MessageLimits.Builder limits) {
        section.integer("queue_messages", 1, 1 << 20).ifPresent(limits::queueMessages);
        section.number("queue_bytes", 1, 1L << 40).ifPresent(limits::queueBytes);
        section.section("batch_delay_us").ifPresent(each -> draft.batchDelays(delays(each)));
        section.section("weights").ifPresent(each -> draft.weights(weights(each)));
        section.refuseUnknown();
    }

    private static BatchDelays delays(Section delays) {
        var read =
                new BatchDelays(
                        micros(delays, "high"), micros(delays, "normal"), micros(delays, "low"));
        // Known, so that who sets it is told that it can only be 0.
        delays.integer("critical", 0, 0);
        delays.refuseUnknown();
        return read;
    }

    private static Duration micros(Section delays, String name) {
        return Duration.ofNanos(1000L * delays.integer(name, 0, MOST_MICROS).orElse(0));
    }

    private static ClassWeights weights(Section weights) {
        var usually = ClassWeights.DEFAULT;
        var read =
                new ClassWeights(
                        weight(weights, "critical", usually.critical()),
                        weight(weights, "high", usually.high()),
                        weight(weights, "normal", usually.normal()),
                        weight(weights, "low", usually.low()));
        weights.refuseUnknown();
        return read;
    }

    private static int weight(Section weights, String name, int usually) {
        return weights.integer(name, 1, ClassWeights.MOST).orElse(usually);
    }
}
