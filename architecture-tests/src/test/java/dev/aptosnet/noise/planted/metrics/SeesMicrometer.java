package dev.aptosnet.noise.planted.metrics;

import io.micrometer.core.instrument.MeterRegistry;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class SeesMicrometer {
    final Class<?> type = MeterRegistry.class;
}
