package dev.aptosnet.transport.support.planted.direction;

import dev.aptosnet.domain.wire.BcsReader;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class SeesTheDomain {
    final Class<?> type = BcsReader.class;
}
